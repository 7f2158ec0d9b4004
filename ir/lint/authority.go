package lint

import (
	"iter"
	"slices"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/pcre"
	"github.com/lbconf/lbconf/parser/rewrite"
)

// openAuthority is the host and port of a target into which text of the request goes: a RewriteRule with [P], or a
// ProxyPassMatch.
type openAuthority struct {
	*scope
	// span is the place of the whole target.
	span diag.Span
	// directive is the name of the directive, pattern is what matches the path; nil for a negated rule.
	directive string
	pattern   *pcre.Pattern
	// conds are the conditions of the rule.
	conds []*ir.RewriteCond
	// before is the literal text between :// and the first reference, after is what follows that up to the path: literal
	// text, with "$" for each further reference.
	before, after string
	// ref is the first reference whose text a client can choose, with what it can stand for.
	ref reference
}

// reference is text of the request in a target.
type reference struct {
	// written is how it stands in the configuration: "$1".
	written string
	// bytes are those that it can hold; first those that it can begin with.
	bytes, first pcre.ByteSet
	// subject is what the text is taken from: "path", or a variable such as "HTTP_HOST" or "X-Backend".
	subject string
}

// holds reports whether the text can have one of the bytes.
func (r *reference) holds(bytes string) bool {
	return slices.ContainsFunc([]byte(bytes), r.bytes.Has)
}

// isHost reports whether it is the host that the client asked for.
func (r *reference) isHost() bool { return r.subject == "HTTP_HOST" }

// openAuthorities yields the targets with text of the client directly in, or directly behind, their host and port. What a
// condition limits to an end of its own is left out.
func (p *Pass) openAuthorities() []openAuthority {
	return p.facts.open.get(func() []openAuthority { return slices.Collect(p.findOpenAuthorities()) })
}

func (p *Pass) findOpenAuthorities() iter.Seq[openAuthority] {
	return func(yield func(openAuthority) bool) {
		for _, s := range p.scopes() {
			if !s.seesPath() {
				continue
			}
			for c := range chains(s.items) {
				if c.rule == nil || !c.rule.Rule.Has(rewrite.FlagP) || !s.engineOn() {
					continue
				}
				rule := c.rule.Rule
				if namesHost(rule.Output.Parts) {
					continue
				}
				a := openAuthority{scope: s, span: c.rule.Origin.Arg(1), directive: c.rule.Origin.Directive, conds: c.conds}
				if !rule.Negated {
					a.pattern = rule.Pattern
				}
				if a.find(p, rule.Output.Parts) && !yield(a) {
					return
				}
			}
			for pass := range ir.Of[*ir.ProxyPass](s.items) {
				if pass.Regex == nil {
					continue
				}
				a := openAuthority{scope: s, span: passURL(pass), directive: pass.Origin.Directive, pattern: pass.Regex}
				if !pass.Interpolate && a.find(p, matchParts(pass.URL)) && !yield(a) {
					return
				}
			}
		}
	}
}

// namesHost reports whether a target says where it goes before anything else: nearly all do.
func namesHost(target []rewrite.Part) bool {
	if len(target) == 0 {
		return false
	}
	literal, ok := target[0].(*rewrite.Literal)
	if !ok {
		return false
	}
	_, rest, ok := strings.Cut(literal.Text, "://")
	return ok && strings.ContainsAny(rest, "/?#")
}

// matchParts splits the target of a ProxyPassMatch: a $ and a digit are the text of a group.
func matchParts(url string) []rewrite.Part {
	var parts []rewrite.Part
	start := 0
	for i := 0; i+1 < len(url); i++ {
		if url[i] != '$' || url[i+1] < '0' || url[i+1] > '9' {
			continue
		}
		parts = append(parts, &rewrite.Literal{Text: url[start:i]}, &rewrite.RuleRef{N: int(url[i+1] - '0')})
		start = i + 2
	}
	return append(parts, &rewrite.Literal{Text: url[start:]})
}

