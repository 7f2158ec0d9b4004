package engine

import "testing"

// TestMessageOf reads lines as both engines write them.
func TestMessageOf(t *testing.T) {
	for _, test := range []struct{ line, want string }{
		{"[Fri Nov 20 10:00:00.000000 2026] [rewrite:trace2] [pid 1:tid 2] mod_rewrite.c(5016): [client 127.0.0.1:1] 127.0.0.1 - - [a.test/sid#7f][rid#7e/initial] init rewrite engine with requested uri /a", "trace2 init rewrite engine with requested uri /a"},
		{"[Fri Nov 20 10:00:00.000000 2026] [rewrite:error] [pid 1:tid 2] [client 127.0.0.1:1] AH00670: x", "error AH00670: x"},
		{"[Fri Nov 20 10:00:00.000000 2026] [proxy:trace2] [pid 1:tid 2] x", ""},
		{`time=2026-11-20T10:00:00.000Z level=TRACE4 msg="RewriteCond: input='' pattern='\"' => matched" module=rewrite client=127.0.0.1:1`, `trace4 RewriteCond: input='' pattern='"' => matched`},
		{`time=2026-11-20T10:00:00.000Z level=INFO msg="listening on 127.0.0.1:1" configured=1`, ""},
	} {
		if got, ok := messageOf(test.line, "rewrite"); ok != (test.want != "") || ok && got != test.want {
			t.Errorf("%s\nis %q, %t", test.line, got, ok)
		}
	}
}
