package check

import (
	"slices"
	"strings"
)

// hostOf is the host name in what people write for a place: a domain, a URL, the part of an e-mail address behind the @.
func hostOf(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if _, rest, ok := strings.Cut(s, "://"); ok {
		s = rest
	}
	if _, rest, ok := strings.Cut(s, "@"); ok {
		s = rest
	}
	if i := strings.IndexAny(s, "/:?# "); i >= 0 {
		s = s[:i]
	}
	if !strings.Contains(s, ".") {
		return ""
	}
	return strings.Trim(s, ".")
}

// seconds are labels under which countries give out names, so that the name is the label before.
var seconds = []string{"ac", "co", "com", "edu", "gov", "gv", "net", "or", "org"}

// registered is the part of a host that its owner registered: example.com of app.example.com.
func registered(host string) string {
	labels := strings.Split(host, ".")
	n := 2
	if len(labels) > 2 && len(labels[len(labels)-1]) == 2 && slices.Contains(seconds, labels[len(labels)-2]) {
		n = 3
	}
	return strings.Join(labels[max(0, len(labels)-n):], ".")
}

// sameDomain reports whether two hosts fall with one another.
func sameDomain(a, b string) bool { return a != "" && b != "" && registered(a) == registered(b) }
