package access

import (
	"fmt"
	"slices"
	"strings"

	"tocsin/fault"
	"tocsin/plan"
)

// Right is something that a person may or may not do.
type Right string

// The rights.
const (
	View     Right = "view"     // look at incidents and the plan
	Report   Right = "report"   // say that something is wrong, also again
	Answer   Right = "answer"   // say whether they come
	Respond  Right = "respond"  // take roles, note, set the severity: whatever responders do and no other right names
	Validate Right = "validate" // say that it is real
	Dismiss  Right = "dismiss"  // say that it is nothing
	Mute     Right = "mute"     // keep a detector quiet, and end that
	Step     Right = "step"     // begin and end steps
	Propose  Right = "propose"  // ask for a decision
	Approve  Right = "approve"  // sign a decision; which one, its own rules say
	Post     Right = "post"     // post updates and post-mortems
	Resolve  Right = "resolve"  // say that it has stopped or that service is restored
	Close    Right = "close"    // end or reopen an incident
	Export   Right = "export"   // take an incident's record out of the house
	Drill    Right = "drill"    // run exercises
)

// Rights lists all rights.
var Rights = [...]Right{View, Report, Answer, Respond, Validate, Dismiss, Mute, Step, Propose, Approve, Post, Resolve, Close, Export, Drill}

// verbs complete "may not …".
var verbs = map[Right]string{
	View: "look at incidents", Report: "report that something is wrong", Answer: "answer calls", Respond: "act on incidents",
	Validate: "say that an incident is real", Dismiss: "dismiss incidents", Mute: "mute detectors", Step: "work on the procedure", Propose: "ask for decisions",
	Approve: "sign decisions", Post: "post updates", Resolve: "say that an incident has stopped", Close: "close incidents",
	Export: "take records out", Drill: "run exercises",
}

// May says whether a plan lets a person do something: nil, or a fault that says who may instead. The core team may do all
// that an emergency asks; the extended team may look, report and answer, and post if the plan makes them responsible for a
// message; only those whom a decision names may sign
// decisions, whichever team they are of. An organisation does nothing by itself, and whom the plan does not name may
// nothing. The person comes from a session, a page's link or a signature, never from the request.
func May(p *plan.Plan, person string, right Right) error {
	if person == "" {
		return signedOut()
	}
	who, known := p.Person(person)
	if !known {
		return fault.New(fault.Forbidden, "The plan in force does not name you.").Instead("Ask whoever keeps the plan.")
	}
	verb, ok := verbs[right]
	if !ok {
		return fault.New(fault.Forbidden, "There is no right %q.", string(right))
	}
	if who.Body {
		return fault.New(fault.Forbidden, "%s is an organisation; it cannot %s by itself.", who.Name, verb).Instead("Sign in as a person.")
	}
	switch right {
	case View, Report, Answer:
		return nil
	case Approve:
		signers := approvers(p)
		if slices.Contains(signers, person) {
			return nil
		}
		return refusal(p, who, verb, signers)
	case Post:
		if slices.ContainsFunc(p.Communications, func(c plan.Communication) bool { return c.Responsible == person }) {
			return nil
		}
	}
	if p.Core(person) {
		return nil
	}
	return refusal(p, who, verb, people(p, p.Everyone()))
}

func refusal(p *plan.Plan, who plan.Person, verb string, instead []string) error {
	f := fault.New(fault.Forbidden, "%s may not %s.", who.Name, verb)
	if len(instead) == 0 {
		return f.Instead("The plan names nobody who may.")
	}
	return f.Instead("Ask one of those who may: %s.", listed(p, instead))
}

// shown is how many names a sentence holds.
const shown = 3

func listed(p *plan.Plan, persons []string) string {
	var names []string
	for _, id := range persons[:min(len(persons), shown)] {
		who, _ := p.Person(id)
		names = append(names, who.Name)
	}
	if rest := len(persons) - shown; rest > 0 {
		names = append(names, fmt.Sprintf("%d more", rest))
	}
	if len(names) == 1 {
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

// approvers lists the persons whom some decision names, as approver or as stand-in, through groups and rotas: a rota's
// members may all sign here, and the decision itself asks who is on call.
func approvers(p *plan.Plan) []string {
	var all []string
	seen := map[string]bool{}
	var add func(refs ...string)
	add = func(refs ...string) {
		for _, ref := range refs {
			if seen[ref] {
				continue
			}
			seen[ref] = true
			if g, ok := p.Group(ref); ok {
				add(g.Members...)
			} else if r, ok := p.Rota(ref); ok {
				add(r.Members...)
				for _, c := range r.Cover {
					add(c.Person)
				}
			} else {
				all = append(all, ref)
			}
		}
	}
	for _, d := range p.Decisions {
		add(d.Required...)
		add(d.Additional.Who...)
		for _, s := range d.StandIns {
			add(s.Who)
		}
	}
	return people(p, all)
}

// people keeps those who are persons and not organisations.
func people(p *plan.Plan, ids []string) []string {
	return slices.DeleteFunc(ids, func(id string) bool {
		who, ok := p.Person(id)
		return !ok || who.Body
	})
}
