package target

import (
	"fmt"
	"strings"
	"time"
)

// Answer is what came back of one GET.
type Answer struct {
	Status int
	Took   time.Duration // until the last byte that was read
	Header map[string][]string
	Body   []byte
	Cut    bool // the body is longer than what was read
}

// Reads reports whether the body matters.
func (t *Target) Reads() bool { return t.expect.body != "" || len(t.expect.values) > 0 }

// lacks says how an answer differs from what is expected; empty if it does not.
func (t *Target) lacks(a *Answer) string {
	e := &t.expect
	fits := false
	for _, s := range e.status {
		fits = fits || s.from <= a.Status && a.Status <= s.to
	}
	switch {
	case !fits:
		return fmt.Sprintf("it answers with status %d", a.Status)
	case e.latency > 0 && a.Took > e.latency:
		return fmt.Sprintf("it takes %s to answer, and %s is the most that is expected", a.Took.Round(time.Millisecond), e.latency)
	}
	for _, c := range e.headers {
		var got []string
		for name, values := range a.Header {
			if strings.EqualFold(name, c.name) {
				got = append(got, values...)
			}
		}
		if all := strings.Join(got, ", "); got == nil || !c.holds(all) {
			return fmt.Sprintf("its header %s is %q, where %s is expected", c.name, clip(all), c.wanted())
		}
	}
	if e.body != "" && !strings.Contains(string(a.Body), e.body) {
		return fmt.Sprintf("its answer does not hold %q", clip(e.body))
	}
	if len(e.values) == 0 {
		return ""
	}
	if a.Cut {
		return "its answer is too long to be read"
	}
	v, err := parseJSON(a.Body)
	if err != nil {
		return "its answer is not JSON"
	}
	for _, c := range e.values {
		at, ok := c.path.Find(v)
		if !ok && c.op == "=" && c.want == "null" { // nothing there, or null: as is wanted
			continue
		}
		if !ok {
			return fmt.Sprintf("its answer has no %s", c.name)
		}
		got, ok := text(at)
		if !ok {
			return fmt.Sprintf("%s of its answer is no single value", c.name)
		}
		if !c.holds(got) {
			return fmt.Sprintf("%s of its answer is %q, where %s is expected", c.name, clip(got), c.wanted())
		}
	}
	return ""
}
