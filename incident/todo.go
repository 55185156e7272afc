package incident

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/decision"
	"tocsin/plan"
)

// Task is one thing that is one person's to do now. Lists of tasks are in order of consequence.
type Task struct {
	Kind  string    `json:"kind"`          // see the kinds below
	Ref   string    `json:"ref,omitempty"` // page, decision, step, update: what it is about
	Title string    `json:"title"`         // "Sign: Pause contract"
	Say   string    `json:"say"`           // one or two sentences: why, and what happens then
	Due   time.Time `json:"due,omitzero"`  // by when; zero if it has no time
}

// The kinds of tasks.
const (
	TaskAnswer   = "answer"   // say whether you are coming
	TaskValidate = "validate" // say whether it is real
	TaskSign     = "sign"     // approve or refuse a decision; Ref is the incident's decision
	TaskStep     = "step"     // begin or finish a step; Ref is the step
	TaskUpdate   = "update"   // post an update; Ref is the incident's update
	TaskSecond   = "second"   // confirm what takes two; Ref is what was asked for: dismiss, resolve, lower, waive-<communication>, …
	TaskContain  = "contain"  // say that it has stopped, where nothing can be measured
	TaskResolve  = "resolve"  // say that service is restored
	TaskClose    = "close"
	TaskAccept   = "accept" // take a role over, or decline it; Ref is the role
	TaskRetry    = "retry"  // an action failed; Ref is the incident's action
)

// Muster is who is needed, who has come and who is still being called.
type Muster struct {
	Short  bool    `json:"short"`  // of people
	Say    string  `json:"say"`    // one sentence: who is still wanted
	People []There `json:"people"` // everybody called, in order of calling
	Wanted []Want  `json:"wanted"`

	OutOfReach []OutOfReach `json:"out_of_reach,omitempty"` // decisions that cannot be met as things stand
}

// There is one person's standing.
type There struct {
	Person string    `json:"person"`
	Name   string    `json:"name"`
	State  string    `json:"state"` // signed, coming, coming-cannot-sign, asked, went-quiet, ringing, cannot, left, out, no-answer, told
	Roles  []string  `json:"roles,omitempty"`
	Since  time.Time `json:"since,omitzero"`
}

// Want is one thing that the incident needs somebody for.
type Want struct {
	For    string   `json:"for"` // "incident manager", "step Pause contract", "decision Pause contract"
	Met    bool     `json:"met"`
	People []string `json:"people,omitempty"` // who meets it, or who could
}

// Summary is what lists show of an incident; it stands beside the stream's head.
type Summary struct {
	ID        string    `json:"id"`
	Protocol  string    `json:"protocol"`
	Title     string    `json:"title"`
	Issue     string    `json:"issue,omitempty"`
	Issues    []string  `json:"issues,omitempty"` // that it may be: the candidates until it is validated, then Issue
	Category  string    `json:"category,omitempty"`
	Severity  string    `json:"severity"`
	Asset     string    `json:"asset,omitempty"`
	Exercise  bool      `json:"exercise,omitempty"`
	Phase     Phase     `json:"phase"`
	Opened    time.Time `json:"opened"`
	Last      time.Time `json:"last"`
	Situation string    `json:"situation"` // one sentence: how things stand
	Short     bool      `json:"short,omitempty"`
	Unseen    []string  `json:"unseen,omitempty"` // persons who must not know of it
	Into      string    `json:"into,omitempty"`   // incident where it goes on, while it is merged
	Session   string    `json:"session,omitempty"`
	Run       int       `json:"run,omitempty"`
	Clock     *Clock    `json:"clock,omitempty"` // of its exercise; nil: its times are real
}

// Sees reports whether a person may know of the incident.
func (s *Summary) Sees(person string) bool { return !slices.Contains(s.Unseen, person) }

// Dispatch is one thing that an event wants to leave the house: the payload of a delivery.
type Dispatch struct {
	ID       string `json:"id"`   // of the delivery; its idempotency key
	Kind     string `json:"kind"` // one of the kinds below
	Page     string `json:"page,omitempty"`
	Person   string `json:"person,omitempty"`
	Contact  string `json:"contact,omitempty"` // kind of contact or channel
	To       string `json:"to,omitempty"`
	Update   string `json:"update,omitempty"`
	Step     string `json:"step,omitempty"`
	Channel  string `json:"channel,omitempty"`  // id in the plan
	Action   string `json:"action,omitempty"`   // of the incident
	Decision string `json:"decision,omitempty"` // of the incident
	Notice   string `json:"notice,omitempty"`   // kind of the event that it tells of
	Secret   string `json:"secret,omitempty"`   // of the page's or the word's link; added by the engine
	Subject  string `json:"subject,omitempty"`  // of a word outside of any incident
	Text     string `json:"text,omitempty"`     // of it
	Urgent   bool   `json:"urgent,omitempty"`   // of it
	Link     string `json:"link,omitempty"`     // of it: what its link is for, one of the kinds of a person's links in an exercise
	Entry    *Entry `json:"entry,omitempty"`    // of it: for the person's calendar
}

