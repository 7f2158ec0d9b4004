package directive

// Spelling returns the name as the manual writes it, which is how people know it. It differs from Name, the spelling of
// httpd's own table that httpd -L prints, for a few directives: "order" is Order there, "LimitRequestFieldsize" is
// LimitRequestFieldSize. Timeout is not among them: the manual has TimeOut, and the configurations that httpd ships Timeout.
func (d *Directive) Spelling() string {
	switch d.Name {
	case "allow":
		return "Allow"
	case "deny":
		return "Deny"
	case "order":
		return "Order"
	case "cachefile":
		return "CacheFile"
	case "mmapfile":
		return "MMapFile"
	case "Anonymous_NoUserId":
		return "Anonymous_NoUserID"
	case "CookieHttpOnly":
		return "CookieHTTPOnly"
	case "DeflateAlterEtag":
		return "DeflateAlterETag"
	case "DAV", "DAVBasePath", "DAVDepthInfinity", "DAVGenericLockDB", "DAVLockDB", "DAVLockDiscovery", "DAVMinTimeout":
		return "Dav" + d.Name[len("DAV"):]
	case "LimitRequestFieldsize":
		return "LimitRequestFieldSize"
	case "SSIEtag":
		return "SSIETag"
	case "SSLOCSPNoVerify":
		return "SSLOCSPNoverify"
	}
	return d.Name
}
