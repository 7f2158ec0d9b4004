package program

import "testing"

// TestBanner holds how much of the version each word of ServerTokens gives away.
func TestBanner(t *testing.T) {
	tests := []struct{ tokens, version, want string }{
		{"Prod", "v1.2.3", "lbconf"},
		{"Major", "v1.2.3", "lbconf/1"},
		{"Minor", "v1.2.3", "lbconf/1.2"},
		{"Min", "v1.2.3", "lbconf/1.2.3"},
		{"OS", "v1.2.3", "lbconf/1.2.3 (Plan9)"},
		{"Full", "1.2.3", "lbconf/1.2.3 (Plan9)"},
		{"Major", "devel", "lbconf/devel"},
		{"Minor", "devel", "lbconf/devel"},
		{"Min", "", "lbconf"},
	}
	for _, test := range tests {
		if got := banner(test.tokens, test.version, "Plan9"); got != test.want {
			t.Errorf("%s of %q is %q, want %q", test.tokens, test.version, got, test.want)
		}
	}
}