// The kinds of dispatches.
const (
	DispatchPage     = "page"
	DispatchReminder = "reminder" // of an update that is due
	DispatchOverdue  = "overdue"  // warning about a step that takes too long
	DispatchUpdate   = "update"
	DispatchAlarm    = "alarm" // to whoever watches the server: nobody comes
	DispatchAction   = "action"
)

// Todo lists what is a person's to do now, most consequential first.
func Todo(p *plan.Plan, s *State, person string, now time.Time) []Task {
	if s.ID == "" || s.Phase.Over() || !s.Sees(person) || s.Halt() != nil {
		return nil
	}
	p = s.trusted(p)
	var ts []Task
	add := func(t Task) { ts = append(ts, t) }
	if pg := s.ringing(person); pg != nil && pg.Quiet {
		add(Task{Kind: TaskAnswer, Ref: pg.ID, Title: "Say whether you are still there", Say: "Nothing has been heard of you for a while. Without an answer you count as gone, and others are called in your place.", Due: pg.due()})
	} else if pg != nil {
		add(Task{Kind: TaskAnswer, Ref: pg.ID, Title: "Say whether you are coming", Say: "You are being called: " + pg.Why + ". Your answer ends your own paging only.", Due: answerBy(p, s, pg)})
	}
	acceptTasks(p, s, person, add)
	signTasks(p, s, person, now, add)
	if !p.Core(person) || !s.here(person) {
		if s.here(person) && s.Phase.AtLeast(Validated) {
			stepTasks(p, s, person, now, add)
		}
		updateTasks(p, s, person, now, add)
		return ts
	}
	if s.Phase == Detected {
		add(Task{Kind: TaskValidate, Title: "Say whether it is real", Say: "Validating begins the procedure and lets what is signed go out. Dismissing ends the alarm.", Due: s.Opened.Add(respondWithin(p, s))})
	}
	for _, x := range s.Seconds {
		if x.By != person && !x.about(person) && (x.What != whatResolve || resolvable(p, s)) {
			what, ref := x.What, x.What
			if x.What == whatWaive {
				c, _ := p.Communication(x.To)
				what, ref = what+" "+c.Name, ref+"-"+x.To
			}
			add(Task{Kind: TaskSecond, Ref: ref, Title: "Confirm as the second person: " + what, Say: fmt.Sprintf("%s asked for it at %s: %s", NameOf(p, x.By), clock(x.At), x.Why)})
		}
	}
	if s.Phase.AtLeast(Validated) {
		stepTasks(p, s, person, now, add)
	}
	updateTasks(p, s, person, now, add)
	manager := s.Holder(RoleIncidentManager) == person || s.Holder(RoleIncidentManager) == ""
	asked := func(what string) bool {
		return slices.ContainsFunc(s.Seconds, func(x Second) bool { return x.What == what })
	}
	d := &decider{p: p, s: s, now: now}
	if manager && s.Phase == Validated && d.measured() == "" && !slices.ContainsFunc(course(p, s), func(v StepView) bool {
		return v.Purpose == purposeHalt && !v.Over()
	}) {
		add(Task{Kind: TaskContain, Title: "Say that it has stopped", Say: "Nothing measures this issue; a person has to say that no more harm is being done."})
	}
	if manager && s.Phase == Contained && !asked(whatResolve) && resolvable(p, s) {
		add(Task{Kind: TaskResolve, Title: "Say that service is restored", Say: "Every step is done or skipped. Say of each thing that would reopen it that it does not happen."})
	}
	if manager && s.Phase == Resolved && !slices.ContainsFunc(s.Actions, func(a Action) bool { return a.underWay() }) && len(Unclosed(p, s)) == 0 {
		add(Task{Kind: TaskClose, Title: "Close the incident", Say: "Everything owed has been posted."})
	}
	return ts
}