// find takes the parts of a target apart. It is false where no text of the client stands before the path.
func (a *openAuthority) find(p *Pass, parts []rewrite.Part) bool {
	inside, found := false, false
	for _, part := range parts {
		literal, ok := part.(*rewrite.Literal)
		if !ok {
			switch {
			case !inside:
			case found:
				a.after += "$"
			default:
				ref, open := a.reference(part)
				if !open {
					return false
				}
				a.ref, found = ref, true
			}
			continue
		}
		text := literal.Text
		if !inside {
			scheme, rest, ok := strings.Cut(text, "://")
			if !ok {
				continue
			}
			if strings.Contains(scheme, "|") || clib.EqualFold(scheme, "balancer") {
				return false // the socket is connected to; a balancer has its members
			}
			inside, text = true, rest
		}
		end := strings.IndexAny(text, "/?#")
		if end >= 0 {
			text = text[:end]
		}
		if found {
			a.after += text
		} else {
			a.before += text
		}
		if end >= 0 {
			break
		}
	}
	return found && !a.guarded(p)
}

// reference works out what a part of a target can stand for. It is not open where the client has no say in it.
func (a *openAuthority) reference(part rewrite.Part) (reference, bool) {
	switch part := part.(type) {
	case *rewrite.RuleRef:
		if a.pattern == nil {
			return reference{}, false
		}
		return groupReference("$", part.N, a.pattern, "path", a.wholePath())
	case *rewrite.CondRef:
		cond := a.captured()
		if cond == nil {
			return reference{}, false
		}
		subject := subjectOf(cond.Cond.Test)
		ref, open := groupReference("%", part.N, cond.Cond.Pattern.(*rewrite.Regex).Pattern, subject, subject == "path")
		return ref, open && subject != ""
	case *rewrite.Var:
		ref := reference{written: "%{" + part.Name + "}", bytes: pcre.FullSet(), first: pcre.FullSet(), subject: subjectOfVar(part.Variable)}
		switch {
		case part.Kind == rewrite.HeaderVar && ref.isHost():
			ref.written = "%{HTTP_HOST}"
		case part.Kind == rewrite.HeaderVar:
			ref.written = "%{HTTP:" + part.Name + "}"
		}
		ref.limit()
		return ref, ref.subject != "" && ref.subject != "path"
	case *rewrite.MapLookup:
		if len(part.Key.Parts) == 1 && a.changesCase(part.Map) {
			return a.reference(part.Key.Parts[0])
		}
	case *rewrite.Literal:
	}
	return reference{}, false
}

// changesCase reports whether a map gives back its key, in other letters. What any other map gives stands in a file.
func (a *openAuthority) changesCase(name string) bool {
	m := a.server.Rewrite.Maps[name]
	return m != nil && (clib.EqualFold(m.Source, "int:tolower") || clib.EqualFold(m.Source, "int:toupper"))
}

// wholePath reports whether patterns of the scope are matched against a path that begins with a slash: all but those of a
// Directory.
func (s *scope) wholePath() bool {
	return s.section == nil || s.section.Kind == ir.SectionLocation || s.section.Kind == ir.SectionLocationMatch
}

// seesPath reports whether it is known what patterns of the scope are matched against.
func (s *scope) seesPath() bool {
	return s.wholePath() || s.section.Kind == ir.SectionDirectory || s.section.Kind == ir.SectionDirectoryMatch
}

// captured returns the condition that %N means; nil where that depends on the request.
func (a *openAuthority) captured() *ir.RewriteCond {
	var last *ir.RewriteCond
	for _, cond := range a.conds {
		if cond.Cond.OrNext {
			return nil
		}
		if regex, ok := cond.Cond.Pattern.(*rewrite.Regex); ok && !cond.Cond.Negated && regex.Pattern != nil {
			last = cond
		}
	}
	return last
}

func groupReference(sign string, n int, pattern *pcre.Pattern, subject string, fromStart bool) (reference, bool) {
	ref := reference{written: sign + string(rune('0'+n)), subject: subject}
	ref.first, _ = pattern.FirstBytes(n)
	looks := false
	if n == 0 {
		addBytes(pattern.Root, &ref.bytes)
	}
	pcre.Walk(pattern.Root, func(node pcre.Node) bool {
		switch node := node.(type) {
		case *pcre.Look, *pcre.Conditional:
			looks = true
		case *pcre.Group:
			if node.Kind == pcre.Capture && node.Index == n {
				addBytes(node.Body, &ref.bytes)
			}
		case *pcre.Literal, *pcre.Class, *pcre.AnyByte, *pcre.Assertion, *pcre.Concat, *pcre.Alternate, *pcre.Repeat,
			*pcre.BackReference, *pcre.Recursion, *pcre.Newline, *pcre.Grapheme, *pcre.Property, *pcre.KeepOut, *pcre.Verb, *pcre.Callout:
		}
		return true
	})
	if groupBeginsWithSlash(pattern, n, fromStart) || n == 0 && fromStart && shapeOf(pattern).prefix != "" {
		ref.first = pcre.ByteSet{}
		ref.first.Add('/')
	}
	ref.limit()
	return ref, !looks
}

