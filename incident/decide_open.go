package incident

import (
	"math/big"
	"slices"
	"strings"
	"time"

	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

func (d *decider) open(op OpOpen) error {
	if op.ID == "" {
		return fault.New(fault.Internal, "An incident needs an id.")
	}
	text, err := words(op.Text, "report", false)
	if err != nil {
		return err
	}
	e := EventOpened{ID: op.ID, Protocol: op.Protocol, Plan: op.Plan, Exercise: op.Exercise, Issue: op.Issue, Title: strings.TrimSpace(op.Title)}
	if len(op.Findings) == 0 {
		if _, err := d.person(); err != nil {
			return err
		}
	} else {
		e.Candidates = candidates(d.p, op.Findings)
		e.Asset = op.Findings[0].Asset
		if e.Issue == "" && len(e.Candidates) > 0 {
			e.Issue = e.Candidates[0] // escalated as the most urgent
		}
	}
	if e.Issue != "" {
		issue, ok := d.p.Issue(e.Issue)
		if !ok {
			return fault.New(fault.Invalid, "The plan names no issue %q.", e.Issue)
		}
		e.Category, e.Severity = issue.Category, issue.Severity
		if e.Title == "" {
			e.Title = issue.Name
		}
	}
	if e.Severity == "" && len(d.p.Severities) > 0 {
		e.Severity = d.p.Severities[0].ID // unknown counts as the worst until somebody has looked
	}
	if e.Title == "" {
		e.Title = "Something is wrong"
	}
	d.emit(e)
	for _, f := range op.Findings {
		d.emit(EventFinding{Finding: f})
	}
	if text != "" {
		d.emit(EventNoted{By: d.cmd.Actor.ID, Text: journal.Personal(text)})
	}
	d.beginProcedure()
	d.owe(momentDetection)
	d.askDecisions()
	d.escalate(momentDetection)
	if d.cmd.Actor.Kind == journal.Person {
		d.come(d.cmd.Actor.ID, Coming, "")
	}
	return nil
}

// candidates lists the issues that findings may be, each once, most urgent first.
func candidates(p *plan.Plan, fs []Finding) []string {
	var ids []string
	for _, f := range fs {
		for _, i := range f.Issues {
			if !slices.Contains(ids, i) {
				ids = append(ids, i)
			}
		}
	}
	slices.SortStableFunc(ids, func(a, b string) int {
		x, _ := p.Issue(a)
		y, _ := p.Issue(b)
		switch {
		case p.Worse(x.Severity, y.Severity):
			return -1
		case p.Worse(y.Severity, x.Severity):
			return 1
		}
		return 0
	})
	return ids
}

func (d *decider) find(op OpFind) error {
	var worse, back bool
	for _, f := range op.Findings {
		if slices.ContainsFunc(d.s.Findings, func(g Finding) bool { return g.ID == f.ID && g.Retracted == "" }) {
			continue
		}
		f.Worse = d.worse(f)
		d.emit(EventFinding{Finding: f})
		worse = worse || f.Worse
		back = back || d.continues(f)
	}
	switch {
	case back && d.s.Phase == Dismissed:
		d.goBack(Detected, "It was found again after it had been dismissed.")
	case back && d.s.Phase.AtLeast(Contained):
		d.goBack(Validated, "It goes on although it had been contained.")
	case worse && !d.s.Phase.AtLeast(Contained):
		d.ringWorse()
	}
	return nil
}

// continues reports whether a finding shows that an incident which had stopped has not.
func (d *decider) continues(f Finding) bool {
	switch d.s.Phase {
	case Dismissed:
		return true
	case Contained, Resolved, Closed:
		for _, a := range d.s.Actions {
			if a.State == Verified && f.Chain == a.Prepared.Chain && f.Block > 0 && f.Block <= a.Block {
				return false // it happened before the action took effect and was only seen later
			}
		}
		return true
	}
	return false
}

// worse reports whether a finding makes an open incident worse: another detector, or twice as much as when it last rang.
func (d *decider) worse(f Finding) bool {
	standing := d.s.standing()
	if len(standing) == 0 {
		return true
	}
	known, sum, rang := false, new(big.Int), new(big.Int)
	for _, g := range standing {
		known = known || g.Detector == f.Detector
		sum.Add(sum, amount(g))
		if g.Worse || rang.Sign() == 0 {
			rang.Set(sum)
		}
	}
	if !known {
		return true
	}
	sum.Add(sum, amount(f))
	return rang.Sign() > 0 && sum.Cmp(rang.Lsh(rang, 1)) >= 0
}

func amount(f Finding) *big.Int {
	if n, ok := new(big.Int).SetString(f.Amount, 10); ok {
		return n
	}
	return new(big.Int)
}

func (d *decider) retract(op OpRetract) error {
	for _, f := range d.s.Findings {
		if f.Retracted == "" && slices.Contains(op.IDs, f.ID) {
			d.emit(EventRetracted{Finding: f.ID, Why: op.Why})
		}
	}
	return nil
}

func (d *decider) validate(op OpValidate) error {
	who, err := d.responder()
	if err != nil {
		return err
	}
	if d.s.Phase != Detected {
		return fault.New(fault.Conflict, "It was validated at %s.", clock(d.s.Moments.Validated))
	}
	note, err := words(op.Note, "note", false)
	if err != nil {
		return err
	}
	id := op.Issue
	if id == "" {
		id = d.s.Issue
	}
	e := EventValidated{By: who, Issue: id, Category: d.s.Category, Severity: d.s.Severity, Criteria: op.Criteria, Note: journal.Personal(note)}
	if id != "" {
		issue, ok := d.p.Issue(id)
		if !ok {
			return fault.New(fault.Invalid, "The plan names no issue %q.", id).Instead("Choose one of the plan's issues, or none.")
		}
		for _, c := range op.Criteria {
			if !slices.Contains(issue.Activation, c) {
				return fault.New(fault.Invalid, "%q is not one of the activation criteria of %s.", c, issue.Name)
			}
		}
		if id != d.s.Issue {
			e.Category, e.Severity = issue.Category, issue.Severity
		}
	}
	changed := id != d.s.Issue
	d.emit(e)
	d.come(who, Coming, "")
	if changed {
		d.withdrawDecisions("The incident is another issue than was thought.")
		d.beginProcedure()
		d.escalate(momentDetection)
	}
	d.escalate(momentValidation)
	d.owe(momentValidation)
	return nil
}

func (d *decider) dismiss(op OpDismiss) error {
	who, err := d.responder()
	if err != nil {
		return err
	}
	if d.s.Phase != Detected && d.s.Phase != Validated {
		return fault.New(fault.Conflict, "An incident that is %s cannot be dismissed.", d.s.Phase).Instead("Resolve and close it.")
	}
	why, err := words(op.Why, "reason", true)
	if err != nil {
		return err
	}
	for _, a := range d.s.Actions {
		if a.State == Ordered || a.State == Signed || a.State == Sent {
			return fault.New(fault.Conflict, "%s is being carried out.", a.Prepared.Words.Title).Instead("Wait until it has landed.")
		}
	}
	if both, err := d.needSecond(whatDismiss, who, why, ""); err != nil || !both {
		return err
	}
	d.emit(EventDismissed{By: who, Why: journal.Personal(why)})
	d.withdrawDecisions("The incident was dismissed.")
	d.endPages()
	d.endUpdates("The incident was dismissed.", func(plan.Communication) bool { return true })
	return nil
}

func (d *decider) severity(op OpSeverity) error {
	who, err := d.responder()
	if err != nil {
		return err
	}
	to, ok := d.p.Severity(op.To)
	if !ok {
		return fault.New(fault.Invalid, "The plan names no severity %q.", op.To)
	}
	if to.ID == d.s.Severity {
		return fault.New(fault.Conflict, "The severity is %s already.", to.Name)
	}
	why, err := words(op.Why, "reason", false)
	if err != nil {
		return err
	}
	if d.p.Worse(d.s.Severity, to.ID) {
		if both, err := d.needSecond(whatLower, who, why, to.ID); err != nil || !both {
			return err
		}
	}
	raised := d.p.Worse(to.ID, d.s.Severity)
	d.emit(EventSeverity{To: to.ID, Why: journal.Personal(why)})
	if raised {
		d.escalateAgain()
	}
	return nil
}

func (d *decider) contain(op OpContain) error {
	who, err := d.responder()
	if err != nil {
		return err
	}
	if d.s.Phase != Validated {
		return fault.New(fault.Conflict, "The incident is %s.", d.s.Phase).Instead("Validate it first; a contained one needs nothing more.")
	}
	if m := d.measured(); m != "" {
		return fault.New(fault.Forbidden, "Whether this incident is contained is measured, not said: %s", m)
	}
	note, err := words(op.Note, "account of how it was stopped", true)
	if err != nil {
		return err
	}
	d.contained(NameOf(d.p, who) + " says: " + note)
	return nil
}

func (d *decider) resolve(op OpResolve) error {
	who, err := d.responder()
	if err != nil {
		return err
	}
	switch d.s.Phase {
	case Contained:
	case Resolved:
		return fault.New(fault.Conflict, "It was resolved at %s.", clock(d.s.Moments.Resolved))
	default:
		return fault.New(fault.Conflict, "An incident that is only %s cannot be resolved.", d.s.Phase).Instead("It must be contained first.")
	}
	note, err := words(op.Note, "note", false)
	if err != nil {
		return err
	}
	var left []string
	for _, v := range StepsOf(d.p, d.s) {
		if !v.Optional && v.State != Done && v.State != Skipped && v.Purpose != "learn" {
			left = append(left, v.Name)
		}
	}
	if len(left) > 0 {
		return fault.New(fault.Conflict, "These steps are neither done nor skipped: %s.", strings.Join(left, "; ")).Instead("Finish or skip each of them first.")
	}
	if both, err := d.needSecond(whatResolve, who, note, ""); err != nil || !both {
		return err
	}
	d.emit(EventResolved{By: who, Note: journal.Personal(note)})
	d.endPages()
	d.endUpdates("The incident is resolved.", func(c plan.Communication) bool { return c.Timing.Every > 0 })
	d.escalate(momentResolution)
	d.owe(momentResolution)
	return nil
}

func (d *decider) close(op OpClose) error {
	who, err := d.responder()
	if err != nil {
		return err
	}
	if d.s.Phase != Resolved {
		return fault.New(fault.Conflict, "An incident that is %s cannot be closed.", d.s.Phase).Instead("Resolve it first.")
	}
	var owed []string
	for _, u := range d.s.Updates {
		if c, ok := d.p.Communication(u.Communication); ok && !c.Timing.Open && (u.State == Owed || u.State == Asked) {
			owed = append(owed, c.Name)
		}
	}
	if len(owed) > 0 {
		return fault.New(fault.Conflict, "These messages are still owed: %s.", strings.Join(owed, "; ")).Instead("Post them first.")
	}
	note, err := words(op.Note, "note", false)
	if err != nil {
		return err
	}
	d.emit(EventClosed{By: who, Note: journal.Personal(note)})
	d.endPages()
	d.withdrawDecisions("The incident is closed.")
	d.endUpdates("The incident is closed.", func(plan.Communication) bool { return true })
	return nil
}

func (d *decider) reopen(op OpReopen) error {
	if _, err := d.person(); err != nil {
		return err
	}
	why, err := words(op.Why, "reason", true)
	if err != nil {
		return err
	}
	switch d.s.Phase {
	case Dismissed:
		d.goBack(Detected, why)
	case Contained, Resolved, Closed:
		d.goBack(Validated, why)
	default:
		return fault.New(fault.Conflict, "The incident is %s: it is going on.", d.s.Phase)
	}
	return nil
}

// goBack makes an incident live again and calls the people again.
func (d *decider) goBack(to Phase, why string) {
	d.emit(EventReopened{Phase: to, Why: journal.Personal(why)})
	d.ringWorse()
	if to == Validated {
		d.owe(momentValidation)
	}
}

func (d *decider) note(op OpNote) error {
	who, err := d.person()
	if err != nil {
		return err
	}
	text, err := words(op.Text, "note", true)
	if err != nil {
		return err
	}
	d.emit(EventNoted{By: who, Text: journal.Personal(text)})
	return nil
}

// beginProcedure starts the procedure of the issue, if the issue is known and has one.
func (d *decider) beginProcedure() {
	if issue, ok := d.p.Issue(d.s.Issue); ok && issue.Procedure != "" && d.s.Procedure != issue.Procedure {
		d.emit(EventProcedureBegun{Procedure: issue.Procedure})
	}
}

// tick lets time pass: what is due is done.
func (d *decider) tick(op OpTick) error {
	if d.s.Phase.Over() {
		return nil
	}
	d.tickPages()
	d.tickDecisions()
	d.tickUpdates()
	d.tickContainment(op.Watched)
	return nil
}

// NextDue is when an incident must be looked at again; zero if never. The same times make tick do something.
func NextDue(p *plan.Plan, s *State) time.Time {
	if s.ID == "" || s.Phase.Over() {
		return time.Time{}
	}
	var due time.Time
	sooner := func(t time.Time) {
		if !t.IsZero() && (due.IsZero() || t.Before(due)) {
			due = t
		}
	}
	for _, t := range pageTimes(p, s) {
		sooner(t)
	}
	for _, t := range decisionTimes(p, s) {
		sooner(t)
	}
	for _, t := range updateTimes(s) {
		sooner(t)
	}
	sooner(containmentTime(p, s))
	return due
}
