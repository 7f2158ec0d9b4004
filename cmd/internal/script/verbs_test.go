package script

import (
	"testing"

	"github.com/lbconf/lbconf/cmd/internal/engine"
)

// The verbs do what docs/scripts.md says of them, with httpd as the proxy between client and backend.
func TestVerbs(t *testing.T) {
	Test(t, "testdata/verbs", Program{}, nil, engine.HTTPD{})
}