// limit takes away what the host that a client asks for cannot have: httpd refuses it with 400.
func (r *reference) limit() {
	if r.isHost() {
		for _, b := range []byte("/@?#%:") {
			r.bytes.Remove(b)
			r.first.Remove(b)
		}
	}
}

// addBytes adds the bytes that a match of n can hold.
func addBytes(n pcre.Node, set *pcre.ByteSet) {
	pcre.Walk(n, func(n pcre.Node) bool {
		switch n := n.(type) {
		case *pcre.Literal:
			for _, b := range []byte(n.Text) {
				set.Add(b)
			}
		case *pcre.Class:
			if n.Opaque != "" {
				*set = pcre.FullSet()
			}
			set.Union(n.Set)
		case *pcre.Property:
			if !n.Known {
				*set = pcre.FullSet()
			}
			set.Union(n.Set)
		case *pcre.AnyByte, *pcre.BackReference, *pcre.Recursion, *pcre.Grapheme, *pcre.KeepOut, *pcre.Verb:
			*set = pcre.FullSet()
		case *pcre.Look:
			return false
		case *pcre.Assertion, *pcre.Concat, *pcre.Alternate, *pcre.Group, *pcre.Repeat, *pcre.Conditional, *pcre.Newline, *pcre.Callout:
		}
		return true
	})
}

// subjectOf returns what a condition tests: "path", a variable of the request, or "" for anything else.
func subjectOf(test rewrite.Template) string {
	if len(test.Parts) != 1 {
		return ""
	}
	if v, ok := test.Parts[0].(*rewrite.Var); ok {
		return subjectOfVar(v.Variable)
	}
	return ""
}

// subjectOfVar returns the name under which a variable that clients choose is known here, "" for any other.
func subjectOfVar(v rewrite.Variable) string {
	switch {
	case v.Kind == rewrite.HeaderVar && clib.EqualFold(v.Name, "Host"), v.Kind == rewrite.ServerVar && v.Name == "SERVER_NAME":
		return "HTTP_HOST"
	case v.Kind == rewrite.HeaderVar:
		return clib.ToLower(v.Name)
	case v.Kind == rewrite.ServerVar && slices.Contains([]string{"REQUEST_URI", "REQUEST_FILENAME", "SCRIPT_FILENAME", "PATH_INFO"}, v.Name):
		return "path"
	case v.Kind == rewrite.ServerVar && (v.Name == "QUERY_STRING" || v.Name == "THE_REQUEST"):
		return v.Name
	}
	return ""
}

// guarded reports whether a condition limits the text: it tests the reference itself or what that is taken from. Where
// conditions are joined by OR nothing is said.
func (a *openAuthority) guarded(p *Pass) bool {
	for _, cond := range a.conds {
		itself := strings.Contains(cond.Cond.Test.Text, a.ref.written)
		source := cond != a.captured() && subjectOf(cond.Cond.Test) == a.ref.subject
		if cond.Cond.OrNext || itself && cond.Cond.Negated || (itself || source) && limits(cond.Cond) || a.inExpression(cond.Cond) {
			return true
		}
	}
	return a.ref.isHost() && p.knownHosts(a.server)
}

// limits reports whether a condition lets few texts through: it compares, or its pattern says how they end.
func limits(cond *rewrite.Cond) bool {
	if cond.Negated {
		return false
	}
	switch pattern := cond.Pattern.(type) {
	case *rewrite.Regex:
		return pattern.Pattern != nil && saysEnd(pattern.Pattern.Root)
	case *rewrite.StringCompare:
		return pattern.Op == rewrite.Equal && pattern.Operand != ""
	case *rewrite.FileTest:
		return true
	case *rewrite.IntegerCompare, *rewrite.Expression:
	}
	return false
}

