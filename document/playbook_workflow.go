package document

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"tocsin/plan"
)

// playbookSpace is the name space of our identifiers; the standard's own is kept for those who follow its rule for names.
var playbookSpace = uuid.MustParse("5b0e6a52-7c1f-5d0a-9a55-0f6f0d6c3b1e")

// playbookID names a procedure's playbook; the protocol's id and the procedure's make it what it is.
func playbookID(p *plan.Plan, procedure string) string {
	return "playbook--" + uuid.NewSHA1(playbookSpace, []byte(p.Protocol+"/"+procedure)).String()
}

// workflow puts the steps of a procedure into an order that the standard can say. What may run at the same time becomes a
// parallel step; each wave of steps waits for the whole wave before it, so that no step begins before those it must follow.
type workflow struct {
	b         *binder
	procedure *plan.Procedure
	steps     map[string]step
	agents    map[string]agent
	variables map[string]variable

	external, parallel, switches bool
}

// uuid makes the identifier of a part of the playbook. The standard asks for version 4, which is random; ours only has its
// form, so that the same plan always gives the same playbook.
func (w *workflow) uuid(parts ...string) string {
	u := uuid.NewSHA1(playbookSpace, []byte(w.b.p.Protocol+"/"+w.procedure.ID+"\n"+strings.Join(parts, "\n")))
	u[6] = u[6]&0x0f | 0x40
	return u.String()
}

// add puts a step into the workflow and returns its identifier.
func (w *workflow) add(s step, parts ...string) string {
	id := s.Type + "--" + w.uuid(append([]string{s.Type}, parts...)...)
	w.steps[id] = s
	return id
}

func (w *workflow) end(parts ...string) string { return w.add(step{Type: "end"}, parts...) }

// build writes the workflow from its end to its start, and returns the start.
func (w *workflow) build() string {
	next := w.end("all")
	all := waves(w.procedure)
	for i := len(all) - 1; i >= 0; i-- {
		if len(all[i]) == 1 {
			next = w.one(all[i][0], next)
			continue
		}
		w.parallel = true
		both := step{Type: "parallel", Name: "At the same time", OnCompletion: next}
		for _, n := range all[i] {
			both.NextSteps = append(both.NextSteps, w.one(n, w.end("branch", w.procedure.Steps[n].ID)))
		}
		next = w.add(both, strconv.Itoa(i))
	}
	return w.add(step{Type: "start", OnCompletion: next})
}

// waves sorts the steps so that each stands in a later wave than all that it must follow. Steps in a circle, which no plan
// that loads has, follow one by one.
func waves(r *plan.Procedure) [][]int {
	place := map[string]int{} // step → wave, from 1
	var all [][]int
	for done := 0; done < len(r.Steps); {
		var wave []int
		for i := range r.Steps {
			if place[r.Steps[i].ID] != 0 {
				continue
			}
			ready := true
			for _, a := range before(r, i) {
				ready = ready && (place[a] != 0 || !hasStep(r, a))
			}
			if ready {
				wave = append(wave, i)
			}
		}
		if len(wave) == 0 {
			for i := range r.Steps {
				if place[r.Steps[i].ID] == 0 {
					wave = []int{i}
					break
				}
			}
		}
		if len(wave) == 0 { // steps that share an id: they were placed with the first
			return all
		}
		all = append(all, wave)
		for _, i := range wave {
			place[r.Steps[i].ID] = len(all)
		}
		done += len(wave)
	}
	return all
}

func hasStep(r *plan.Procedure, id string) bool {
	for i := range r.Steps {
		if r.Steps[i].ID == id {
			return true
		}
	}
	return false
}

// one writes a step, and the question behind it, and returns where it begins.
func (w *workflow) one(i int, next string) string {
	s := &w.procedure.Steps[i]
	name := clipped(s.Name)
	if name == "" {
		name = s.ID
	}
	act := step{
		Type: "action", Name: fmt.Sprintf("%d. %s", i+1, name), Description: w.about(i), Agent: w.agent(s.Owner), OnCompletion: next,
		Commands: []command{{Type: "manual", Command: w.manual(s), Activity: activityOf[s.Purpose].activity}},
	}
	if q := s.Question; q != nil && len(q.Branches) > 0 {
		w.switches = true
		answer := fmt.Sprintf("__answer_%d__", i+1)
		fork := step{Type: "switch-condition", Name: clipped(q.Ask), Switch: answer + ":value", Cases: map[string]string{}, OnCompletion: next}
		var choices []string
		for n, b := range q.Branches {
			key := caseKey(n, b.Answer)
			choices = append(choices, fmt.Sprintf("%s (%s)", key, clipped(b.Answer)))
			fork.Cases[key] = w.branch(i, n, b)
		}
		w.variables[answer] = variable{Type: "string", Description: clipped(q.Ask) + " One of: " + strings.Join(choices, ", ") + "."}
		act.OutArgs = []string{answer}
		act.Commands[0].Command += " Then answer: " + oneLine(q.Ask)
		act.OnCompletion = w.add(fork, s.ID)
	}
	return w.add(act, s.ID)
}

