package document

import (
	"slices"

	"tocsin/plan"
)

// grab is the sheet of one procedure that still works when every screen is dark.
type grab struct {
	Procedure string // id
	Title     string
	Summary   words
	When      []words
	Call      []caller
	Steps     []tick
	Agree     []saying // decision: who must approve
	Send      []send
	Tell      []words
	Fallbacks []words
	Secrets   []words
	Reopen    []words
}

// tick is a step with a box to tick.
type tick struct {
	Number int
	Name   string
	Marks  []string
	Who    words // with the time it may take
	How    words
	Check  words
	Ask    words
	Ways   []words
}

// send is what must be sent, exactly.
type send struct {
	Title string
	Facts []saying
}

func (b *binder) grabOf(r *plan.Procedure) grab {
	g := grab{Procedure: r.ID, Title: clipped(r.Name), Summary: say(r.Summary), Reopen: saidAll(r.Reopen)}
	if g.Title == "" {
		g.Title = r.ID
	}
	for _, is := range b.answers(r.ID) {
		w := beside(bold(b.issue(is.ID)), b.aside(is.Severity))
		if real := saidAll(is.Activation); len(real) > 0 {
			w = beside(w, sayf(". Real if: "), between(real, "; "))
		}
		g.When = append(g.When, w)
	}
	if !b.public {
		g.Call = b.callersFor(r).callers(b, 10)
	}
	for i := range r.Steps {
		g.Steps = append(g.Steps, b.tickOf(r, i))
	}
	var decisions, actions []string
	for i := range r.Steps {
		s := &r.Steps[i]
		if d, ok := b.p.Decision(s.Decision); ok && !slices.Contains(decisions, d.ID) {
			decisions = append(decisions, d.ID)
			g.Agree = append(g.Agree, saying{clipped(d.Name), b.quorum(&d)})
		}
		if a, ok := b.p.Action(s.Action); ok && !slices.Contains(actions, a.ID) {
			actions = append(actions, a.ID)
			var f facts
			f.add("Harms", say(a.Harms))
			f.add("Not when", say(a.NotWhen))
			f = append(f, b.exactly(&a)...)
			if a.Effect != nil {
				f.add("It worked if", b.reading(a.Effect))
			}
			g.Send = append(g.Send, send{clipped(a.Name), f})
		}
		for _, t := range s.Tools {
			if t.Fallback != "" {
				g.Fallbacks = append(g.Fallbacks, beside(bold(say(clipped(t.Name))), sayf(" fails: "), say(t.Fallback)))
			}
		}
	}
	for i := range b.p.Communications {
		if m := &b.p.Communications[i]; b.owed(m, r.ID) && !m.Postmortem {
			g.Tell = append(g.Tell, beside(bold(say(clipped(m.Name))), sayf(": "), due(m.Timing), sayf(", "), b.places(m), sayf("; by "), b.writer(m)))
		}
	}
	g.Secrets = b.secrets(r)
	return g
}

func (b *binder) writer(m *plan.Communication) words {
	if m.Responsible == "" {
		return missing("who writes it")
	}
	return b.who(m.Responsible)
}

// owed reports whether a message is owed in an incident that a procedure answers.
func (b *binder) owed(m *plan.Communication, procedure string) bool {
	if len(m.Categories)+len(m.Issues)+len(m.Severities) == 0 {
		return true
	}
	for _, is := range b.answers(procedure) {
		about := len(m.Categories)+len(m.Issues) == 0 || slices.Contains(m.Categories, is.Category) || slices.Contains(m.Issues, is.ID)
		if about && (len(m.Severities) == 0 || slices.Contains(m.Severities, is.Severity)) {
			return true
		}
	}
	return false
}

// callersFor gathers whom a procedure needs: whoever is on call, those who begin, those who approve, those who do the rest.
func (b *binder) callersFor(r *plan.Procedure) *callList {
	l := &callList{}
	for _, is := range b.answers(r.ID) {
		if s, ok := b.p.Severity(is.Severity); ok {
			for _, ref := range s.Page {
				l.add(b, ref, "on call")
			}
		}
	}
	if len(r.Steps) > 0 && r.Steps[0].Owner != "" {
		l.add(b, r.Steps[0].Owner, "first step")
	}
	for i := range r.Steps {
		if d, ok := b.p.Decision(r.Steps[i].Decision); ok {
			for _, ref := range d.Required {
				l.approver(b, ref, "“"+clipped(d.Name)+"”")
			}
		}
	}
	for i := range r.Steps {
		if o := r.Steps[i].Owner; o != "" {
			l.add(b, o, clipped(b.p.NameOf(o)))
		}
	}
	if len(l.ids) == 0 { // as long as the plan names nobody for it, everybody who could come
		for _, id := range b.p.Everyone() {
			l.add(b, id, "core team")
		}
	}
	return l
}

func (b *binder) tickOf(r *plan.Procedure, i int) tick {
	s := &r.Steps[i]
	t := tick{Number: i + 1, Name: clipped(s.Name), Marks: marksOf(s), How: say(s.How), Check: say(s.Verify)}
	if t.Name == "" {
		t.Name = s.ID
	}
	if t.How == nil && s.Action == "" {
		t.How = missing("how it is done")
	}
	if s.Owner == "" {
		t.Who = missing("who does it")
	} else {
		t.Who = b.who(s.Owner)
	}
	if s.Budget > 0 {
		t.Who = beside(t.Who, sayf(", %s", promised(s.Budget)))
	}
	if q := s.Question; q != nil {
		t.Ask = say(q.Ask)
		for _, w := range q.Branches {
			lead := b.step(r.ID, w.Step)
			if w.Procedure != "" {
				lead = b.procedure(w.Procedure)
			}
			t.Ways = append(t.Ways, beside(bold(say(w.Answer)), sayf(" → "), lead))
		}
	}
	return t
}

// secrets says where the secrets lie of what the procedure's issues concern; never the secrets.
func (b *binder) secrets(r *plan.Procedure) []words {
	if b.public {
		return nil
	}
	var concerned []string
	for _, is := range b.answers(r.ID) {
		concerned = append(concerned, is.Assets...)
	}
	var all []words
	for i := range b.p.Assets {
		a := &b.p.Assets[i]
		if a.SecretAt == "" || len(concerned) > 0 && a.Kind == "contract" && !slices.Contains(concerned, a.ID) {
			continue
		}
		all = append(all, beside(bold(b.asset(a.ID)), sayf(": "), say(a.SecretAt)))
	}
	return all
}
