package daemon

import (
	"context"
	"fmt"
	"net"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/runtime/program"
)

// OneScheduler makes the process run on one scheduler thread, unless its environment has a GOMAXPROCS: a proxied request
// is too short to hand to another thread.
func OneScheduler(getenv func(name string) string) {
	if getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(1)
	}
}

// ParseListen reads the values of --listen, ADDR:PORT or PORT=ADDR:PORT: the port of the configuration and the address
// that is opened in its place. The error says what to write.
func ParseListen(options []string) (map[uint16]string, error) {
	mapping := make(map[uint16]string)
	for _, option := range options {
		configured, address, mapped := strings.Cut(option, "=")
		if !mapped {
			address = option
		}
		_, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, fmt.Errorf("--listen %s: write it as ADDR:PORT or PORT=ADDR:PORT, such as 443=127.0.0.1:8443", option)
		}
		if !mapped {
			configured = port
		}
		number, err := strconv.ParseUint(configured, 10, 16)
		if err != nil || number == 0 {
			return nil, fmt.Errorf("--listen %s: %q is no port: write a number from 1 to 65535", option, configured)
		}
		if other, taken := mapping[uint16(number)]; taken {
			return nil, fmt.Errorf("--listen %s: port %d is at %s already", option, number, other)
		}
		mapping[uint16(number)] = address
	}
	return mapping, nil
}

// mainName is what httpd calls a main server without ServerName here; nobody is asked for the name of any other.
func mainName(ctx context.Context, c *ir.Config) string {
	for range ir.Of[*ir.ServerName](c.Items) {
		return ""
	}
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second) // a resolver that does not answer must not keep a server from starting
	defer cancel()
	return program.MachineName(ctx, net.DefaultResolver, name)
}
