package lower

import "github.com/lbconf/lbconf/parser/clib"

// removedAdvice says what httpd 2.4 has in the place of a directive of older versions, from the manual's pages about
// upgrading from 2.0 and 2.2; ok is false for a name that is none of theirs.
func removedAdvice(name string) (advice string, ok bool) {
	switch clib.ToLower(name) {
	case "acceptmutex", "lockfile", "rewritelock", "sslmutex":
		return "write Mutex, which has taken the place of all directives for locks; httpd's default needs no line", true
	case "rewritelog", "rewriteloglevel":
		return "write LogLevel rewrite:trace3 (trace1 to trace8); the lines go to the ErrorLog", true
	case "authzldapauthoritative", "authzdbdauthoritative", "authzdbmauthoritative", "authzgroupfileauthoritative",
		"authzuserauthoritative", "authzownerauthoritative", "authzdefaultauthoritative":
		return "remove the line: <RequireAll>, <RequireAny> and <RequireNone> say how several Require belong together", true
	case "authdigestenablequerystringhack":
		return `write BrowserMatch "MSIE" AuthDigestEnableQueryStringHack=On`, true
	case "cookielog", "agentlog", "refererlog":
		return "write CustomLog, with a format that has the field", true
	case "refererignore":
		return "write CustomLog with env=, and SetEnvIf for what is not to be logged", true
	case "mcachesize", "mcachemaxobjectcount", "mcacheminobjectsize", "mcachemaxobjectsize", "mcacheremovalalgorithm",
		"mcachemaxstreamingbuffer":
		return "remove the line: mod_mem_cache is gone, and mod_cache_disk or mod_cache_socache keeps what CacheEnable names", true
	case "addmodule", "clearmodulelist":
		return "remove the line: LoadModule is enough", true
	case "bindaddress":
		return "write Listen ADDRESS:PORT", true
	case "servertype":
		return "remove the line: httpd runs by itself, never from inetd", true
	case "resourceconfig", "accessconfig":
		return "write Include with the file, or remove the line", true
	}
	return "", false
}
