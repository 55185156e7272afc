package target

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/detect"
	"tocsin/hook"
	"tocsin/plan"
)

// expectation is what the plan says of a target under expect.
type expectation struct {
	// http
	status  []span
	body    string
	latency time.Duration
	headers []condition // by name, in lower case
	values  []condition // by path

	// web
	accepted map[string][]string // by facet: the only values that are right
	volatile []string            // scripts whose text may change
}

// span is a range of status codes.
type span struct{ from, to int }

// condition is what must be true of one value.
type condition struct {
	name string
	path hook.Path // of a value in JSON
	op   string    // =, !=, <, <=, >, >=, or contains
	want string
}

// The facets of a web target whose values a plan may name.
var namedFacets = []string{"addresses", "caa", "cname", "hosts", "issuer", "mx", "ns", "txt"}

func parseExpect(kind string, expect map[string]string) (e expectation, problem *detect.Problem) {
	bad := func(key, say string) (expectation, *detect.Problem) {
		return e, &detect.Problem{Field: "expect." + key, Say: say}
	}
	for _, key := range slices.Sorted(maps.Keys(expect)) {
		value := strings.TrimSpace(expect[key])
		if value == "" {
			return bad(key, "it is empty; leave it out, or write what is expected")
		}
		var say string
		switch {
		case kind == HTTP:
			say = e.http(key, value)
		case kind == Web:
			say = e.web(key, value)
		default:
			say = "a feed is not expected to say anything; use words to choose entries"
		}
		if say != "" {
			return bad(key, say)
		}
	}
	if len(e.status) == 0 {
		e.status = []span{{200, 299}}
	}
	return e, nil
}

func (e *expectation) http(key, value string) (say string) {
	header, isHeader := strings.CutPrefix(strings.ToLower(key), "header.")
	switch {
	case key == "status":
		return e.readStatus(value)
	case key == "body":
		e.body = value
	case key == "latency":
		d, err := plan.ParseDuration(value)
		if err != nil || d <= 0 {
			return fmt.Sprintf("%q is no duration; write one such as 2s or 800ms", clip(value))
		}
		if e.latency = time.Duration(d); e.latency >= 10*time.Second {
			return "who has not answered within 10s has failed anyway; write less"
		}
	case isHeader && header != "":
		c := readCondition(value, "contains")
		c.name = header
		if slices.Contains([]string{"<", "<=", ">", ">="}, c.op) && !numeric(c.want) {
			return fmt.Sprintf("%q is no number, and nothing else can be more or less", clip(c.want))
		}
		e.headers = append(e.headers, c)
	case strings.HasPrefix(key, "$"):
		path, err := hook.ParsePath(key)
		if err != nil {
			return fmt.Sprintf("this path cannot be read: %v", err)
		}
		c := readCondition(value, "=")
		c.name, c.path = key, path
		if slices.Contains([]string{"<", "<=", ">", ">="}, c.op) && !numeric(c.want) {
			return fmt.Sprintf("%q is no number, and nothing else can be more or less", clip(c.want))
		}
		e.values = append(e.values, c)
	default:
		return "http knows status, body, latency, header.NAME and paths such as $.sync.lag"
	}
	return ""
}

func (e *expectation) web(key, value string) (say string) {
	list := func() (values []string) {
		sep := ","
		if key == "txt" || key == "caa" {
			sep = "\n" // their values may hold commas
		}
		for _, v := range strings.Split(value, sep) {
			if v = strings.TrimSpace(v); v != "" {
				values = append(values, v)
			}
		}
		return values
	}
	switch {
	case key == "volatile":
		e.volatile = list()
	case slices.Contains(namedFacets, key):
		values := list()
		for n, v := range values {
			switch key {
			case "ns", "cname", "mx", "hosts":
				values[n] = strings.TrimSuffix(strings.ToLower(v), ".")
			case "addresses":
				if !number(v) {
					return fmt.Sprintf("%q is not the number of a machine", clip(v))
				}
				values[n] = strings.ToLower(v)
			}
		}
		if e.accepted == nil {
			e.accepted = map[string][]string{}
		}
		e.accepted[key] = values
	default:
		return "web knows " + strings.Join(namedFacets, ", ") + " and volatile"
	}
	return ""
}

func (e *expectation) readStatus(value string) (say string) {
	for _, part := range strings.Split(value, ",") {
		part = strings.TrimSpace(part)
		from, to, ranged := strings.Cut(part, "-")
		if !ranged {
			to = from
		}
		if class, ok := strings.CutSuffix(strings.ToLower(part), "xx"); ok && len(class) == 1 {
			from, to = class+"00", class+"99"
		}
		a, err1 := strconv.Atoi(strings.TrimSpace(from))
		b, err2 := strconv.Atoi(strings.TrimSpace(to))
		if err1 != nil || err2 != nil || a < 100 || b > 599 || a > b {
			return fmt.Sprintf("%q is no status; write such as 200, 2xx or 200-204, with commas between several", clip(part))
		}
		e.status = append(e.status, span{a, b})
	}
	return ""
}

// readCondition reads an operator and what follows it; usual is meant where none stands.
func readCondition(value, usual string) condition {
	for _, op := range []string{"<=", ">=", "!=", "=", "<", ">"} {
		if want, ok := strings.CutPrefix(value, op); ok {
			return condition{op: op, want: strings.TrimSpace(want)}
		}
	}
	return condition{op: usual, want: value}
}
