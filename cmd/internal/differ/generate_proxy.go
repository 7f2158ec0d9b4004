package differ

import (
	"fmt"
	"strings"
)

// target is a URL of a mapping.
func (d *draw) target() string {
	if len(d.balancers) > 0 && d.chance(35) {
		return "balancer://" + d.one(d.balancers...) + d.one("/", "/", "/P", "/P/")
	}
	host := d.backend()
	if d.chance(4) {
		host = "@dead@"
	}
	url := "http://" + host + d.one("", "/", "/", "/B", "/B/", "/B/c", "/b%20c/", "/q?r=1", "/~u/", "/B/", "/a")
	if !strings.Contains(url, "?") {
		d.workers = append(d.workers, url)
	}
	return url
}

// mapping draws a ProxyPass, or what lies in its way.
func (d *draw) mapping(n *nodes) {
	path := d.prefix()
	switch d.IntN(14) {
	case 0:
		n.add("ProxyPass %s !", d.one(path, path+d.one("x", "/x", "x/")))
	case 1:
		n.add("ProxyPass %s %s nocanon", path, d.target())
	case 2:
		n.add(`ProxyPassMatch "%s" "%s"`, d.pattern(path), d.substitution())
	case 3:
		n.add(`ProxyPassMatch "%s" %s`, d.pattern(path), d.one("!", d.target()))
	case 4:
		n.add("ProxyPass ~ \"%s\" \"%s\"", d.pattern(path), d.substitution())
	case 5:
		n.add("Alias %s htdocs/%s", d.one(path, path+"x"), d.one("files", "a", "files/", "files/a.txt"))
	default:
		to := d.target()
		if strings.HasPrefix(to, "http") {
			to += d.parameters()
		}
		n.add("ProxyPass %s %s", path, to)
	}
	if d.chance(8) {
		n.add("ProxyPass / %s", d.target())
	}
}

func (d *draw) pattern(path string) string {
	path = strings.ReplaceAll(path, ".", `\\.`)
	return d.one("^"+path+"(.*)$", "^"+path+"([^/]*)(/.*)?$", path+".*(\\.txt|\\.html)$", "^"+path, "(?i)^"+path+"/?(.*)", "^(/[a-z]+)/([0-9]+)", "^/.*"+strings.TrimPrefix(path, "/")+"(.)$")
}

func (d *draw) substitution() string {
	return d.one("http://"+d.backend()+"/$1", "http://"+d.backend()+"$1", "http://"+d.backend()+"/M/$1?m=$2", "http://"+d.backend()+"/M$1", "http://"+d.backend()+"/M", "http://"+d.backend()+"/$2/$1")
}

// parameters are those of a worker that is no member.
func (d *draw) parameters() string {
	var b strings.Builder
	for range max(0, d.IntN(6)-3) {
		b.WriteString(" " + d.one("retry=0", "timeout=3", "connectiontimeout=2", "disablereuse=on", "enablereuse=on", "keepalive=on", "max=5", "ping=2", "responsefieldsize=100",
			"acquire=1000", "ttl=100", "smax=2", "flushpackets=on", "status=-E"))
	}
	return b.String()
}

// balancer draws a balancer with members.
func (d *draw) balancer(n *nodes, name string) {
	var in nodes
	d.balancers = append(d.balancers, name)
	live := append([]string{}, d.backends...)
	d.Shuffle(len(live), func(i, k int) { live[i], live[k] = live[k], live[i] })
	members := 2 + d.IntN(3)
	routes := d.chance(50)
	for i, b := range live[:members] {
		dead := d.chance(12)
		if dead {
			b = "dead"
		}
		line := []string{fmt.Sprintf("BalancerMember http://@%s@%s", b, d.one("", "", "", "", "/m", "/m/"))}
		if routes || d.chance(10) {
			line = append(line, fmt.Sprintf("route=r%d", i+1))
		}
		for range max(0, d.IntN(5)-2) {
			if dead { // with retry=0 it depends on microseconds whether it is tried twice
				line = append(line, "retry=600")
				break
			}
			line = append(line, d.one("loadfactor=2", "loadfactor=3", "loadfactor=1.5", "loadfactor=10", "lbset=1", "lbset=0", "status=+H", "status=+R", "status=D", "status=+N", "status=S", "status=I",
				"redirect=r1", "redirect=r2", "retry=0", "retry=600", "connectiontimeout=2", "timeout=3", "disablereuse=on", "responsefieldsize=200", "status=E", "keepalive=on"))
		}
		in.add("%s", strings.Join(line, " "))
	}
	var set []string
	if routes {
		cookie := d.one("ROUTE", "SID|sid", "JSESSIONID|jsessionid", "ROUTE", "s")
		set = append(set, "stickysession="+cookie)
		d.sticky = append(d.sticky, strings.Split(cookie, "|")...)
	}
	for range d.IntN(3) {
		set = append(set, d.one("lbmethod=byrequests", "lbmethod=bytraffic", "lbmethod=bybusyness", "nofailover=on", "maxattempts=1", "maxattempts=0", "maxattempts=3", "failonstatus=503",
			"failonstatus=500,404", "forcerecovery=off", "scolonpathdelim=on", "stickysessionsep=_", "stickysessionsep=off", "failontimeout=on", "growth=3", "timeout=1"))
	}
	if len(set) > 0 && d.chance(90) {
		in.add("ProxySet %s", strings.Join(set, " "))
	}
	if d.chance(15) {
		d.header(&in)
	}
	if d.chance(10) {
		d.requestHeader(&in)
	}
	if d.chance(40) {
		in.add(`Header add Set-Cookie "ROUTE=.%%{BALANCER_WORKER_ROUTE}e; path=/" env=BALANCER_ROUTE_CHANGED`)
	}
	if d.chance(30) {
		in.add(`Header set X-Worker "%%{BALANCER_NAME}e %%{BALANCER_WORKER_NAME}e %%{BALANCER_SESSION_STICKY}e %%{BALANCER_SESSION_ROUTE}e"`)
	}
	n.section("Proxy", "balancer://"+name, in)
}

