package incident

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/action"
	"tocsin/decision"
	"tocsin/fault"
	"tocsin/plan"
)

// Ready is what people armed for an issue, as it stands when findings come: a fact that the engine knows. What it says is proved again.
type Ready struct {
	Issue  string
	Arming *decision.Arming // nil: nothing is armed
	Why    string           // why nothing may be done by it now: it is used up, a detector says otherwise; empty if it may
}

// NotActed is why Tocsin did not do by itself what the plan lets it do.
type NotActed struct {
	Issue  string    `json:"issue"`
	Action string    `json:"action"`
	Why    string    `json:"why"`
	At     time.Time `json:"at"`
}

// EventNotActed says why Tocsin does not do by itself what the plan lets it do.
type EventNotActed struct {
	Issue  string `json:"issue"`
	Action string `json:"action"`
	Why    string `json:"why"`
}

// Kind names the event in the record.
func (EventNotActed) Kind() string { return "not-acted" }

// actByItself orders what the plan does by itself about what came just now, as far as people armed it; else it says why not. What was
// found before does nothing by itself any more: people have been called to it, and it may have stood there for hours.
func (d *decider) actByItself(ready []Ready, came []Finding) {
	if d.s.Phase.Over() {
		return
	}
	for i := range d.p.Issues {
		issue := &d.p.Issues[i]
		if issue.Automatic == nil || !d.s.concerned(d.p, issue, came) || d.s.acted(issue) {
			continue
		}
		r := Ready{Issue: issue.ID, Why: "It is not armed."}
		if k := slices.IndexFunc(ready, func(r Ready) bool { return r.Issue == issue.ID }); k >= 0 {
			r = ready[k]
		}
		why := d.orderArmed(issue, r, came)
		last := find(d.s.NotActed, func(n *NotActed) bool { return n.Issue == issue.ID })
		if why != "" && (last == nil || last.Why != why) {
			d.emit(EventNotActed{Issue: issue.ID, Action: issue.Automatic.Action, Why: why})
		}
	}
}

// triggers are the findings that stand by which an issue may be acted upon.
func (s *State) triggers(i *plan.Issue) []Finding {
	return slices.DeleteFunc(s.harm(), func(f Finding) bool {
		return f.Mode != modeAct || !slices.Contains(f.Issues, i.ID) || !slices.Contains(i.Automatic.Detectors, f.Detector)
	})
}

// trigger is a finding by which an issue may be acted upon, and why it may; false if there is none. It, or the one that agrees with it, is
// among those that came.
func (s *State) trigger(p *plan.Plan, i *plan.Issue, came []Finding) (f Finding, why string, ok bool) {
	if i.Automatic == nil {
		return f, "", false
	}
	for _, f := range s.triggers(i) {
		others := s.Findings
		if !among(came, f) {
			if d, _ := p.Detector(f.Detector); d.ActReason != "" {
				continue
			}
			others = came
		}
		if why := mayAct(p, f, others); why != "" {
			return f, why, true
		}
	}
	return f, "", false
}

// concerned reports whether what came has to do with what the plan does about an issue by itself: a finding by which it may be done, or one
// that agrees with such a finding.
func (s *State) concerned(p *plan.Plan, i *plan.Issue, came []Finding) bool {
	_, _, ok := s.trigger(p, i, came)
	return ok || slices.ContainsFunc(s.triggers(i), func(f Finding) bool { return among(came, f) })
}

func among(list []Finding, f Finding) bool {
	return slices.ContainsFunc(list, func(g Finding) bool { return g.ID == f.ID })
}

// acted reports whether what is done about an issue by itself was ordered in this incident and not taken back.
func (s *State) acted(i *plan.Issue) bool {
	return slices.ContainsFunc(s.Actions, func(a Action) bool {
		x := s.Decision(a.Decision)
		mine := x != nil && x.Armed != nil && x.Armed.Issue == i.ID && x.State == Met
		return mine || a.Action == i.Automatic.Action && a.State != Gone
	})
}

// orderArmed opens the decision that was signed in advance, as met; what it authorises is ordered at once. It says why not.
func (d *decider) orderArmed(issue *plan.Issue, r Ready, came []Finding) string {
	if why := d.forbids(issue); why != "" {
		return why
	}
	switch {
	case r.Why != "":
		return r.Why
	case r.Arming == nil:
		return "It is not armed."
	case r.Arming.Issue != issue.ID:
		return "What is armed is for another issue."
	case !d.now.Before(r.Arming.Until):
		return "It is not armed any more: that ended at " + clock(r.Arming.Until) + "."
	case r.Arming.Message.Plan != d.s.Plan:
		return "It is armed under another plan than this incident runs by."
	}
	if err := r.Arming.Follows(d.whole); err != nil {
		return "What was signed to arm it does not hold: " + fault.Sentence(err)
	}
	f, why, ok := d.s.trigger(d.p, issue, came)
	if !ok {
		return d.lonely(issue)
	}
	pr, err := action.Prepare(d.p, issue.Automatic.Action)
	switch {
	case err != nil:
		return "The action cannot be prepared: " + fault.Sentence(err)
	case pr.Safe != nil || slices.ContainsFunc(pr.Together, func(x action.Prepared) bool { return x.Safe != nil }):
		return "Tocsin cannot carry it out by itself."
	}
	subject, err := d.subject(Subject{Kind: SubjectAction, Ref: issue.Automatic.Action})
	if err != nil {
		return fault.Sentence(err)
	}
	e := EventDecisionOpened{
		ID: fmt.Sprintf("decision-%d", len(d.s.Decisions)+1), Decision: r.Arming.Message.Decision, Subject: subject, Message: r.Arming.Message,
		Prepared: &pr, Proposer: r.Arming.Proposer, Expires: r.Arming.Until.UTC(), Armed: r.Arming, Finding: f.ID,
	}
	x := decisionOf(e, d.now)
	if st := d.s.Status(d.p, &x, d.now); st.State != decision.Met {
		return "What was signed to arm it does not suffice any more: " + st.Say
	}
	for _, y := range d.s.Decisions {
		if y.Subject.Kind == SubjectAction && y.Subject.Ref == subject.Ref && (y.State == Open || d.s.waits(y)) {
			d.emit(EventDecisionSettled{Decision: y.ID, State: Withdrawn, Say: "Nobody needs to sign any more: it was armed in advance."})
		}
	}
	d.emit(e)
	d.emit(EventDecisionSettled{Decision: e.ID, State: Met, Say: d.armedBy(r.Arming) + " " + why})
	d.settleDecisions()
	return ""
}

