package yaml

import "github.com/lbconf/lbconf/ir"

// reverseCookies is ProxyPassReverseCookieDomain and ProxyPassReverseCookiePath.
var reverseCookies = mappings("public", "/, path: /app",
	func(_ *writer, m *mapping, cookie *ir.ProxyPassReverseCookie) {
		m.add(choose(cookie.Domain, "domain", "path"), text(cookie.Internal))
		m.add("public", text(cookie.Public))
		m.on("interpolate", cookie.Interpolate)
	},
	func(f *fields) *ir.ProxyPassReverseCookie {
		cookie := &ir.ProxyPassReverseCookie{Public: f.text("public"), Interpolate: f.on("interpolate"), Domain: f.has("domain")}
		attribute := choose(cookie.Domain, "domain", "path")
		cookie.Node = f.at(choose(cookie.Domain, "ProxyPassReverseCookieDomain", "ProxyPassReverseCookiePath"), attribute)
		f.need(attribute, "path: /app, or domain: and the backend's")
		f.only(attribute, "public", "interpolate")
		cookie.Internal = f.text(attribute)
		return cookie
	},
	func() schema {
		public := func(attribute string) schema {
			return object(props{attribute: ref("text"), "public": ref("text"), "interpolate": ref("switch")}, attribute, "public")
		}
		return anyOf(public("path"), public("domain"))
	},
)
