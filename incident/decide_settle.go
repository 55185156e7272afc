package incident

import (
	"fmt"
	"slices"
	"time"

	"tocsin/decision"
	"tocsin/plan"
)

// settleDecisions settles decisions whose approvals suffice, and orders the actions that they authorise once the incident
// is validated.
func (d *decider) settleDecisions() {
	for i := range d.s.Decisions {
		x := d.s.Decisions[i]
		if x.State == Open && d.now.Before(x.Expires) {
			switch st := d.s.Status(d.p, &x, d.now); st.State {
			case decision.Met:
				d.emit(EventDecisionSettled{Decision: x.ID, State: Met, Say: st.Say})
				x.State = Met
			case decision.Refused:
				d.emit(EventDecisionSettled{Decision: x.ID, State: Refused, Say: st.Say})
			}
		}
		if latest := d.s.decided(x.Subject); x.State == Met && x.Subject.Kind == SubjectUpdate && latest != nil && latest.ID == x.ID {
			d.postDecided(x)
		}
		if x.State != Met || !x.Subject.acts() || !d.s.Phase.AtLeast(Validated) && x.Armed == nil || d.s.ordered(x.ID) {
			continue
		}
		if !d.now.Before(x.Expires) || d.lapsed(&x) {
			d.emit(EventDecisionSettled{Decision: x.ID, State: Expired, Say: "The approvals expired before the incident was validated."})
			continue
		}
		list, err := d.s.mandates(&x)
		if err != nil {
			continue // it was met, so its owners' signatures suffice
		}
		for _, o := range list {
			id := fmt.Sprintf("action-%d", len(d.s.Actions)+1)
			d.emit(EventActionOrdered{ID: id, Action: o.action, Step: x.Subject.Step, Decision: x.ID, Prepared: o.prepared, Send: o.send, Delivery: d.s.ID + "/" + id + "/1"})
		}
		if x.Subject.Step != "" && slices.Contains([]string{"", Failed}, d.s.Step(x.Subject.Step).State) {
			d.emit(EventStepBegun{Step: x.Subject.Step, By: "Tocsin"})
		}
	}
}

// waits reports whether a decision has been met and what it authorises has not been ordered yet.
func (s *State) waits(x Decision) bool {
	return x.State == Met && x.Subject.acts() && !s.ordered(x.ID)
}

func (s *State) ordered(decision string) bool {
	asking, round := 0, 0
	if x := s.Decision(decision); x != nil {
		round = x.Round
		if x.Safe != nil {
			asking = x.Safe.Number
		}
	}
	return slices.ContainsFunc(s.Actions, func(a Action) bool { return a.Decision == decision && a.Asking == asking && a.Round == round })
}

func (d *decider) withdrawDecisions(why string) {
	for _, x := range d.s.Decisions {
		if x.State == Open || d.s.waits(x) {
			d.emit(EventDecisionSettled{Decision: x.ID, State: Withdrawn, Say: why})
		}
	}
}

func (d *decider) tickDecisions() {
	for i := range d.s.Actions {
		if a := &d.s.Actions[i]; d.s.unsigned(a) && !d.now.Before(d.s.Decision(a.Decision).Expires) {
			d.emit(EventActionFailed{ID: a.ID, Why: "The approvals expired before it was signed."})
		}
	}
	for _, x := range d.s.Decisions {
		switch {
		case x.State == Open && !d.now.Before(x.Expires):
			d.emit(EventDecisionSettled{Decision: x.ID, State: Expired, Say: "Not enough people signed in time."})
			continue
		case d.s.waits(x) && !d.now.Before(x.Expires):
			d.emit(EventDecisionSettled{Decision: x.ID, State: Expired, Say: "The approvals expired before the incident was validated."})
			continue
		case x.State != Open:
			continue
		}
		for _, in := range standIns(d.p, d.s, x) {
			if !d.now.Before(in.at) {
				d.callPerson(in.who, "stands in for "+NameOf(d.p, in.absent))
			}
		}
	}
}

// unsigned reports whether an action has been ordered and no transaction of it exists yet.
func (s *State) unsigned(a *Action) bool {
	return a.State == Ordered && len(a.Sends) == 0 && s.Decision(a.Decision) != nil
}

func decisionTimes(p *plan.Plan, s *State) []time.Time {
	var ts []time.Time
	for i := range s.Actions {
		if a := &s.Actions[i]; s.unsigned(a) {
			ts = append(ts, s.Decision(a.Decision).Expires)
		}
	}
	for _, x := range s.Decisions {
		if s.waits(x) {
			ts = append(ts, x.Expires)
		}
		if x.State == Open {
			ts = append(ts, x.Expires)
			for _, in := range standIns(p, s, x) {
				ts = append(ts, in.at)
			}
			ts = append(ts, standInCounts(p, s, &x)...)
		}
	}
	return ts
}