// forbids says why what happened in the incident keeps Tocsin from acting by itself; empty if nothing does.
func (d *decider) forbids(issue *plan.Issue) string {
	switch {
	case d.s.Exercise != nil:
		return "This is an exercise: what is armed acts in earnest alone."
	case d.s.Phase == Detected && !d.s.Reopened.IsZero():
		return "Somebody had looked and thought that it was nothing, so a person has to decide."
	case d.s.Phase.AtLeast(Validated) && d.s.Issue != issue.ID:
		return "People said that it is another issue."
	}
	for _, x := range d.s.Decisions {
		if x.Subject.Kind != SubjectAction || x.Subject.Ref != issue.Automatic.Action {
			continue
		}
		switch {
		case x.State == Refused:
			return "People refused it in this incident."
		case x.Withdrawn != nil:
			return NameOf(d.p, x.Withdrawn.By) + " withdrew it in this incident."
		}
	}
	if slices.ContainsFunc(d.s.Actions, func(a Action) bool { return a.Action == issue.Automatic.Action && a.State == Gone && len(a.Sends) > 0 }) {
		return "It was tried in this incident and failed, so a person has to decide."
	}
	return ""
}

// lonely says which detectors would have to agree.
func (d *decider) lonely(issue *plan.Issue) string {
	var names []string
	for _, f := range d.s.triggers(issue) {
		if det, ok := d.p.Detector(f.Detector); ok && det.ActTogether != "" {
			second, _ := d.p.Detector(det.ActTogether)
			if !slices.Contains(names, second.Name) {
				names = append(names, second.Name)
			}
		}
	}
	if len(names) == 0 {
		return "The plan does not let the detector act by itself."
	}
	return fmt.Sprintf("The detector %s has not found the same within %d minutes.", strings.Join(names, " or "), int(agreeWithin/time.Minute))
}

// armedBy says who let Tocsin act.
func (d *decider) armedBy(a *decision.Arming) string {
	names := make([]string, 0, len(a.Answers))
	for _, who := range a.By() {
		names = append(names, NameOf(d.p, who))
	}
	return fmt.Sprintf("Armed until %s by %s.", a.Until.UTC().Format("2 January 15:04 UTC"), strings.Join(names, ", "))
}

// standDown stops what was ordered by itself and not signed yet, once what it was ordered for no longer counts.
func (d *decider) standDown() {
	for i := range d.s.Actions {
		a := &d.s.Actions[i]
		x := d.s.Decision(a.Decision)
		if !d.s.unsigned(a) || x.Armed == nil || d.s.grounded(d.p, x) {
			continue
		}
		d.emit(EventActionFailed{ID: a.ID, Why: "What it was ordered for no longer counts. Nothing had been signed."})
		d.emit(EventDecisionSettled{Decision: x.ID, State: Withdrawn, Say: "What it was ordered for no longer counts, and nothing had been signed."})
	}
}

// grounded reports whether a finding stands that lets Tocsin do what was armed.
func (s *State) grounded(p *plan.Plan, x *Decision) bool {
	issue, ok := p.Issue(x.Armed.Issue)
	if !ok {
		return false
	}
	_, _, ok = s.trigger(p, &issue, s.Findings)
	return ok
}

// decisionOf is the decision that an event opens.
func decisionOf(e EventDecisionOpened, at time.Time) Decision {
	d := Decision{
		ID: e.ID, Decision: e.Decision, Subject: e.Subject, Message: e.Message, Prepared: e.Prepared, Text: e.Text,
		Proposer: e.Proposer, Opened: at, Expires: e.Expires, State: Open, Nonce: e.Nonce, Why: e.Why,
		Armed: e.Armed, Finding: e.Finding,
	}
	if e.Armed != nil {
		for _, a := range e.Armed.Answers {
			d.Approvals = append(slices.DeleteFunc(d.Approvals, func(b Approval) bool { return b.Person == a.Person }),
				Approval{Person: a.Person, Choice: a.Choice, Signer: a.Signer, Signature: a.Signature, At: a.At})
		}
	}
	return d
}
