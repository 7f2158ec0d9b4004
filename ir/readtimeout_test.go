package ir_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/ir"
)

// TestParseReadTimeout: what httpd makes of words that it takes; those that it refuses are among the verdicts of ir/lower.
func TestParseReadTimeout(t *testing.T) {
	for word, want := range map[string]ir.ReadTimeout{
		"header=20-40,MinRate=500":      {First: 20 * time.Second, Most: 40 * time.Second, PerByte: 2 * time.Millisecond},
		"Header=20,minrate=500":         {First: 20 * time.Second, PerByte: 2 * time.Millisecond},
		"HEADER=+5":                     {First: 5 * time.Second},
		"header=5-0,MinRate=300":        {First: 5 * time.Second, PerByte: 3333 * time.Microsecond},
		"header=5,MinRate=2000000":      {First: 5 * time.Second},
		"header=0-10,MinRate=1":         {Most: 10 * time.Second, PerByte: time.Second},
		"header=99999999999":            {First: 1215752191 * time.Second},
		"header=0":                      {},
		"header= \t5-6,minRATE=1000000": {First: 5 * time.Second, Most: 6 * time.Second, PerByte: time.Microsecond},
	} {
		stage, got, err := ir.ParseReadTimeout(word)
		if diff := cmp.Diff(want, got); err != nil || stage != ir.ReadHeader || diff != "" {
			t.Errorf("%s is for %q: %v\n%s", word, stage, err, diff)
		}
	}
}
