package admin

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/lower"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/runtime/program"
)

// FuzzChange: whatever a form says, what holds afterwards is within its bounds, and the failed state is nobody's to set.
func FuzzChange(f *testing.F) {
	for _, form := range []string{
		"w_lf=2.5&w_ls=7&w_wr=a&w_rr=b&w_status_D=1&w_status_N=1&w_hm=GET&w_hi=200&w_hp=2&w_hf=3&w_hu=/x&w_he=up",
		"w_lf=1e9&w_ls=-1&w_status_E=1&w_hi=1&w_hp=0&w_hm=CPING&w_lf=NaN",
		"b_lbm=bytraffic&b_tmo=7200&b_max=99&b_sforce=1&b_ss=A|b&b_wyes=1&b_nwrkr=http://h:1/x",
		"b_tmo=7201&b_max=-5&b_ss=-&b_nwrkr=unix:/s|http://h/&b_wyes=1", "b_wyes=1&b_nwrkr=balancer://x",
	} {
		f.Add(form)
	}
	f.Fuzz(func(t *testing.T, form string) {
		source := "ProxyHCExpr up {true}\n<Proxy balancer://b>\nBalancerMember http://a\nBalancerMember http://c\nProxySet growth=1\n</Proxy>\n"
		tree := parser.Load(parser.Input{Name: filepath.Join(t.TempDir(), "x.conf"), Source: []byte(source)})
		config, _ := lower.Lower(tree)
		p, _ := program.Compile(config, program.Options{})
		host := p.Hosts()[0]
		b := host.Balancers()[0]
		c := change{host: host, balancer: b, worker: b.Members[0], params: parseParams(form)}
		if err := c.apply(); err != nil && c.added {
			t.Errorf("added in spite of %v", err)
		}
		live := b.Live()
		if live.Timeout < 0 || live.Timeout > 7200*time.Second || live.MaxAttempts < 0 || live.MaxAttempts > 99 || len(live.StickyCookie) > 62 ||
			live.Method.String() == "invalid" || len(live.Members) > 3 {
			t.Errorf("%+v", live)
		}
		for _, w := range live.Members {
			texts, check := w.Texts(), w.Slot.Check()
			if factor := w.Slot.Factor(); factor < 100 || factor > 10000 {
				t.Errorf("the factor is %d", factor)
			}
			if set := w.Slot.LBSet(); set < 0 || set > 99 {
				t.Errorf("the set is %d", set)
			}
			if len(texts.Route) > 63 || len(texts.Redirect) > 63 || len(texts.CheckURI) > 63 || texts.CheckExpr != "" && texts.Healthy == nil {
				t.Errorf("%+v", texts)
			}
			if check.Interval < 100*time.Millisecond || check.Passes < 1 || check.Fails < 1 {
				t.Errorf("%+v", check)
			}
			if w.Slot.Status()&(ir.StatusError|ir.StatusShutdown|ir.StatusFree) != 0 || !w.Slot.Status().Has(ir.StatusInit) {
				t.Errorf("the states are %v", w.Slot.Status())
			}
		}
		for _, done := range c.done {
			if done.From == done.To {
				t.Errorf("%+v is no change", done)
			}
		}
	})
}
