package script

import (
	"testing"

	"github.com/lbconf/lbconf/cmd/internal/engine"
)

func TestConformance(t *testing.T) {
	Test(t, "../../../testdata/conformance", Program{}, engine.HTTPD{})
}
