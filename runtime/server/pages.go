package server

import (
	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/wire"
)

const statusBadGateway = 502

// page is httpd's response of its own to a status: the reason and what the body says.
type page struct{ reason, text string }

// reasonOf returns the text behind a status in the status line.
func reasonOf(status int, proxyText string) string {
	if proxyText != "" {
		return "Proxy Error"
	}
	return pageOf(status).reason
}

func pageOf(status int) page {
	if p, ok := pages[status]; ok {
		return p
	}
	return pages[500]
}

// appendPage appends the body of a response of the server's own: the page that httpd sends, byte for byte.
func (t *task) appendPage(dst []byte, status int) []byte {
	title := string(t.reason(status))
	dst = append(dst, "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\" \"http://www.w3.org/TR/html4/strict.dtd\">\n<html><head>\n<title>"...)
	dst = wire.AppendInt(dst, int64(status))
	dst = program.AppendHTML(append(dst, ' '), title)
	dst = append(dst, "</title>\n</head><body>\n<h1>"...)
	dst = program.AppendHTML(dst, title)
	dst = append(dst, "</h1>\n"...)
	if t.text != "" && status == 500 {
		dst = append(t.appendNotes(dst), "<p />\n"...)
	} else {
		dst = t.expand(dst, pageOf(status).text)
	}
	if t.instead != 0 {
		dst = append(dst, "<p>Additionally, a "...)
		dst = wire.AppendInt(dst, int64(t.instead))
		dst = append(append(dst, ' '), pageOf(t.instead).reason...)
		dst = append(dst, "\nerror was encountered while trying to use an ErrorDocument to handle the request.</p>\n"...)
	}
	return append(t.plan.AppendSignature(dst, "<hr>\n", t.banner()), "</body></html>\n"...)
}

// appendNotes appends what a page says beside its usual text (httpd: the note error-notes): the reason of mod_proxy, or
// what is wrong with the request.
func (t *task) appendNotes(dst []byte) []byte {
	if t.text == "" {
		return append(dst, t.notes...)
	}
	dst = append(dst, "The proxy server could not handle the request<p>Reason: <strong>"...)
	dst = program.AppendHTML(dst, t.text)
	return append(dst, "</strong></p>"...)
}

// expand appends the text of a page. In it \x00 and a letter stand for: U the Location, N the notes, M the method, E the
// Expect field, A the administrator.
func (t *task) expand(dst []byte, text string) []byte {
	for i := 0; i < len(text); i++ {
		if text[i] != 0 {
			dst = append(dst, text[i])
			continue
		}
		i++
		switch text[i] {
		case 'U':
			dst = program.AppendHTML(dst, string(t.plan.Location))
		case 'N':
			dst = t.appendNotes(dst)
		case 'M':
			dst = program.AppendHTML(dst, string(t.x.Request.Method))
		case 'E':
			dst = program.AppendHTML(dst, string(t.x.Request.Fields.Get("Expect")))
		case 'A':
			dst = program.AppendHTML(dst, t.host.Admin())
		}
	}
	return dst
}

const moved = "<p>The document has moved <a href=\"\x00U\">here</a>.</p>\n"

const internalError = "<p>The server encountered an internal error or\nmisconfiguration and was unable to complete\nyour request.</p>\n" +
	"<p>Please contact the server administrator at \n \x00A to inform them of the time this error occurred,\n" +
	" and the actions you performed just before this error.</p>\n" +
	"<p>More information about this error may be available\nin the server error log.</p>\n"

const unauthorized = "<p>This server could not verify that you\nare authorized to access the document\nrequested.  Either you supplied the wrong\n" +
	"credentials (e.g., bad password), or your\nbrowser doesn't understand how to supply\nthe credentials required.</p>\n"