// saysEnd reports whether a pattern ends in $ with something else than .* before it.
func saysEnd(root pcre.Node) bool {
	parts := flatten(root, nil)
	if len(parts) < 2 {
		return false
	}
	end, ok := parts[len(parts)-1].(*pcre.Assertion)
	if !ok || end.Kind != pcre.EndText {
		return false
	}
	repeat, ok := parts[len(parts)-2].(*pcre.Repeat)
	if !ok {
		return true
	}
	_, anything := repeat.Body.(*pcre.AnyByte)
	return !anything
}

// inExpression reports whether the condition is an expression that looks at what the text is taken from.
func (a *openAuthority) inExpression(cond *rewrite.Cond) bool {
	expression, ok := cond.Pattern.(*rewrite.Expression)
	if !ok {
		return false
	}
	name := a.ref.subject
	if name == "path" {
		name = "REQUEST_URI"
	}
	return strings.Contains(clib.ToLower(expression.Text), clib.ToLower(name))
}

// knownHosts reports whether httpd lets only names of the configuration through to a server: it is no main server, not the
// first virtual host of an address, and no alias ends in a wildcard.
func (p *Pass) knownHosts(s *effective.Server) bool {
	if s.IsMain() || s.Name == nil {
		return false
	}
	for _, alias := range s.Aliases {
		for _, name := range alias.Names {
			if strings.HasSuffix(name, "*") || strings.HasSuffix(name, "?") {
				return false
			}
		}
	}
	return !slices.ContainsFunc(s.Addresses(), func(address ir.Address) bool { return p.firstHost(address) == s })
}

// firstHost returns the first virtual host of an address: it takes the requests for names that none has.
func (p *Pass) firstHost(address ir.Address) *effective.Server {
	return p.whole.facts.first.get(func() map[ir.Address]*effective.Server {
		first := map[ir.Address]*effective.Server{}
		for _, s := range p.whole.Servers {
			for _, a := range s.Addresses() {
				if first[a] == nil {
					first[a] = s
				}
			}
		}
		return first
	})[address]
}

// refSpan is the place of the reference, or of the target where it is not found.
func (a *openAuthority) refSpan(p *Pass) diag.Span {
	text := p.source(a.span)
	start := strings.Index(text, "://")
	if start < 0 {
		return a.span
	}
	at := strings.Index(text[start:], a.ref.written)
	if at < 0 {
		return a.span
	}
	from := a.span.Start + diag.Pos(start+at)
	return diag.Span{Start: from, End: from + diag.Pos(len(a.ref.written))}
}

// port reports whether the text before the reference ends in a port.
func (a *openAuthority) port() bool {
	_, port := ir.SplitPort(a.before)
	return port != "" || strings.HasSuffix(a.before, ":")
}

// continues reports whether the reference is meant as the path behind a complete host, and can be something else.
func (a *openAuthority) continues() bool {
	if !a.ref.holds("/") || a.after != "" || a.before == "" || strings.HasSuffix(a.before, ".") || strings.HasSuffix(a.before, "-") || strings.HasSuffix(a.before, ":") {
		return false
	}
	first := a.ref.first
	for _, b := range []byte("/?#") {
		first.Remove(b)
	}
	return first.Len() > 0 && (a.ref.holds("@:") || !a.port() && a.ref.holds("."))
}

// chooses reports whether the reference can make the target another host than one that the text around it fixes.
func (a *openAuthority) chooses() bool {
	first := a.ref.first
	first.Remove('/')
	switch {
	case first.Len() == 0:
		return false // an empty host, which httpd refuses
	case a.ownDomain():
		return a.ref.holds("/")
	case a.before != "" && a.port():
		return a.ref.holds("@")
	}
	return a.ref.holds(".:@/")
}

// ownDomain reports whether a domain stands behind the references: http://$1.example.com.
func (a *openAuthority) ownDomain() bool {
	host, _ := ir.SplitPort(a.after[strings.LastIndexByte(a.after, '$')+1:])
	return strings.Contains(strings.Trim(host, "."), ".") || len(host) > 1 && host[0] == '.'
}
