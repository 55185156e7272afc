package web

import (
	"encoding/json"
	"fmt"
	"testing"
)

// table is the people of an exercise, each before a browser: one leads, the others respond.
type table struct {
	t          *testing.T
	w          *world
	moderator  *browser
	responders []*browser
	held       map[string]string // what they may not see yet
}

// unseen fails if a responder's page holds what has not been given, or the moderator's page lets one in.
func (x *table) unseen(when string) {
	x.t.Helper()
	var texts []string
	for _, text := range x.held {
		texts = append(texts, space.ReplaceAllString(text, " "))
	}
	list, err := json.Marshal(texts)
	if err != nil {
		x.t.Fatal(err)
	}
	look := fmt.Sprintf(`(() => { const all = (document.documentElement.outerHTML + document.documentElement.textContent).replace(/\s+/g, ' '); return %s.filter((s) => all.includes(s)); })()`, list)
	for _, b := range x.responders {
		b.until("document.readyState === 'complete'") // a page that is being left has nothing on it
		if seen := eval[[]string](b, look); len(seen) > 0 {
			x.t.Errorf("%s, a responder at %s sees %q", when, eval[string](b, "location.pathname"), seen)
		}
	}
}