// pages are observed on httpd 2.4.71.
var pages = map[int]page{
	200: {"OK", internalError},
	201: {"Created", internalError},
	202: {"Accepted", internalError},
	203: {"Non-Authoritative Information", internalError},
	204: {"No Content", ""},
	205: {"Reset Content", internalError},
	206: {"Partial Content", internalError},
	207: {"Multi-Status", internalError},
	208: {"Already Reported", internalError},
	226: {"IM Used", internalError},
	300: {"Multiple Choices", ""},
	301: {"Moved Permanently", moved},
	302: {"Found", moved},
	303: {"See Other", "<p>The answer to your request is located <a href=\"\x00U\">here</a>.</p>\n"},
	304: {"Not Modified", ""},
	305: {"Use Proxy", "<p>This resource is only accessible\nthrough the proxy\n\x00U<br />\nYou will need to configure your client to use that proxy.</p>\n"},
	307: {"Temporary Redirect", moved},
	308: {"Permanent Redirect", moved},
	400: {"Bad Request", "<p>Your browser sent a request that this server could not understand.<br />\n\x00N</p>\n"},
	401: {"Unauthorized", unauthorized},
	402: {"Payment Required", internalError},
	403: {"Forbidden", "<p>You don't have permission to access this resource.\x00N</p>\n"},
	404: {"Not Found", "<p>The requested URL was not found on this server.</p>\n"},
	405: {"Method Not Allowed", "<p>The requested method \x00M is not allowed for this URL.</p>\n"},
	406: {"Not Acceptable", "<p>An appropriate representation of the requested resource could not be found on this server.</p>\n"},
	407: {"Proxy Authentication Required", unauthorized},
	408: {"Request Timeout", "<p>Server timeout waiting for the HTTP request from the client.</p>\n"},
	409: {"Conflict", internalError},
	410: {"Gone", "<p>The requested resource is no longer available on this server and there is no forwarding address.\n" +
		"Please remove all references to this resource.</p>\n"},
	411: {"Length Required", "<p>A request of the requested method \x00M requires a valid Content-length.<br />\n\x00N</p>\n"},
	412: {"Precondition Failed", "<p>The precondition on the request for this URL evaluated to false.</p>\n"},
	413: {"Request Entity Too Large", "The requested resource does not allow request data with \x00M requests, or the amount of data provided in\n" +
		"the request exceeds the capacity limit.\n"},
	414: {"Request-URI Too Long", "<p>The requested URL's length exceeds the capacity\nlimit for this server.<br />\n\x00N</p>\n"},
	415: {"Unsupported Media Type", "<p>The supplied request data is not in a format\nacceptable for processing by this resource.</p>\n"},
	416: {"Requested Range Not Satisfiable", "<p>None of the range-specifier values in the Range\nrequest-header field overlap the current extent\n" +
		"of the selected resource.</p>\n"},
	417: {"Expectation Failed", "<p>The expectation given in the Expect request-header\nfield could not be met by this server.\n" +
		"The client sent<pre>\n    Expect: \x00E\n</pre>\n</p><p>Only the 100-continue expectation is supported.</p>\n"},
	421: {"Misdirected Request", "<p>The client needs a new connection for this\nrequest as the requested host name does not match\n" +
		"the Server Name Indication (SNI) in use for this\nconnection.</p>\n"},
	422: {"Unprocessable Entity", "<p>The server understands the media type of the\nrequest entity, but was unable to process the\n" +
		"contained instructions.</p>\n"},
	423: {"Locked", "<p>The requested resource is currently locked.\nThe lock must be released or proper identification\n" +
		"given before the method can be applied.</p>\n"},
	424: {"Failed Dependency", "<p>The method could not be performed on the resource\nbecause the requested action depended on another\n" +
		"action and that other action failed.</p>\n"},
	426: {"Upgrade Required", "<p>The requested resource can only be retrieved\nusing SSL.  The server is willing to upgrade the current\n" +
		"connection to SSL, but your client doesn't support it.\nEither upgrade your client, or try requesting the page\nusing https://\n"},
	428: {"Precondition Required", "<p>The request is required to be conditional.</p>\n"},
	429: {"Too Many Requests", "<p>The user has sent too many requests\nin a given amount of time.</p>\n"},
	431: {"Request Header Fields Too Large", "<p>The server refused this request because\nthe request header fields are too large.</p>\n"},
	451: {"Unavailable For Legal Reasons", "<p>Access to this URL has been denied for legal reasons.<br />\n</p>\n"},
	500: {"Internal Server Error", internalError},
	501: {"Not Implemented", "<p>\x00M not supported for current URL.<br />\n\x00N</p>\n"},
	502: {"Bad Gateway", "<p>The proxy server received an invalid\r\nresponse from an upstream server.<br />\r\n\x00N</p>\n"},
	503: {"Service Unavailable", "<p>The server is temporarily unable to service your\nrequest due to maintenance downtime or capacity\n" +
		"problems. Please try again later.</p>\n"},
	504: {"Gateway Timeout", "<p>The gateway did not receive a timely response\nfrom the upstream server or application.</p>\n"},
	505: {"HTTP Version Not Supported", internalError},
	507: {"Insufficient Storage", "<p>The method could not be performed on the resource\nbecause the server is unable to store the\n" +
		"representation needed to successfully complete the\nrequest.  There is insufficient free space left in\nyour storage allocation.</p>\n"},
	508: {"Loop Detected", "<p>The server terminated an operation because\nit encountered an infinite loop.</p>\n"},
	510: {"Not Extended", "<p>A mandatory extension policy in the request is not\naccepted by the server for this resource.</p>\n"},
	511: {"Network Authentication Required", "<p>The client needs to authenticate to gain\nnetwork access.</p>\n"},
}
