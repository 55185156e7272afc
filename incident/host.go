package incident

import "strings"

// leadsOver reports whether an address leads over a host or one below it.
func leadsOver(to, host string) bool {
	name := to
	if _, rest, ok := strings.Cut(name, "://"); ok {
		name, _, _ = strings.Cut(rest, "/")
	}
	if i := strings.LastIndexByte(name, '@'); i >= 0 {
		name = name[i+1:]
	}
	name, _, _ = strings.Cut(name, "?")
	if i := strings.LastIndexByte(name, ':'); i >= 0 && !strings.HasSuffix(name, "]") {
		name = name[:i]
	}
	name, host = strings.ToLower(strings.Trim(name, "[].")), strings.ToLower(host)
	return name == host || strings.HasSuffix(name, "."+host)
}
