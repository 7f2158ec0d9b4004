package yaml

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/lbconf/lbconf/emit/internal/irtest"
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/testenv"
)

// documentJSON returns the JSON of a configuration and where its items are.
func documentJSON(t rapid.TB, cfg *ir.Config) (string, []string) {
	t.Helper()
	document, err := NewDocument(cfg)
	if err != nil {
		t.Fatalf("document: %v", err)
	}
	var b strings.Builder
	if err := document.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	return b.String(), document.Pointers()
}

// checkDocument: the JSON of a configuration is read back as the same configuration, which its YAML shows, and each item has a place in it that
// exists and is that of no other.
func checkDocument(t rapid.TB, cfg *ir.Config) any {
	t.Helper()
	written, pointers := documentJSON(t, cfg)
	if diff := cmp.Diff(mustEmit(t, Emitter{NoComments: true}, cfg), mustEmit(t, Emitter{NoComments: true}, mustDecode(t, written))); diff != "" {
		t.Fatalf("%s\nin\n%s", diff, written)
	}
	var value any
	decoder := json.NewDecoder(strings.NewReader(written))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		t.Fatalf("%v in\n%s", err, written)
	}
	seen := map[string]bool{}
	for i, pointer := range pointers {
		if seen[pointer] || !points(value, pointer) {
			t.Fatalf("item %d stands at %q, which is not there or another's, in\n%s", i+1, pointer, written)
		}
		seen[pointer] = true
	}
	return value
}

// points reports whether a JSON Pointer names a value.
func points(value any, pointer string) bool {
	for _, step := range strings.Split(pointer, "/")[1:] {
		step = strings.NewReplacer("~1", "/", "~0", "~").Replace(step)
		switch at := value.(type) {
		case map[string]any:
			next, ok := at[step]
			if !ok {
				return false
			}
			value = next
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(at) {
				return false
			}
			value = at[i]
		default:
			return false
		}
	}
	return pointer != ""
}

// TestDocument: everything that a configuration can say is read back from its JSON, and the schema takes it.
func TestDocument(t *testing.T) {
	compiled := compileSchema(t)
	check := func(t rapid.TB, cfg *ir.Config) {
		t.Helper()
		if err := compiled.Validate(checkDocument(t, cfg)); err != nil {
			t.Error(err)
		}
	}
	check(t, irtest.Every())
	for _, cfg := range irtest.Seeds(t, seedFolder) {
		check(t, cfg)
	}
	rapid.Check(t, func(rt *rapid.T) { check(rt, irtest.Config(true).Draw(rt, "config")) })
}

// TestDocumentCorpus is TestDocument on real configurations.
func TestDocumentCorpus(t *testing.T) {
	compiled := compileSchema(t)
	for _, sample := range testenv.Corpus(t) {
		cfg, _ := irtest.Lower(sample.Name, sample.Source)
		if err := compiled.Validate(checkDocument(t, cfg)); err != nil {
			t.Errorf("%s: %v", sample.Name, err)
		}
	}
}

// TestDocumentEveryFieldCounts: no field of the IR can change without a change of the JSON, or an error.
func TestDocumentEveryFieldCounts(t *testing.T) {
	plain, _ := documentJSON(t, irtest.Every())
	irtest.Flips(func(field string, cfg *ir.Config) {
		document, err := NewDocument(cfg)
		if err != nil {
			return
		}
		var b strings.Builder
		if err := document.WriteJSON(&b); err != nil {
			t.Fatal(err)
		}
		if b.String() == plain {
			t.Errorf("%s has no effect on the JSON", field)
		}
	})
}

// TestText: bytes that are no text survive, in names and in values, and a string that looks like them is not mistaken.
func TestText(t *testing.T) {
	for _, s := range []string{strings.Repeat("long ", 500), "plain", "", "caf\xe9", "\x00\xff", "!!binary ", "!!binary Zm9v", "\u007f\u0085\u2028\ufeff\uffff😀\"\\\t"} {
		cfg := &ir.Config{Items: []ir.Item{
			&ir.Word{Name: ir.WordServerAdmin, Value: s},
			&ir.Section{Kind: ir.SectionLocation, Pattern: "/" + s},
			&ir.Section{Kind: ir.SectionLocation, Pattern: s + "/"},
		}}
		cfg.Number()
		checkDocument(t, cfg)
		if diff := cmp.Diff(cfg, mustDecode(t, mustEmit(t, Emitter{}, cfg)), ir.IgnoreOrigin()); diff != "" {
			t.Error(diff)
		}
	}
}

// TestReadsOneLongLine: JSON comes on one line, and every place in it is found without a walk from its beginning.
func TestReadsOneLongLine(t *testing.T) {
	cfg := &ir.Config{}
	for i := range 20_000 {
		cfg.Items = append(cfg.Items, &ir.ProxyPass{Path: fmt.Sprintf("/é%d", i), URL: "http://b/"})
	}
	cfg.Number()
	written, _ := documentJSON(t, cfg)
	files := diag.NewFileSet()
	back, list := Decode(files, "long.json", []byte(written))
	if len(list) > 0 {
		t.Fatal(list)
	}
	for i, item := range back.Items {
		at := files.Position(item.Head().Origin.Span.Start)
		if want := fmt.Sprintf(`"path":"/é%d"`, i); !bytes.HasPrefix([]byte(written[at.Offset:]), []byte(want)) {
			t.Fatalf("item %d stands at %d: %.30s, want %s", i, at.Offset, written[at.Offset:], want)
		}
	}
}

// TestReadsJSON: other writers escape what they like, and every place is found all the same.
func TestReadsJSON(t *testing.T) {
	src := "{ \"lbconf\":1,\r\n\t\"server_admin\" : \"\\ud83d\\ude00\\u0041é\", \"listen\":[80, {\"port\": \"x\"}],\n\"proxy_timeout\":null, \"rewrite_engine\": true}"
	files := diag.NewFileSet()
	cfg, list := Decode(files, "other.json", []byte(src))
	var got []string
	for _, d := range list {
		at := files.Position(d.Span.Start)
		got = append(got, fmt.Sprintf("%d:%d %s", at.Line, at.Column, files.Text(d.Span)))
	}
	if diff := cmp.Diff([]string{`2:66 "x"`, `3:17 null`}, got); diff != "" {
		t.Error(diff)
	}
	if admin, ok := cfg.Items[0].(*ir.Word); !ok || admin.Value != "😀Aé" {
		t.Errorf("%+v", cfg.Items[0])
	}
	if engine, ok := cfg.Items[len(cfg.Items)-1].(*ir.Switch); !ok || !engine.On {
		t.Errorf("%+v", engine)
	}
}
