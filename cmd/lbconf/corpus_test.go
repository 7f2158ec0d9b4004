package main

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/emit"
	"github.com/lbconf/lbconf/emit/apache"
	"github.com/lbconf/lbconf/emit/yaml"
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/testenv"
)

// TestCorpusRoundTrip holds the laws of conversion on real configurations, those that httpd refuses too: what is written as
// YAML, or as httpd's language, reads as the same configuration, unless the report says what was lost.
func TestCorpusRoundTrip(t *testing.T) {
	for _, sample := range testenv.Corpus(t) {
		flags := inputFlags{Context: "server", From: "apache", HTTPDVersion: followedVersion, MaxInput: 512}
		if sample.Htaccess {
			flags.Context = "htaccess"
		}
		before := flags.parse(sample.Name, sample.Source, variables{}, nil)
		for _, target := range []struct {
			emitter emit.Emitter
			from    string
		}{{yaml.Emitter{}, "yaml"}, {apache.Emitter{}, "apache"}} {
			output, report, err := emit.Run(target.emitter, before.config)
			if err != nil {
				t.Errorf("%s to %s: %v", sample.Name, target.from, err)
				continue
			}
			if s := report.Summary(); s.Exact != s.Directives {
				continue
			}
			flags.From = target.from
			after := flags.parse(sample.Name, output.Files[0].Content, variables{}, nil)
			if diff := difference(before.config.Items, after.config.Items); diff != "" {
				t.Errorf("%s to %s (- before, + after):\n%.3000s", sample.Name, target.from, diff)
			}
		}
	}
}

// difference returns how the first items differ that do, or nothing. It compares item by item, since cmp takes exponential
// time for sections in sections that differ.
func difference(a, b []ir.Item) string {
	flat := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Items" }, cmp.Ignore())
	if len(a) != len(b) {
		return fmt.Sprintf("%d items, then %d", len(a), len(b))
	}
	for i := range a {
		if diff := cmp.Diff(a[i], b[i], ir.IgnoreOrigin(), flat); diff != "" {
			return diff
		}
		if diff := difference(children(a[i]), children(b[i])); diff != "" {
			return diff
		}
	}
	return ""
}

func children(item ir.Item) []ir.Item {
	if c, ok := item.(ir.Container); ok {
		return c.Children()
	}
	return nil
}
