package effective_test

import "testing"

// TestOpenForwardProxy: which guards keep a stranger out.
func TestOpenForwardProxy(t *testing.T) {
	const on = "ProxyRequests On\n"
	section := func(inside string) string { return on + "<Proxy *>\n" + inside + "\n</Proxy>\n" }
	for _, c := range []struct {
		name, config string
		open         bool
	}{
		{"off", "ProxyRequests Off\n", false},
		{"not written", "", false},
		{"without a section", on, true},
		{"granted", section("Require all granted"), true},
		{"denied", section("Require all denied"), false},
		{"by address", section("Require ip 10.0.0.0/8"), false},
		{"local", section("Require local"), false},
		{"by user", section("Require valid-user"), false},
		{"by method", section("Require method GET HEAD"), true},
		{"by other methods", section("Require method POST"), false},
		{"by address or granted", section("Require ip 10.0.0.0/8\nRequire all granted"), true},
		{"all but one", section("<RequireAll>\nRequire all granted\nRequire not ip 192.0.2.1\n</RequireAll>"), true},
		{"none but", section("<RequireAll>\nRequire all granted\nRequire ip 10.0.0.0/8\n</RequireAll>"), false},
		{"nobody", section("<RequireAll>\nRequire all granted\n<RequireNone>\nRequire method GET\n</RequireNone>\n</RequireAll>"), false},
		{"compat closed", section("Order deny,allow\nDeny from all\nAllow from 192.168.1.0/24"), false},
		{"compat open", section("Order allow,deny\nAllow from all"), true},
		{"compat default allow", section("Order deny,allow"), true},
		{"compat default deny", section("Order allow,deny"), false},
		{"both", section("Require all granted\nOrder allow,deny\nAllow from 10.0.0.0/8"), false},
		{"either", section("Require all granted\nOrder allow,deny\nAllow from 10.0.0.0/8\nSatisfy any"), true},
		{"expression", on + "<ProxyMatch .*>\nRequire local\n</ProxyMatch>\n", false},
		{"one scheme", on + "<Proxy \"http://*\">\nRequire local\n</Proxy>\n", true},
		{"allowed targets", section("Require all denied") + "<Proxy http://www.example.org/>\nRequire all granted\n</Proxy>\n", false},
		{"reopened", section("Require local") + "<Proxy *>\nRequire all granted\n</Proxy>\n", true},
		{"a Location is no guard", on + "<Location />\nRequire local\n</Location>\n", true},
	} {
		main := view(t, c.config).Main()
		if got := main.OpenForwardProxy() != nil; got != c.open {
			t.Errorf("%s: open %t, want %t", c.name, got, c.open)
		}
	}
	v := view(t, section("Require local")+"<VirtualHost *:80>\n<Proxy *>\nRequire all granted\n</Proxy>\n</VirtualHost>\n")
	if v.Main().OpenForwardProxy() != nil || v.Servers()[1].OpenForwardProxy() == nil {
		t.Error("a virtual host inherits ProxyRequests and the section, and may open it")
	}
}
