package plan

import (
	"fmt"
	"slices"
	"strings"
)

// checkCircles refuses groups that are members of themselves and steps that wait for themselves.
func (l *loader) checkCircles() {
	next := map[string][]string{}
	var ids []string
	for _, g := range l.plan.Groups {
		ids = append(ids, g.ID)
		next[g.ID] = g.Members
	}
	for _, r := range l.plan.Rotas {
		ids = append(ids, r.ID)
		next[r.ID] = r.Members
	}
	for _, c := range circles(ids, next) {
		if l.full() {
			return
		}
		path := fmt.Sprintf("groups[%s].members", c[0])
		if _, ok := l.plan.Group(c[0]); !ok {
			path = fmt.Sprintf("rotas[%s].members", c[0])
		}
		l.broken(path, fmt.Sprintf("these groups name each other in a circle: %s", strings.Join(append(c, c[0]), " → ")), "take one out of the other")
	}
	for _, p := range l.plan.Procedures {
		next, ids := map[string][]string{}, []string{}
		for _, s := range p.Steps {
			ids = append(ids, s.ID)
			next[s.ID] = s.After
		}
		for _, c := range circles(ids, next) {
			l.broken(fmt.Sprintf("procedures[%s].steps[%s].after", p.ID, c[0]),
				fmt.Sprintf("these steps wait for each other in a circle: %s", strings.Join(append(c, c[0]), " → ")), "let the first of them wait for nothing")
		}
	}
}

// circles finds circles among ids, each once, beginning with the id that comes first. It keeps its own stack: how long a
// chain of references is, the plan decides.
func circles(ids []string, next map[string][]string) [][]string {
	const open, done = 1, 2
	state := map[string]int{}
	var found [][]string
	for _, root := range ids {
		if state[root] != 0 {
			continue
		}
		type frame struct {
			id string
			at int
		}
		stack := []frame{{id: root}}
		state[root] = open
		for len(stack) > 0 {
			top := &stack[len(stack)-1]
			if top.at == len(next[top.id]) {
				state[top.id] = done
				stack = stack[:len(stack)-1]
				continue
			}
			to := next[top.id][top.at]
			top.at++
			switch state[to] {
			case open:
				i := slices.IndexFunc(stack, func(f frame) bool { return f.id == to })
				var circle []string
				for _, f := range stack[i:] {
					circle = append(circle, f.id)
				}
				found = append(found, circle)
			case 0:
				if len(next[to]) > 0 {
					state[to] = open
					stack = append(stack, frame{id: to})
				}
			}
		}
	}
	return found
}
