package document

import (
	"slices"
	"strings"
	"time"

	"tocsin/plan"
)

// caller is somebody to call, why them, and how; by telephone first.
type caller struct {
	Name words
	Why  string
	Ways []words
}

// now writes the first thing that a person needs: whom to call, how to open an incident, which procedure to follow.
func (b *binder) now() chapter {
	c := chapter{ID: "now", Title: "If something is happening now"}
	steps := []words{
		sayf("Open an incident. In the console, press “Something is wrong”. You need not be sure, and you need not know what it is."),
		sayf("No console? Call the people below, from the top, until one answers. Say what you saw and when."),
		sayf("Find what you see in the list below, and follow its procedure from the first step."),
		sayf("Write down the time of everything you do."),
	}
	if b.public {
		steps = steps[2:]
	}
	c.Blocks = append(c.Blocks, block{Label: "Do this, in this order", Items: steps})
	if !b.public {
		c.Parts = append(c.Parts, b.first())
	}
	part := chapter{ID: "which", Title: "What do you see?"}
	var rows [][]words
	for _, is := range b.worstFirst() {
		do := missing("the procedure")
		if r, ok := b.p.Procedure(is.Procedure); ok {
			do = b.procedure(is.Procedure)
			if len(r.Steps) > 0 {
				do = beside(do, sayf(". First: "), b.step(r.ID, r.Steps[0].ID))
			}
		}
		signs := is.Symptoms
		if len(signs) > 3 {
			signs = signs[:3]
		}
		see := beside(bold(b.issue(is.ID)), b.aside(is.Severity))
		for _, s := range signs {
			see = beside(see, sayf("\n"), say(s))
		}
		rows = append(rows, []words{see, do})
	}
	part.grid([]string{"You see", "Do"}, rows)
	c.Parts = append(c.Parts, part)
	return c
}

func (b *binder) aside(severity string) words {
	if severity == "" {
		return nil
	}
	return beside(sayf(", "), b.severity(severity))
}

// worstFirst lists the issues by severity, those of one severity in the plan's order.
func (b *binder) worstFirst() []*plan.Issue {
	all := make([]*plan.Issue, 0, len(b.p.Issues))
	rank := map[string]int{}
	for i := range b.p.Severities {
		rank[b.p.Severities[i].ID] = i - len(b.p.Severities)
	}
	for i := range b.p.Issues {
		all = append(all, &b.p.Issues[i])
	}
	slices.SortStableFunc(all, func(x, y *plan.Issue) int { return rank[x.Severity] - rank[y.Severity] })
	return all
}

// first writes whom to call: those on call, then everyone who may lead.
func (b *binder) first() chapter {
	c := chapter{ID: "call", Title: "Call, from the top"}
	for i := range b.p.Rotas {
		r := &b.p.Rotas[i]
		c.Blocks = append(c.Blocks, block{Label: clipped(r.Name), Facts: b.shifts(r)})
	}
	var l callList
	for i := range b.p.Rotas {
		l.add(b, b.p.Rotas[i].ID, "on call in turn")
	}
	if _, ok := b.p.Role("incident-manager"); ok {
		l.add(b, "incident-manager", "may lead the incident")
	}
	for i, id := range b.p.Everyone() {
		if i == 50 {
			break
		}
		if l.why[id] == nil {
			l.add(b, id, "core team")
		}
	}
	var rows [][]words
	for _, who := range l.callers(b, 12) {
		rows = append(rows, []words{beside(who.Name, sayf("\n%s", who.Why)), between(who.Ways, "\n")})
	}
	if len(rows) == 0 {
		c.loud(missing("whom to call"))
	}
	c.grid([]string{"Who", "How"}, rows)
	return c
}

// callList gathers persons to call with the reasons, in the order in which they were first named.
type callList struct {
	ids      []string
	why      map[string][]string
	approves map[string][]string // names of decisions
}

func (l *callList) add(b *binder, ref, why string) {
	if l.why == nil {
		l.why, l.approves = map[string][]string{}, map[string][]string{}
	}
	for _, id := range b.first50(ref) {
		l.name(id)
		if !slices.Contains(l.why[id], why) {
			l.why[id] = append(l.why[id], why)
		}
	}
}

// approver adds those who must approve a decision.
func (l *callList) approver(b *binder, ref, decision string) {
	if l.why == nil {
		l.why, l.approves = map[string][]string{}, map[string][]string{}
	}
	for _, id := range b.first50(ref) {
		l.name(id)
		if !slices.Contains(l.approves[id], decision) {
			l.approves[id] = append(l.approves[id], decision)
		}
	}
}

// first50 are as many of those behind a reference as anybody could call.
func (b *binder) first50(ref string) []string {
	all := b.members(ref)
	return all[:min(len(all), 50)]
}

func (l *callList) name(id string) {
	if l.why[id] == nil && l.approves[id] == nil {
		l.ids = append(l.ids, id)
	}
}

// callers lists the persons with their numbers, at most so many.
func (l *callList) callers(b *binder, most int) []caller {
	var all []caller
	for i, id := range l.ids {
		if i == most {
			all = append(all, caller{Name: sayf("and more, under the teams")})
			break
		}
		r := b.person[id]
		c := caller{Name: bold(b.who(id)), Ways: b.ways(r)}
		if r.Title != "" {
			c.Name = beside(c.Name, sayf(", %s", clipped(r.Title)))
		}
		c.Why = strings.Join(l.why[id], "; ")
		if l.approves[id] != nil {
			if c.Why != "" {
				c.Why += "; "
			}
			c.Why += "approves " + strings.Join(l.approves[id], ", ")
		}
		all = append(all, c)
	}
	return all
}

// ways lists how to reach a person, by voice first: nobody reads mail at night.
func (b *binder) ways(r *plan.Person) []words {
	var voice, rest []words
	for _, way := range r.Ladder() {
		switch way.Kind {
		case "phone", "sms", "signal":
			voice = append(voice, contact(way))
		case "terminal": // the server's own; nobody calls there
		default:
			rest = append(rest, contact(way))
		}
	}
	if len(voice)+len(rest) == 0 {
		return []words{b.unreachable()}
	}
	return append(voice, rest...)
}

// unreachable says why there is no way to reach a person: nobody wrote one, or it is sealed.
func (b *binder) unreachable() words {
	if f := b.p.Contacts; f.File != "" && !f.Open {
		return sayf("sealed in %s", clipped(f.File))
	}
	return missing("how to reach them")
}

// promised says a duration of a plan in words.
func promised(d plan.Duration) string { return spell(time.Duration(d)) }
