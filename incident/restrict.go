package incident

import (
	"slices"
	"strings"

	"tocsin/decision"
	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

// OpRestrict hides the incident from persons: they are not called, see it nowhere, and what they sign does not count.
type OpRestrict struct {
	Hide []string // persons
	Why  string
}

// OpReveal lets a person see the incident again. At a severity that wants a second person it takes two.
type OpReveal struct{ Person, Why string }

func (OpRestrict) op() {}
func (OpReveal) op()   {}

// The events of hiding.
type (
	EventRestricted struct {
		Hide []string         `json:"hide"`
		By   string           `json:"by"`
		Why  journal.Personal `json:"why,omitzero"`
	}
	EventRevealed struct {
		Person string           `json:"person"`
		By     string           `json:"by"`
		Why    journal.Personal `json:"why,omitzero"`
	}
)

func (EventRestricted) Kind() string { return "restricted" }
func (EventRevealed) Kind() string   { return "revealed" }

// The things about trust that may take two.
const (
	whatDistrust = "distrust"
	whatTrust    = "trust"
	whatRestrict = "restrict"
	whatReveal   = "reveal"
)

func (d *decider) restrict(op OpRestrict) error {
	who, err := d.person()
	if err != nil {
		return err
	}
	if err := d.live(); err != nil {
		return err
	}
	why, err := words(op.Why, "reason", false)
	if err != nil {
		return err
	}
	var hide []string
	for _, ref := range op.Hide {
		x, err := personNamed(d.p, ref)
		if err != nil {
			return err
		}
		hide = append(hide, x.ID)
	}
	slices.Sort(hide)
	hide = slices.Compact(hide)
	hide = slices.DeleteFunc(hide, func(id string) bool { return slices.Contains(d.s.Hidden, id) })
	if len(hide) == 0 {
		return fault.New(fault.Conflict, "Nobody is named from whom it is not hidden already.").Instead("Name a person of the plan.")
	}
	if both, err := d.shutOut(whatRestrict, who, why, strings.Join(hide, ","), hide); err != nil || !both {
		return err
	}
	d.emit(EventRestricted{Hide: hide, By: who, Why: journal.Personal(why)})
	d.reconsider()
	return nil
}

func (d *decider) reveal(op OpReveal) error {
	who, err := d.person()
	if err != nil {
		return err
	}
	if err := d.live(); err != nil {
		return err
	}
	why, err := words(op.Why, "reason", true)
	if err != nil {
		return err
	}
	if !slices.Contains(d.s.Hidden, op.Person) {
		return fault.New(fault.Conflict, "The incident is not hidden from %q.", op.Person)
	}
	if both, err := d.needSecond(whatReveal, who, why, op.Person); err != nil || !both {
		return err
	}
	d.emit(EventRevealed{Person: op.Person, By: who, Why: journal.Personal(why)})
	d.reconsider()
	d.escalateAgain()
	return nil
}

// impossible says, of an open decision, that it cannot be met by those who are trusted; empty if it can.
func (s *State) impossible(p *plan.Plan, d *Decision, pd *plan.Decision) string {
	out := s.unseen()
	var all []decision.Voice
	for _, list := range [][]plan.Person{p.CoreTeam, p.ExtendedTeam} {
		for _, x := range list {
			if keyless := s.keyless(p, x.ID); keyless && s.Sees(x.ID) {
				out = append(out, x.ID)
			} else if s.Sees(x.ID) {
				all = append(all, decision.Voice{Person: x.ID, Choice: decision.Approve, At: d.Expires})
			}
		}
	}
	if len(out) == 0 || decision.Tally(p, pd, all, d.Opened, d.Expires, d.Proposer).State == decision.Met {
		return ""
	}
	var names []string
	for _, who := range out {
		names = append(names, NameOf(p, who))
	}
	return "It cannot be met as things stand, for what these people sign does not count: " + strings.Join(names, ", ") + "."
}
