// Package eval knows the values that a configuration can ask for by name: %{REQUEST_URI}, %{HTTP:Accept}, %{ENV:name}.
// A variable is resolved once, when the configuration is compiled; a request appends its value.
package eval

import (
	"fmt"
	"os"
	"strconv"

	"github.com/lbconf/lbconf/parser/rewrite"
	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/route"
	"github.com/lbconf/lbconf/runtime/wire"
)

// Server is what variables say of the virtual host.
type Server struct {
	// Admin is ServerAdmin.
	Admin string
	// Software is what the Server field says.
	Software string
	// DocumentRoot is empty where the configuration has none; variables that ask for it are then refused.
	DocumentRoot string
}

// Context is what the variables of one request are read from.
type Context struct {
	// Exchange is the request.
	Exchange *exchange.Exchange
	// Server is the virtual host.
	Server *Server
	// Self is how the request names this server.
	Self *route.Self
	// Filename is REQUEST_FILENAME: in server context the path as it was rewritten so far.
	Filename []byte
	// Query is QUERY_STRING as it was rewritten so far.
	Query []byte
	// Fields are those of the response for resp(), Always those that errors have too; before there is a response they are
	// empty.
	Fields, Always wire.Fields
	// Body is that of the response to a health check, for hc('body') and HC_BODY.
	Body []byte
}

// Variable is a resolved variable. The zero value is always empty.
type Variable struct {
	append func(dst []byte, c *Context, name string) []byte
	name   string
}

// Append appends the value of the variable for a request; a value that is missing is empty.
func (v *Variable) Append(dst []byte, c *Context) []byte {
	if v.append == nil {
		return dst
	}
	return v.append(dst, c, v.name)
}

// Resolve finds a variable of mod_rewrite. A variable that this server cannot give the value of httpd is an error that
// says why.
func Resolve(v rewrite.Variable, server *Server) (Variable, error) {
	switch v.Kind {
	case rewrite.NoVar:
		return Variable{}, nil
	case rewrite.ServerVar:
		return resolveServer(v.Name, server)
	case rewrite.HeaderVar:
		return Variable{appendHeader, v.Name}, nil
	case rewrite.EnvVar:
		return Variable{appendEnv, v.Name}, nil
	case rewrite.SSLVar:
		if !exchange.IsTLSVariable(v.Name) {
			return Variable{}, fmt.Errorf("%%{SSL:%s} is not a variable of mod_ssl that this server can fill in: leave it out", v.Name)
		}
		return Variable{appendTLS, v.Name}, nil
	case rewrite.LookAheadURI, rewrite.LookAheadFile:
		return Variable{}, fmt.Errorf("%%{LA-…:%s} needs a subrequest, which this server does not make: ask for %%{%s} itself", v.Name, v.Name)
	}
	return Variable{}, fmt.Errorf("variable %q is of a kind that this server does not know", v.Name)
}

func resolveServer(name string, server *Server) (Variable, error) {
	if f := serverVariables[name]; f != nil {
		return Variable{f, name}, nil
	}
	switch name {
	case "AUTH_TYPE", "REMOTE_USER", "REMOTE_IDENT", "PATH_INFO", "CONTEXT_PREFIX", "SCRIPT_USER", "SCRIPT_GROUP":
		// Nobody is authenticated here, and before a file is found it has no owner and no path behind it.
		return Variable{}, nil
	case "DOCUMENT_ROOT", "CONTEXT_DOCUMENT_ROOT":
		if server.DocumentRoot == "" {
			return Variable{}, fmt.Errorf("%%{%s} has no value: write a DocumentRoot", name)
		}
		return Variable{func(dst []byte, c *Context, _ string) []byte {
			return append(dst, c.Server.DocumentRoot...)
		}, name}, nil
	}
	return Variable{}, fmt.Errorf("%%{%s} is not a variable that this server can fill in: leave it out", name)
}

// apiVersion is what httpd 2.4.71 gives for API_VERSION: the magic number of its module interface.
const apiVersion = "20120211:142"

