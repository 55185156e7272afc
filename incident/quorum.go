package incident

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/decision"
	"tocsin/plan"
)

// OutOfReach is an open decision that cannot be met by those who may still come: too many cannot, do not answer or have gone.
type OutOfReach struct {
	Decision string   `json:"decision"` // of the incident
	Name     string   `json:"name"`
	Lost     []Absent `json:"lost"`                // who are not counted on any more
	Could    []string `json:"could,omitempty"`     // those of them whose approval would help if they came
	Instead  []string `json:"instead,omitempty"`   // what the plan says to do meanwhile, in sentences
	Say      string   `json:"say"`                 // why, and who could still make it, in sentences
	StandIns []string `json:"stand_ins,omitempty"` // sentences: who may approve in whose place, and from when
}

// Absent is an approver who is not counted on.
type Absent struct {
	Person string `json:"person"`
	Why    string `json:"why"` // "cannot come"
}

// outOfReach says why a decision cannot be met as things stand; nil if it can, or needs nobody more. Whoever is being called
// for the first time is counted on; whoever let a whole ladder ring is not, until they answer.
func outOfReach(p *plan.Plan, s *State, d *Decision, now time.Time) *OutOfReach {
	if d.State != Open || !now.Before(d.Expires) || d.Subject.Kind == SubjectUpdate || !s.losing() {
		return nil
	}
	pd, ok := p.Decision(d.Decision)
	if !ok {
		return nil
	}
	// As it stands at its end: every stand-in's time has come, and no approval has expired that will not be asked for again.
	end := d.Expires.Add(-time.Nanosecond)
	var voices []decision.Voice
	for _, a := range d.Approvals {
		if s.void(a) {
			continue
		}
		voices = append(voices, decision.Voice{Person: a.Person, Choice: a.Choice, At: a.At, Expires: d.Expires})
	}
	// Both the plan's rule and, once it is known, the Safe's threshold have to be met.
	count := func(more []string) decision.Status {
		st := decision.Tally(p, &pd, voices, d.Opened, end, d.Proposer)
		if d.Safe != nil {
			st = s.owned(p, d, st, more)
		}
		return st
	}
	st := count(nil)
	if st.State != decision.Open {
		return nil
	}
	var lost []Absent
	var more []string
	for _, who := range st.Candidates {
		why := s.lost(who)
		if why == "" && s.keyless(p, who) {
			why = "has no key that is trusted"
		}
		if why != "" {
			lost = append(lost, Absent{who, why})
			continue
		}
		voices = append(voices, decision.Voice{Person: who, Choice: decision.Approve, At: end, Expires: d.Expires})
		more = append(more, who)
	}
	best := count(more)
	if len(lost) == 0 || best.State != decision.Open {
		return nil
	}
	o := &OutOfReach{Decision: d.ID, Name: d.Name(p), Lost: lost, Instead: instead(p, s, d)}
	for _, a := range lost {
		if slices.Contains(best.Wanted, a.Person) && s.Sees(a.Person) && !s.keyless(p, a.Person) {
			o.Could = append(o.Could, a.Person)
		}
	}
	for _, in := range pd.StandIns {
		if from := d.Opened.Add(time.Duration(in.After)); now.Before(from) {
			o.StandIns = append(o.StandIns, fmt.Sprintf("%s stands in for %s from %s.", NameOf(p, in.Who), NameOf(p, in.For), clock(from)))
		}
	}
	o.Say = sayOutOfReach(p, o.Name, o.Lost, o.Could)
	return o
}

func sayOutOfReach(p *plan.Plan, name string, lost []Absent, could []string) string {
	why := make([]string, 0, len(lost))
	for _, a := range lost {
		why = append(why, NameOf(p, a.Person)+" "+a.Why)
	}
	text := fmt.Sprintf("%s cannot be decided as things stand: %s.", name, strings.Join(why, ", "))
	if len(could) > 0 {
		names := make([]string, 0, len(could))
		for _, who := range could {
			names = append(names, NameOf(p, who))
		}
		text += " Who could still make it: " + strings.Join(names, ", ") + ", should they come after all."
	}
	return text
}

// instead says what the plan has for the case that a decision is not met: the fallback of the tools of its step, and steps
// that halt and wait for no decision.
func instead(p *plan.Plan, s *State, d *Decision) []string {
	var list []string
	for _, v := range course(p, s) {
		mine := v.ID == d.Subject.Step
		for _, t := range v.Tools {
			if mine && t.Fallback != "" {
				list = append(list, fmt.Sprintf("Instead of %s: %s.", t.Name, strings.TrimRight(t.Fallback, ".")))
			}
		}
		if !mine && v.Purpose == purposeHalt && v.Step.Decision == "" && v.State != Done && v.State != Skipped && v.State != StepToCome {
			list = append(list, fmt.Sprintf("Step %d halts, too, and needs no decision: %s.", v.Number, v.Name))
		}
	}
	return list
}

// losing reports whether anybody at all is not counted on any more.
func (s *State) losing() bool {
	return len(s.Distrusted)+len(s.Hidden) > 0 || slices.ContainsFunc(s.Answers, func(a Answer) bool { return a.Answer != Coming }) ||
		slices.ContainsFunc(s.Pages, func(pg Page) bool { return pg.State == Exhausted })
}

// lost says why somebody is not counted on to sign; empty if they may still do so.
func (s *State) lost(who string) string {
	if !s.Sees(who) {
		return "does not count here"
	}
	if a := s.Answer(who); a != nil {
		switch a.Answer {
		case ComingNoSign:
			return "cannot sign"
		case Cannot:
			return "cannot come"
		case WentQuiet:
			return "has gone quiet"
		}
		return ""
	}
	if slices.ContainsFunc(s.Pages, func(pg Page) bool { return pg.Person == who && pg.State == Exhausted }) {
		return "does not answer"
	}
	return ""
}

// settleReach says at once that a decision cannot be met any more, or can again, and calls again who could make it and has
// not said that they cannot.
func (d *decider) settleReach() {
	for i := range d.s.Decisions {
		x := &d.s.Decisions[i]
		o := outOfReach(d.p, d.s, x, d.now)
		switch {
		case o == nil && x.State == Open && !x.OutOfReach.IsZero():
			d.emit(EventWithinReach{Decision: x.ID})
		case o != nil && x.OutOfReach.IsZero():
			d.emit(EventOutOfReach{Decision: o.Decision, Lost: o.Lost, Could: o.Could, Instead: o.Instead})
			for _, who := range o.Could {
				if a := d.s.Answer(who); (a == nil || a.Answer == WentQuiet) && !d.s.Phase.AtLeast(Contained) {
					d.callPerson(who, "without them nobody can decide: "+o.Name)
				}
			}
		}
	}
}