// branch writes where an answer leads: to another playbook, or on within this one.
func (w *workflow) branch(i, n int, b plan.Branch) string {
	end := w.end("answer", w.procedure.Steps[i].ID, strconv.Itoa(n))
	if b.Procedure != "" {
		w.external = true
		name, _ := w.b.p.Procedure(b.Procedure)
		return w.add(step{
			Type: "playbook-action", Name: "Go over to: " + clipped(name.Name), Playbook: playbookID(w.b.p, b.Procedure), OnCompletion: end,
			Description: "The other procedure takes the place of this one: leave out the steps that follow here.",
		}, w.procedure.Steps[i].ID, strconv.Itoa(n))
	}
	return w.add(step{
		Type: "action", Name: "Turn to: " + w.b.step(w.procedure.ID, b.Step).String(), Agent: w.agent(w.procedure.Steps[i].Owner), OnCompletion: end,
		Commands: []command{{Type: "manual", Command: "Turn to the step: " + w.b.step(w.procedure.ID, b.Step).String()}},
	}, w.procedure.Steps[i].ID, "answer", strconv.Itoa(n))
}

// caseKey makes an answer into a key of the standard's form: letters, digits and hyphens, at most 250.
func caseKey(n int, answer string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d", n+1)
	dash := true
	for _, r := range strings.ToLower(clipped(answer)) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			if dash {
				b.WriteByte('-')
			}
			dash = false
			b.WriteRune(r)
		} else {
			dash = true
		}
		if b.Len() >= 60 {
			break
		}
	}
	return b.String()
}

// agent is the role that does a step; without one, whoever leads.
func (w *workflow) agent(role string) string {
	a := agent{Type: "individual", Name: "Somebody of the core team", Description: "The plan does not say who does it."}
	if r, ok := w.b.p.Role(role); ok {
		a = agent{Type: "individual", Name: clipped(r.Name), Description: "Held in an incident by one person"}
		if h := series(few(w.b.holders(role)), "or").String(); h != "" && !w.b.public {
			a.Description += ": " + h
		}
		a.Description += "."
		for _, d := range saidAll(r.Duties) {
			a.Description += " " + d.String() + "."
		}
	}
	id := "individual--" + w.uuid("agent", role)
	w.agents[id] = a
	return id
}

// manual says in one line what a person does.
func (w *workflow) manual(s *plan.Step) string {
	how := oneLine(say(s.How).String())
	if a, ok := w.b.p.Action(s.Action); ok {
		f := w.b.exactly(&a)
		var exact []string
		for _, one := range f {
			exact = append(exact, one.Label+": "+between(one.Values, ", ").String())
		}
		how = oneLine(how + " Carry out “" + clipped(a.Name) + "”. " + strings.Join(exact, "; ") + ".")
	}
	if how == "" {
		return oneLine(missing("how it is done").String())
	}
	return how
}

// about says why, how long, with what, and what must hold before and after.
func (w *workflow) about(i int) string {
	s := &w.procedure.Steps[i]
	var all []string
	line := func(label string, t words) {
		if text := t.String(); text != "" {
			all = append(all, label+": "+text)
		}
	}
	line("Why", say(s.Why))
	if s.Budget > 0 {
		line("Within", sayf("%s", spell(time.Duration(s.Budget))))
	}
	if d, ok := w.b.p.Decision(s.Decision); ok {
		line("Needs the decision", w.b.decision(d.ID))
		for _, q := range w.b.quorum(&d) {
			all = append(all, q.String())
		}
	}
	line("Expect", say(s.Expect))
	line("Verify", say(s.Verify))
	for _, t := range s.Tools {
		line("With", tool(t))
	}
	line("To take it back", say(s.Rollback))
	if s.Irreversible {
		all = append(all, "This cannot be undone.")
	}
	if s.Optional {
		all = append(all, "Only if needed.")
	}
	return strings.Join(all, "\n")
}

// oneLine puts a text on one line: a command whose line breaks mean something would have to be encoded.
func oneLine(s string) string { return strings.Join(strings.Fields(clean(s)), " ") }
