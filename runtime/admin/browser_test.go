package admin_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/lbconf/lbconf/parser/testenv"
)

// browser is a headless Chromium with one page; what its console says fails the test.
type browser struct {
	ctx    context.Context //nolint:containedctx // chromedp's way of naming a page
	folder string
}

// open starts Chromium. Without it the test is skipped, and fails where engines are required.
func open(t *testing.T) *browser {
	t.Helper()
	path := testenv.Program(t, "chromium")
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.Headless, chromedp.DisableGPU)
	allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(end) // waits for the end of the process
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	b := &browser{ctx: ctx, folder: os.Getenv("LBCONF_SCREENSHOTS")}
	if b.folder == "" {
		b.folder = t.TempDir()
	}
	messages := chromedp.Console(ctx)
	read := make(chan struct{})
	go func() {
		defer close(read)
		for message, err := range messages {
			if err != nil {
				return
			}
			t.Errorf("the console says: %v", message)
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-read
	})
	return b
}

// do does steps, within a time.
func (b *browser) do(t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	get(t, b, chromedp.Steps(steps...))
}

// get does what returns a value, within a time.
func get[T any](t *testing.T, b *browser, action chromedp.Action[T]) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 30*time.Second)
	defer cancel()
	value, err := chromedp.Run(ctx, action)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// script switches JavaScript on or off.
func (b *browser) script(t *testing.T, on bool) {
	t.Helper()
	b.do(t, chromedp.Navigate("about:blank"))
	if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on}); err != nil {
		t.Fatal(err)
	}
}

// picture keeps screenshots of the whole page, on a wide and on a narrow screen, light and dark, and says what is wider
// than the screen.
func (b *browser) picture(t *testing.T, name string) {
	t.Helper()
	for screen, width := range map[string]int64{"wide": 1280, "narrow": 390} {
		for _, scheme := range []string{"light", "dark"} {
			media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
			if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, media); err != nil {
				t.Fatal(err)
			}
			b.do(t, chromedp.EmulateViewport(width, 800))
			over := get(t, b, chromedp.Evaluate[int]("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
			if over > 0 {
				t.Errorf("%s: %d pixels are beyond the edge of a %s screen", name, over, screen)
			}
			file := filepath.Join(b.folder, fmt.Sprintf("%s-%s-%s.png", name, screen, scheme))
			if err := os.WriteFile(file, get(t, b, chromedp.FullScreenshot(100)), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	b.do(t, chromedp.EmulateViewport(1280, 800))
}

// TestManagerInABrowser: an operator changes a load factor, with JavaScript and without, and sees it confirmed; so does one
// who takes a member out by the switch beside it.
func TestManagerInABrowser(t *testing.T) {
	for _, script := range []bool{true, false} {
		t.Run(fmt.Sprintf("script=%t", script), func(t *testing.T) {
			s := start(t, cluster)
			for range 20 {
				s.do(t, "/x", "")
			}
			b := open(t)
			picture := func(name string) {
				if script {
					b.picture(t, name)
				}
			}
			b.script(t, script)
			b.do(t, chromedp.Navigate(s.url+"/balancer-manager"))
			if title := get(t, b, chromedp.Title()); title != "Load Balancer Manager for 127.0.0.1" {
				t.Errorf("the title is %q", title)
			}
			if toggle := get(t, b, chromedp.AttributeValue(chromedp.CSS("label.refresh"), "hidden")); toggle.Exists == script {
				t.Errorf("the switch for refreshing is hidden: %t", toggle.Exists)
			}
			picture("manager")
			b.do(t, chromedp.Click(`//a[text()='`+s.one+`']`), chromedp.WaitVisible(chromedp.ID("w_lf")))
			picture("manager-worker")
			b.do(t, chromedp.SetValue(chromedp.ID("w_lf"), "2.5"), chromedp.Click(`//form[contains(@class, 'edit')]//button`), chromedp.WaitVisible(chromedp.CSS(".message.ok")))
			if message := get(t, b, chromedp.Text(chromedp.CSS(".message.ok"))); !strings.Contains(message, s.one+": load factor 1.00 → 2.50") {
				t.Errorf("the page confirms %q", message)
			}
			if factor := s.balancer(t, "cluster").Members[0].Slot.Factor(); factor != 250 {
				t.Errorf("the load factor is %d", factor)
			}
			picture("manager-confirmed")
			row := `//section[@id='balancer://cluster']//tr[contains(., '` + s.two + `')]`
			b.do(t, chromedp.Click(row+`//button[text()='Disable']`), chromedp.WaitVisible(row+`//button[text()='Enable']`))
			if message := get(t, b, chromedp.Text(chromedp.CSS(".message.ok"))); !strings.Contains(message, "Disabled Off → On") {
				t.Errorf("the page confirms %q", message)
			}
			if s.balancer(t, "cluster").Members[1].Slot.Usable() {
				t.Error("the member is usable")
			}
			b.do(t, chromedp.Click(`//a[text()='balancer://cluster']`), chromedp.WaitVisible(chromedp.ID("b_nwrkr")))
			picture("manager-balancer")
		})
	}
}

// TestRefreshKeepsTheForm: figures that refresh themselves leave alone what somebody types.
func TestRefreshKeepsTheForm(t *testing.T) {
	s := start(t, cluster)
	b := open(t)
	b.do(t, chromedp.Navigate(s.url+"/balancer-manager"), chromedp.Click(`//a[text()='`+s.one+`']`),
		chromedp.WaitVisible(chromedp.ID("w_wr")), chromedp.SendKeys(chromedp.ID("w_wr"), "-typed"))
	for range 3 {
		s.do(t, "/x", "")
	}
	b.do(t, chromedp.Click(chromedp.ID("refresh")), chromedp.WaitVisible(`//span[@id='refreshed'][contains(., 'at ')]`))
	if typed := get(t, b, chromedp.Value(chromedp.ID("w_wr"))); typed != "-typedone" {
		t.Errorf("the field holds %q", typed)
	}
	if elected := get(t, b, chromedp.Text(`//dt[text()='Elected']/following-sibling::dd`)); elected == "0" {
		t.Errorf("the figures were not refreshed: %s elected", elected)
	}
}

// TestStatusInABrowser: the pages to look at open without a complaint and fit the screen.
func TestStatusInABrowser(t *testing.T) {
	s := start(t, cluster)
	for i := range 30 {
		s.do(t, fmt.Sprintf("/some/path/%d?with=%s", i, strings.Repeat("a-query-", i)), "")
	}
	b := open(t)
	for name, path := range map[string]string{
		"status": "/server-status", "status-notable": "/server-status?notable", "info": "/server-info", "info-config": "/server-info?config",
	} {
		b.do(t, chromedp.Navigate(s.url+path), chromedp.WaitVisible(chromedp.CSS("main section")))
		b.picture(t, name)
	}
}
