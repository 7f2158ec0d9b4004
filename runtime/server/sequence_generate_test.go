package server_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// chooser makes the choices of a generated balancer.
type chooser struct{ *rand.Rand }

func (c chooser) chance(percent int) bool { return c.IntN(100) < percent }

func (c chooser) of(words ...string) string { return words[c.IntN(len(words))] }

// generate makes the balancer of a number.
func generate(seed uint64, number int) *generated {
	c := chooser{rand.New(rand.NewPCG(seed, uint64(number)))}
	g := &generated{name: fmt.Sprintf("b%d", number)}
	sticky := c.chance(50)
	var b strings.Builder
	fmt.Fprintf(&b, "<Proxy balancer://%s>\n", g.name)
	var lasting []int // members that may refuse: with retry=0, time decides whether httpd tries one again for the same request
	members := 1 + c.IntN(6)
	for i := range members {
		name := string(rune('A' + i))
		g.members = append(g.members, name)
		retry := c.of("0", "3600", "3600")
		if retry == "3600" {
			lasting = append(lasting, i)
		}
		fmt.Fprintf(&b, "  BalancerMember http://@%s@ retry=%s%s\n", name, retry, c.memberParams(sticky, i))
	}
	method := []string{"byrequests", "bytraffic", "bybusyness"}[number%3]
	fmt.Fprintf(&b, "  ProxySet nonce=secret growth=1 lbmethod=%s%s\n</Proxy>\nProxyPass /%s/ balancer://%s/\n", method, c.balancerParams(sticky), g.name, g.name)
	g.config = b.String()
	g.steps = c.steps(method, sticky, lasting)
	if c.chance(40) {
		g.members = append(g.members, "Z") // for a form that adds it
		for n := range g.steps {
			if s := &g.steps[n]; n > 0 && s.request != "" && !s.hold && c.chance(5) {
				*s = step{toggle: -1, form: c.form(g.members)}
			}
		}
	}
	for n := 50; n < len(g.steps); n += 50 {
		if s := &g.steps[n]; s.request != "" && !s.hold {
			*s = step{toggle: -1, look: true}
		}
	}
	return g
}

// form makes a change of a balancer, one of its members, or of their number.
func (c chooser) form(members []string) string {
	member := "w=@" + c.of(members...)
	switch c.IntN(10) {
	case 0:
		return member + "&w_lf=" + c.of("1", "2.5", "7", "100", "0.5", "x")
	case 1:
		return member + "&w_ls=" + c.of("0", "1", "2", "100")
	case 2:
		return member + "&w_wr=" + c.of("r0", "r1", "r2", "") + "&w_rr=" + c.of("r0", "r1", "")
	case 3, 4, 5:
		return member + "&w_status_" + c.of("I", "N", "D", "D", "H", "R", "S") + "=" + c.of("0", "0", "1")
	case 6:
		return "b_lbm=" + c.of("byrequests", "bytraffic", "bybusyness", "none")
	case 7:
		return "b_max=" + c.of("0", "1", "3") + "&b_sforce=" + c.of("0", "1")
	case 8:
		return "b_ss=" + c.of("S", "s", "S%257cs", "-")
	}
	return "b_wyes=1&b_nwrkr=@Z"
}

func (c chooser) memberParams(sticky bool, i int) string {
	text := ""
	if c.chance(60) {
		text += " loadfactor=" + c.of("1", "2", "3", "7", "1.5", "1.25", "2.75", "1.01", "10", "33.33", "100")
	}
	if c.chance(25) {
		text += " lbset=" + c.of("0", "1", "2", "5")
	}
	if c.chance(35) {
		text += " status=" + c.of("+H", "+R", "+N", "+D", "+S", "+I", "+H+N", "+R+N", "+H+R", "+H+I", "+R+I", "+E", "+C", "+C+I", "+N-N", "+I+N")
	}
	if sticky && c.chance(85) {
		text += " route=" + c.of(fmt.Sprintf("r%d", i), fmt.Sprintf("r%d", i), fmt.Sprintf("r%d", i), "r0", "r1")
		if c.chance(40) {
			text += " redirect=" + c.of("r0", "r1", "r2", "r3", "none")
		}
	}
	return text
}

func (c chooser) balancerParams(sticky bool) string {
	text := ""
	if sticky {
		text += " stickysession=" + c.of("S", "S|s", "s|S")
		if c.chance(20) {
			text += " nofailover=on"
		}
	}
	if c.chance(30) {
		text += " forcerecovery=off"
	}
	if c.chance(60) {
		text += " failonstatus=" + c.of("500", "503", "500,503", "404")
	}
	if c.chance(30) {
		text += " maxattempts=" + c.of("0", "1", "2", "9")
	}
	return text
}

// steps makes the steps for a balancer, whose members of some numbers may refuse connections.
func (c chooser) steps(method string, sticky bool, members []int) []step {
	long := c.chance(20)
	if method == "bybusyness" {
		long = c.chance(80)
	}
	failing := c.chance(60)
	var held []int
	list := []step{{toggle: -1, request: c.request(sticky, failing)}} // 0 is no step whose response is kept back
	for n := 1; n < sequenceLength; n++ {
		s := step{toggle: -1}
		switch {
		case failing && len(members) > 0 && c.chance(2):
			s.toggle = members[c.IntN(len(members))]
		case long && len(held) < 5 && c.chance(20):
			s.hold, s.request = true, c.request(sticky, false)
			held = append(held, n)
		case len(held) > 0 && c.chance(20):
			i := c.IntN(len(held))
			s.release = held[i]
			held = append(held[:i], held[i+1:]...)
		default:
			s.request = c.request(sticky, failing)
		}
		list = append(list, s)
	}
	return list
}

func (c chooser) request(sticky, failing bool) string {
	method, query, fields, body := "GET", "", "", ""
	if sticky && c.chance(40) {
		session := "x." + c.of("r0", "r1", "r2", "r3", "r4", "r5", "none", "")
		if c.chance(70) {
			fields += "Cookie: S=" + session + "\r\n"
		} else {
			query = "?S=" + session
		}
	}
	if failing && c.chance(3) {
		fields += "X-Status: " + c.of("500", "503", "404") + "\r\n"
	}
	if c.chance(50) {
		size := c.IntN(5000)
		if c.chance(2) {
			size = 200_000
		}
		fields += fmt.Sprintf("X-Size: %d\r\n", size)
	}
	if c.chance(15) {
		size := c.IntN(9000)
		if c.chance(10) {
			size = 60_000
		}
		method, body = "POST", strings.Repeat("x", size)
		// How many chunks a long body is sent on in depends on how it arrives.
		if c.chance(30) && 0 < size && size < 10_000 {
			fields += "Transfer-Encoding: chunked\r\n"
			body = fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", size, body)
		} else {
			fields += fmt.Sprintf("Content-Length: %d\r\n", size)
		}
	}
	return method + " @" + query + " HTTP/1.1\r\nHost: front.test\r\n" + fields + "\r\n" + body
}