func signTasks(p *plan.Plan, s *State, person string, now time.Time, add func(Task)) {
	for i := range s.Decisions {
		d := &s.Decisions[i]
		if d.State != Open || !now.Before(d.Expires) || d.Prepared != nil && d.Prepared.Safe != nil && d.Safe == nil {
			continue
		}
		st := s.Status(p, d, now)
		if !slices.Contains(s.approversWanted(p, d, now), person) || !slices.Contains(st.Candidates, person) {
			continue
		}
		if x, _ := p.Person(person); len(decision.Signers(&x)) == 0 || s.keyless(p, person) {
			continue // nothing that they sign could be checked
		}
		if a := d.approvalOf(person); a != nil && !s.stale(p, d, a) {
			continue
		}
		add(Task{Kind: TaskSign, Ref: d.ID, Title: "Sign: " + d.Name(p), Say: st.Say, Due: d.Expires})
	}
}

func stepTasks(p *plan.Plan, s *State, person string, now time.Time, add func(Task)) {
	for _, a := range s.Actions {
		if !p.Core(person) || !s.retryable(p, &a, now) {
			continue
		}
		if !slices.ContainsFunc(s.Actions, func(b Action) bool { return b.Action == a.Action && b.Ordered.After(a.Ordered) }) && s.Step(a.Step).State == Failed {
			add(Task{Kind: TaskRetry, Ref: a.ID, Title: "Failed: " + a.title(), Say: a.Say})
		}
	}
	for _, v := range StepsOf(p, s) {
		if v.Step.Action != "" {
			continue
		}
		mine := v.State == UnderWay && s.Step(v.ID).By == person
		free := (v.State == StepNow || v.State == Failed) && ownerOf(p, s, v.Owner, now) == person
		if !mine && !free || v.State == StepToCome {
			continue
		}
		if v.Step.Decision != "" && (v.Decision == nil || v.Decision.State != Met) {
			continue // it waits for those who decide
		}
		t := Task{Kind: TaskStep, Ref: v.ID, Title: fmt.Sprintf("Step %d: %s", v.Number, v.Name), Say: strings.TrimSpace(v.How)}
		t.Due = v.Due
		add(t)
	}
}

// retryable reports whether a failed action may be ordered again under its decision.
func (s *State) retryable(p *plan.Plan, a *Action, now time.Time) bool {
	x := s.Decision(a.Decision)
	return a.State == Gone && x != nil && x.State == Met && a.Round == x.Round && s.rejection(x.ID) == nil && now.Before(x.Expires) && !s.undermined(p, x, now) && (a.Landed != nil || len(a.Sends) == 0)
}

// ownerOf is who should do a step: the holder of its role, else the first present who may hold it, else the manager.
func ownerOf(p *plan.Plan, s *State, role string, now time.Time) string {
	if h := s.Holder(role); h != "" {
		return h
	}
	if role != "" {
		for _, who := range p.Holders(role, now) {
			if s.here(who) {
				return who
			}
		}
	}
	return s.Holder(RoleIncidentManager)
}

func updateTasks(p *plan.Plan, s *State, person string, now time.Time, add func(Task)) {
	for _, u := range s.Updates {
		c, _ := p.Communication(u.Communication)
		if who := responsible(p, s, c, now); who != person && Responsible(p, s, &u, now) != person || u.State != Owed && len(u.Waiting) == 0 {
			continue
		}
		if u.State == Owed && mute(p, c) {
			continue // nobody can post it; it has to be told some other way, and waived
		}
		var names []string
		if len(u.Waiting) > 0 {
			for _, ch := range ByHand(p, s, &u) {
				names = append(names, ch.Name)
			}
			add(Task{Kind: TaskUpdate, Ref: u.ID, Title: c.Name + ": pass it on", Say: "It was posted and did not get through. Post it by hand: " + strings.Join(names, ", ") + ".", Due: u.Due})
			continue
		}
		for _, ch := range channelsOf(p, c) {
			names = append(names, ch.Name)
		}
		say := "A draft is ready."
		if s.approvedText(&u) != "" {
			say = "The text has been approved. Post it there, then say that you have."
		}
		if len(names) > 0 {
			say = "To: " + strings.Join(names, ", ") + ". " + say
		}
		add(Task{Kind: TaskUpdate, Ref: u.ID, Title: c.Name, Say: say, Due: u.Due})
	}
}

// resolvable reports whether nothing is missing for resolving but a word on what would reopen the incident.
func resolvable(p *plan.Plan, s *State) bool { return len(Unresolved(p, s, Reopening(p, s))) == 0 }

func respondWithin(p *plan.Plan, s *State) time.Duration {
	sev, _ := p.Severity(s.Severity)
	return sev.RespondWithin.Or(15 * time.Minute)
}

func answerBy(p *plan.Plan, s *State, pg *Page) time.Time {
	return pg.Requested.Add(respondWithin(p, s))
}