var serverVariables = map[string]func(dst []byte, c *Context, name string) []byte{
	"API_VERSION":      func(dst []byte, _ *Context, _ string) []byte { return append(dst, apiVersion...) },
	"CONN_REMOTE_ADDR": appendRemoteAddr,
	"HTTPS": func(dst []byte, c *Context, _ string) []byte {
		return appendSwitch(dst, c.Exchange.Client.Secure)
	},
	"IPV6": func(dst []byte, c *Context, _ string) []byte {
		address := c.Exchange.Client.Remote.Addr()
		return appendSwitch(dst, address.Is6() && !address.Is4In6())
	},
	"IS_SUBREQ":    func(dst []byte, _ *Context, _ string) []byte { return append(dst, "false"...) },
	"QUERY_STRING": func(dst []byte, c *Context, _ string) []byte { return append(dst, c.Query...) },
	"REMOTE_ADDR":  appendRemoteAddr,
	"REMOTE_HOST":  func(dst []byte, c *Context, _ string) []byte { return append(dst, c.Exchange.Client.Host()...) },
	"REMOTE_PORT": func(dst []byte, c *Context, _ string) []byte {
		return strconv.AppendInt(dst, int64(c.Exchange.Client.Remote.Port()), 10)
	},
	"REQUEST_FILENAME": appendFilename,
	"SCRIPT_FILENAME":  appendFilename,
	"REQUEST_METHOD": func(dst []byte, c *Context, _ string) []byte {
		return append(dst, c.Exchange.Request.Method...)
	},
	"REQUEST_SCHEME": func(dst []byte, c *Context, _ string) []byte { return append(dst, c.Self.Scheme...) },
	"REQUEST_URI":    func(dst []byte, c *Context, _ string) []byte { return append(dst, c.Exchange.Request.Path...) },
	"SERVER_ADDR":    func(dst []byte, c *Context, _ string) []byte { return append(dst, c.Exchange.Client.LocalIP...) },
	"SERVER_ADMIN":   func(dst []byte, c *Context, _ string) []byte { return append(dst, c.Server.Admin...) },
	"SERVER_NAME": func(dst []byte, c *Context, _ string) []byte {
		return route.AppendAuthority(dst, c.Self.Name, 0, 0)
	},
	"SERVER_PORT":     func(dst []byte, c *Context, _ string) []byte { return strconv.AppendInt(dst, int64(c.Self.Port), 10) },
	"SERVER_PROTOCOL": appendProtocol,
	"SERVER_SOFTWARE": func(dst []byte, c *Context, _ string) []byte { return append(dst, c.Server.Software...) },
	"THE_REQUEST":     func(dst []byte, c *Context, _ string) []byte { return append(dst, c.Exchange.Request.Line...) },
	"TIME":            appendClock, "TIME_YEAR": appendClock, "TIME_MON": appendClock, "TIME_DAY": appendClock,
	"TIME_HOUR": appendClock, "TIME_MIN": appendClock, "TIME_SEC": appendClock, "TIME_WDAY": appendClock,
}

func appendTLS(dst []byte, c *Context, name string) []byte {
	return append(dst, c.Exchange.Client.TLSVariable(name)...)
}

func appendRemoteAddr(dst []byte, c *Context, _ string) []byte {
	return append(dst, c.Exchange.Client.RemoteIP...)
}

func appendFilename(dst []byte, c *Context, _ string) []byte { return append(dst, c.Filename...) }

func appendSwitch(dst []byte, on bool) []byte {
	if on {
		return append(dst, "on"...)
	}
	return append(dst, "off"...)
}

func appendProtocol(dst []byte, c *Context, _ string) []byte {
	return append(dst, c.Exchange.Request.Protocol()...)
}

// appendClock appends a part of the time at which the request came, in the zone of the machine.
func appendClock(dst []byte, c *Context, name string) []byte {
	t := c.Exchange.Start
	switch name {
	case "TIME_YEAR":
		return strconv.AppendInt(dst, int64(t.Year()), 10)
	case "TIME_MON":
		return appendTwo(dst, int(t.Month()))
	case "TIME_DAY":
		return appendTwo(dst, t.Day())
	case "TIME_HOUR":
		return appendTwo(dst, t.Hour())
	case "TIME_MIN":
		return appendTwo(dst, t.Minute())
	case "TIME_SEC":
		return appendTwo(dst, t.Second())
	case "TIME_WDAY":
		return strconv.AppendInt(dst, int64(t.Weekday()), 10)
	}
	return t.AppendFormat(dst, compactTime)
}

const compactTime = "20060102150405"

func appendTwo(dst []byte, n int) []byte { return append(dst, byte('0'+n/10), byte('0'+n%10)) }

// appendHeader appends all values of a request header, joined as httpd joins them.
func appendHeader(dst []byte, c *Context, name string) []byte {
	found := false
	for _, field := range c.Exchange.Request.Fields {
		if wire.EqualFold(field.Name, name) {
			if found {
				dst = append(dst, ", "...)
			}
			dst = append(dst, field.Value...)
			found = true
		}
	}
	return dst
}

// appendEnv looks into the notes, the environment of the request and that of the process, in this order.
func appendEnv(dst []byte, c *Context, name string) []byte {
	if value, ok := c.Exchange.Notes.Get(name); ok {
		return append(dst, value...)
	}
	if value, ok := c.Exchange.Env.Get(name); ok {
		return append(dst, value...)
	}
	return append(dst, os.Getenv(name)...)
}