// reverse draws what changes fields of answers on their way back. In a Location the path is that of the section.
func (d *draw) reverse(n *nodes, path bool) {
	at := ""
	if path {
		at = d.prefix() + " "
	}
	url := "http://" + d.backend() + d.one("/", "/B", "/B/", "")
	if len(d.workers) > 0 && d.chance(50) {
		url = d.one(d.workers...)
	}
	switch d.IntN(7) {
	case 0:
		n.add("ProxyPassReverseCookiePath %s %s", d.one("/", "/B", "/B/", "/a"), d.one("/", "/a/", "/app"))
	case 1:
		n.add("ProxyPassReverseCookieDomain %s %s", d.one("back.test", "b.back.test", "BACK.test"), d.one("front.test", ".front.test"))
	case 2:
		if len(d.balancers) > 0 {
			n.add("ProxyPassReverse %sbalancer://%s%s", at, d.one(d.balancers...), d.one("", "/", "/P"))
		}
	default:
		n.add("ProxyPassReverse %s%s", at, url)
	}
}

// located draws a Location and what stands in it.
func (d *draw) located(n *nodes) {
	var in nodes
	kind, argument := "Location", d.prefix()
	plain := true
	switch d.IntN(8) {
	case 0:
		kind, argument, plain = "LocationMatch", `"`+d.pattern(d.prefix())+`"`, false
	case 1:
		argument, plain = d.one("/a*", "/*/x", "/app/?1", "/[ab]/", "/x/*"), false
	case 2:
		argument, plain = `~ "`+d.pattern(d.prefix())+`"`, false
	}
	if d.chance(30) {
		in.add("ProxyPass %s%s", d.target(), d.one("", "", "", " nocanon"))
		for range d.IntN(3) {
			d.reverse(&in, false)
		}
	} else if plain && d.chance(10) {
		in.add("ProxyPass !")
	}
	for range 1 + d.IntN(3) {
		switch d.IntN(8) {
		case 0, 1:
			d.header(&in)
		case 2, 3:
			d.requestHeader(&in)
		case 4:
			d.environment(&in)
		case 5:
			d.scoped(&in)
		case 6:
			d.access(&in)
		case 7:
			in.add("SetOutputFilter DEFLATE")
		}
	}
	n.section(kind, argument, in)
}

// proxySection draws a Proxy or ProxyMatch section.
func (d *draw) proxySection(n *nodes) {
	var in nodes
	kind, argument := "Proxy", d.one("*", "http://"+d.backend()+"/", "http://"+d.backend()+"/B/", "http://"+d.backend()+"*", "http://"+d.backend())
	if d.chance(25) {
		kind, argument = "ProxyMatch", d.one(`"^http://.*/B/"`, `"x"`, `"http://[^/]+/(.*)$"`)
	}
	worker := kind == "Proxy" && !strings.Contains(argument, "*")
	for range 1 + d.IntN(3) {
		switch d.IntN(6) {
		case 0:
			if worker {
				in.add("ProxySet %s", d.one("connectiontimeout=2 timeout=3", "retry=0", "disablereuse=on", "max=3", "enablereuse=on", "keepalive=on"))
			}
		case 1:
			d.header(&in)
		case 2, 3:
			d.requestHeader(&in)
		case 4:
			d.access(&in)
		case 5:
			d.scoped(&in)
		}
	}
	n.section(kind, argument, in)
}

// access draws who may pass.
func (d *draw) access(n *nodes) {
	rule := func() string {
		return d.one("all granted", "all denied", "ip 127.0.0.1", "ip 10.0.0.0/8", "method GET POST", "not method GET", "env MARK", "expr %{HTTP:X-Mode} == 'a'", "host front.test", "local", "not env MARK", "expr \"-n %{QUERY_STRING}\"")
	}
	switch d.IntN(4) {
	case 0:
		one := nodes{{Line: "Require " + strings.TrimPrefix(rule(), "not ")}}
		for range d.IntN(3) {
			one.add("Require %s", strings.TrimPrefix(rule(), "not "))
		}
		*n = append(*n, Node{Line: "<RequireAny>", Inside: one, Close: "</RequireAny>"})
	case 2:
		all := nodes{{Line: "Require " + strings.TrimPrefix(rule(), "not ")}}
		for range d.IntN(3) {
			all.add("Require %s", rule())
		}
		*n = append(*n, Node{Line: "<RequireAll>", Inside: all, Close: "</RequireAll>"})
	case 1:
		n.add("Order %s", d.one("deny,allow", "allow,deny"))
		n.add("%s from %s", d.one("Allow", "Deny"), d.one("all", "127.0.0.1", "10.0.0.0/8", "env=MARK"))
	default:
		n.add("Require %s", strings.TrimPrefix(rule(), "not "))
	}
}
