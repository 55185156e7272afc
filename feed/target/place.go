package target

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

var (
	domainForm = regexp.MustCompile(`^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$`)
	fourForm   = regexp.MustCompile(`^\d{1,3}(\.\d{1,3}){3}$`)
	sixForm    = regexp.MustCompile(`^[0-9a-fA-F:.]*:[0-9a-fA-F:.]*$`)
)

// mostShown is how much of a text that an outsider chose goes into a sentence, in characters.
const mostShown = 160

// Plain is an address on the web as it may be shown: without user, password, query and fragment, which may be secrets.
func Plain(url string) string {
	scheme, rest := "", url
	if i := strings.Index(url, "//"); i == 0 || i > 0 && url[i-1] == ':' {
		scheme, rest = url[:i+2], url[i+2:]
	}
	if i := strings.IndexAny(rest, "?#"); i >= 0 {
		rest = rest[:i]
	}
	authority, path := rest, ""
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		authority, path = rest[:i], rest[i:]
	}
	authority = authority[strings.LastIndexByte(authority, '@')+1:]
	return scheme + authority + path
}

// host is the machine that an address on the web names, without its port, in lower case.
func host(url string) string {
	_, rest, ok := strings.Cut(Plain(url), "://")
	if !ok {
		return ""
	}
	rest, _, _ = strings.Cut(rest, "/")
	if six, ok := strings.CutPrefix(rest, "["); ok {
		six, _, _ = strings.Cut(six, "]")
		return six
	}
	rest, _, _ = strings.Cut(rest, ":")
	return strings.ToLower(strings.TrimSuffix(rest, "."))
}

// domain reports whether a text is the name of a machine.
func domain(s string) bool {
	return len(s) > 0 && len(s) <= 253 && domainForm.MatchString(s) && !fourForm.MatchString(s)
}

// number reports whether a text has the form of a machine's number.
func number(s string) bool { return fourForm.MatchString(s) || sixForm.MatchString(s) }

// resolver reports whether a text is a number with or without a port.
func resolver(s string) bool {
	if number(s) && !strings.Contains(s, "]") && strings.Count(s, ":") != 1 {
		return true
	}
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return false
	}
	port, err := strconv.ParseUint(s[i+1:], 10, 16)
	return err == nil && port > 0 && number(strings.TrimSuffix(strings.TrimPrefix(s[:i], "["), "]"))
}

// clip shortens a text of somebody else and takes out what could disturb a screen.
func clip(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range strings.Join(strings.Fields(s), " ") {
		if n++; n > mostShown {
			b.WriteString("…")
			break
		}
		if !unicode.IsPrint(r) {
			r = '�'
		}
		b.WriteRune(r)
	}
	return b.String()
}
