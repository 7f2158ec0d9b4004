package expr

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/parser/pcre"
)

// shape is how tests see a pattern: by its text.
var shape = cmp.Transformer("source", func(p *pcre.Pattern) string { return p.Source })

// TestCondition pins the tree: precedence, what a text consists of, how operators are told apart.
func TestCondition(t *testing.T) {
	re, err := pcre.Parse("^/a")
	if err != nil {
		t.Fatal(err)
	}
	for src, want := range map[string]Condition{
		"true or not false and true": &Or{&Constant{true}, &And{&Not{&Constant{}}, &Constant{true}}},
		"(true || false) && true":    &And{&Or{&Constant{true}, &Constant{}}, &Constant{true}},
		"%{request_uri} =~ m#^/a#":   &Match{Word: &Variable{"REQUEST_URI"}, Pattern: re},
		"'' -ne 10":                  &Compare{NotEqual, true, &Literal{}, &Literal{"10", true}},
		`'a\x\101$1' == "%{HTTP:b}"`: &Compare{
			Equal, false,
			&Concat{[]Word{&Literal{Text: "axA"}, &BackRef{1}}}, &Call{"http", &Literal{Text: "b"}},
		},
		"'a' . 'b' in { 'c', req('d') }": &Member{
			Word: &Concat{[]Word{&Literal{Text: "a"}, &Literal{Text: "b"}}},
			List: []Word{&Literal{Text: "c"}, &Call{"req", &Literal{Text: "d"}}},
		},
		"-n %{HTTPS}":                    &Test{'n', &Variable{"HTTPS"}},
		"%{REMOTE_ADDR} -ipMatch '10.1'": &Relation{"ipmatch", &Variable{"REMOTE_ADDR"}, &Literal{Text: "10.1"}},
	} {
		got, err := ParseCondition(src, Options{})
		if err != nil {
			t.Errorf("%s: %v", src, err)
		} else if diff := cmp.Diff(want, got, shape); diff != "" {
			t.Errorf("%s: %s", src, diff)
		}
	}
}

// TestString pins expressions that are texts.
func TestString(t *testing.T) {
	for src, want := range map[string]Word{
		"":                        &Literal{},
		"it's \"a\" % } $":        &Literal{Text: "it's \"a\" % } $"},
		"%{REQUEST_SCHEME}s":      &Concat{[]Word{&Variable{"REQUEST_SCHEME"}, &Literal{Text: "s"}}},
		"a%{tolower:b%{HTTPS}}$1": &Concat{[]Word{&Literal{Text: "a"}, &Call{"tolower", &Concat{[]Word{&Literal{Text: "b"}, &Variable{"HTTPS"}}}}, &BackRef{1}, &Literal{}}},
	} {
		got, err := ParseString(src, Options{})
		if err != nil {
			t.Errorf("%s: %v", src, err)
		} else if diff := cmp.Diff(want, got, shape); diff != "" {
			t.Errorf("%s: %s", src, diff)
		}
	}
}

// TestError pins where an error stands and what it says.
func TestError(t *testing.T) {
	for src, want := range map[string]Error{
		"true && REQUEST_URI":  {8, 19, "\"REQUEST_URI\" is neither a variable nor a text: write %{REQUEST_URI} or 'REQUEST_URI'", "syntax error"},
		"%{REQEST_URI} == 'a'": {2, 12, "variable REQEST_URI does not exist: did you mean REQUEST_URI?", "Variable 'REQEST_URI' does not exist"},
		"'a' -ipmach '10'":     {4, 11, "operator -ipmach does not exist: did you mean -ipmatch?", "Binary operator '-ipmach' does not exist"},
		"'a' ==":               {6, 6, "the expression ends too early: a text in quotes, a number, %{…} or a function is missing", "syntax error"},
		"'a' =~ 'b'":           {7, 8, "\"'\" cannot stand here: a regular expression such as /^a/ or m#^a# is missing", "syntax error"},
		"('a' == 'b'":          {11, 11, "the expression ends too early: ) is missing", "syntax error"},
	} {
		_, err := ParseCondition(src, Options{})
		got, ok := errors.AsType[*Error](err)
		if !ok {
			t.Errorf("%s: error %v", src, err)
		} else if diff := cmp.Diff(want, *got); diff != "" {
			t.Errorf("%s: %s", src, diff)
		}
	}
	for _, src := range []string{"-f '/x'", "file('/x') == 'a'"} {
		if _, err := ParseCondition(src, Options{Restricted: true}); err == nil {
			t.Errorf("%s: accepted in a .htaccess", src)
		}
	}
}

// FuzzParse holds that no text makes the parser fail, and that the place of an error lies in the text.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"true", "%{HTTP:a%{TIME}} =~ m#a#i && -R '10'", "'\\", "m_", "((((", "!!!!", "%{a:%{a:", "'$1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src string) {
		for _, parse := range []func(string) error{
			func(s string) error { _, err := ParseCondition(s, Options{}); return err },
			func(s string) error { _, err := ParseString(s, Options{}); return err },
		} {
			var failure *Error
			if err := parse(src); err != nil && !errors.As(err, &failure) {
				t.Fatalf("error %T", err)
			}
			if failure != nil && (failure.Offset < 0 || failure.End < failure.Offset || failure.End > len(src)) {
				t.Fatalf("place %d to %d of %d bytes", failure.Offset, failure.End, len(src))
			}
		}
	})
}
