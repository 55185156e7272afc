package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"tocsin/comms"
	"tocsin/decision"
	"tocsin/engine"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
	"tocsin/stage"
)

// cast plays all the responders of a demo without a person: each does what the console would show as theirs to do.
type cast struct {
	engine *engine.Engine
	stage  *stage.Stage
	mail   *mailbox
	url    string // of the console
	say    func(string, ...any)
	via    string // how what they do is recorded

	script   *plan.Scenario // that is played; nil: that of the demo
	waits    bool           // something is to come yet: nobody says that it is over
	retried  map[string]int // how often an action was ordered again
	expected []string       // steps of the scenario, which say what is answered where the plan asks
	patience time.Duration  // how long a player waits for the mail, in the time of the incident
}

// mostRetries is how often a failed action is ordered again.
const mostRetries = 3

// soonOwed is how long before it is due a further update is posted.
const soonOwed = 10 * time.Minute

// answerByMail is how long a player waits for the mail before saying it in the console instead, as people would.
const answerByMail = 8 * time.Second

// play works on an incident until it is over.
func (c *cast) play(ctx context.Context, id string) error {
	changed, stop := c.engine.Subscribe()
	defer stop()
	wait := time.NewTicker(300 * time.Millisecond) // time alone also makes things due
	defer wait.Stop()
	proven := 0
	for {
		v, err := c.engine.View(ctx, id)
		if err != nil {
			return err
		}
		for ; proven < len(v.State.Actions) && v.State.Actions[proven].State == incident.Verified; proven++ {
			a := v.State.Actions[proven]
			c.say("Tocsin is done: %s, proven at block %d", a.Prepared.Words.Title, a.Block)
		}
		if v.State.Phase.Over() {
			return nil
		}
		acted, err := c.turn(ctx, v)
		if err != nil {
			return err
		}
		if acted {
			continue
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-changed:
		case <-wait.C:
		}
	}
}

// turn lets the first person who has something to do, do it.
func (c *cast) turn(ctx context.Context, v *engine.View) (bool, error) {
	if acted, err := c.leavePaused(ctx, v); acted || err != nil {
		return acted, err
	}
	if acted, err := c.choose(ctx, v); acted || err != nil {
		return acted, err
	}
	for _, x := range append(append([]plan.Person{}, v.Plan.CoreTeam...), v.Plan.ExtendedTeam...) {
		if x.Body {
			continue
		}
		for _, t := range incident.Todo(v.Plan, v.State, x.ID, v.Now()) {
			acted, err := c.do(ctx, v, x, t)
			if fault.Is(err, fault.Conflict) {
				return true, nil // somebody else was first: look again
			}
			if err != nil {
				return false, fmt.Errorf("%s, %s: %w", x.ID, t.Title, err)
			}
			if acted {
				return true, nil
			}
			if t.Kind == incident.TaskAnswer {
				break // who has not come does nothing else
			}
		}
	}
	return false, nil
}

// leavePaused skips the steps that would open the vault again: the exercise ends with it paused.
func (c *cast) leavePaused(ctx context.Context, v *engine.View) (bool, error) {
	manager := v.State.Holder(incident.RoleIncidentManager)
	if manager == "" || !v.State.Phase.AtLeast(incident.Validated) {
		return false, nil
	}
	for _, st := range incident.StepsOf(v.Plan, v.State) {
		if st.Step.Action == "" || st.Purpose != "restore" || st.State != incident.StepNow {
			continue
		}
		op := incident.OpEndStep{Step: st.ID, State: incident.Skipped, Note: "The exercise ends with the vault paused."}
		_, err := c.engine.Do(ctx, v.State.ID, incident.Command{Actor: journal.Actor{Kind: journal.Person, ID: manager, Via: c.via}, Op: op})
		if fault.Is(err, fault.Conflict) {
			err = nil
		}
		return true, err
	}
	return false, nil
}

func (c *cast) do(ctx context.Context, v *engine.View, x plan.Person, t incident.Task) (bool, error) {
	if c.waits && (t.Kind == incident.TaskResolve || t.Kind == incident.TaskSecond || t.Kind == incident.TaskClose) {
		return false, nil
	}
	var op incident.Op
	switch t.Kind {
	case incident.TaskAnswer:
		return c.answer(ctx, v, x, t)
	case incident.TaskValidate:
		issue, _ := v.Plan.Issue(v.State.Issue)
		op = incident.OpValidate{Criteria: issue.Activation, Note: "Seen on the chain: tokens leave the vault without their owners."}
	case incident.TaskSign:
		d := v.State.Decision(t.Ref)
		if st, ok := v.Plan.Step(v.State.Procedure, d.Subject.Step); ok && st.Purpose == "restore" && st.Action != "" {
			return false, nil
		}
		sig, err := c.stage.Sign(ctx, x.ID, incident.SigningOf(v.Plan, v.State, d, x.ID, decision.Approve).Digest)
		if err != nil {
			return false, err
		}
		op = incident.OpApprove{Decision: d.ID, Choice: decision.Approve, Signature: sig}
	case incident.TaskStep:
		if v.State.Step(t.Ref).State != incident.UnderWay {
			op = incident.OpBeginStep{Step: t.Ref}
		} else {
			op = incident.OpEndStep{Step: t.Ref, State: incident.Done, Note: "Walked through in the exercise.", Answer: answerTo(v, t.Ref, c.expected)}
		}
	case incident.TaskUpdate:
		u := v.State.Update(t.Ref)
		if u.Number > 1 && u.Due.Sub(v.Now()) > soonOwed {
			return false, nil // the next one is owed later
		}
		happened, err := v.Happened(ctx)
		if err != nil {
			return false, err
		}
		text, err := comms.DraftUpdate(v.Plan, v.State, u, happened, v.Now())
		if err != nil {
			return false, err
		}
		post := incident.OpPost{Update: u.ID, Text: text}
		for _, ch := range incident.ByHand(v.Plan, v.State, u) {
			post.ByHand = append(post.ByHand, ch.ID)
		}
		op = post
	case incident.TaskSecond:
		switch t.Ref {
		case "resolve":
			op = incident.OpResolve{Note: "Confirmed.", Absent: incident.Reopening(v.Plan, v.State)}
		default:
			return false, nil
		}
	case incident.TaskContain:
		if c.script != nil && c.script.Live != "" { // whoever looks at the chain sees whether it has
			if held, err := c.stage.Held(ctx); err != nil || !held {
				return false, err
			}
		}
		op = incident.OpContain{Note: "Nothing more leaves."}
	case incident.TaskResolve:
		op = incident.OpResolve{Note: "The exercise has gone through every step.", Absent: incident.Reopening(v.Plan, v.State)}
	case incident.TaskClose:
		op = incident.OpClose{}
	case incident.TaskRetry:
		if c.retried[t.Ref] >= mostRetries {
			return false, nil
		}
		if c.retried == nil {
			c.retried = map[string]int{}
		}
		c.retried[t.Ref]++
		op = incident.OpRetry{Action: t.Ref}
	default:
		return false, nil
	}
	_, err := c.engine.Do(ctx, v.State.ID, incident.Command{Actor: journal.Actor{Kind: journal.Person, ID: x.ID, Via: c.via}, Op: op})
	if err == nil {
		c.say("%s", told(x, t, op))
	}
	return err == nil, err
}

// told is what somebody did, as the demo tells it.
func told(x plan.Person, t incident.Task, op incident.Op) string {
	switch op.(type) {
	case incident.OpBeginStep:
		return x.Name + " begins: " + t.Title
	case incident.OpEndStep:
		return x.Name + " is done: " + t.Title
	case incident.OpPost:
		return x.Name + " posts: " + t.Title
	}
	return x.Name + ": " + t.Title
}

// answer answers a page by the link in its mail, as a person would.
func (c *cast) answer(ctx context.Context, v *engine.View, x plan.Person, t incident.Task) (bool, error) {
	for _, way := range x.Contact {
		if way.Kind != "email" {
			continue
		}
		l, ok := c.mail.latest(way.To)
		if !ok {
			continue
		}
		form := url.Values{"answer": {incident.Coming}}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url+"/page/"+l.Secret, strings.NewReader(form.Encode()))
		if err != nil {
			return false, err
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		res, err := client.Do(req)
		if err != nil {
			return false, err
		}
		res.Body.Close()
		if res.StatusCode < 400 {
			c.say("%s: coming", x.Name)
			return true, nil
		}
		if res.StatusCode != http.StatusConflict && res.StatusCode != http.StatusNotFound && res.StatusCode != http.StatusGone {
			return false, errors.New("the page's link answered " + res.Status)
		}
	}
	for _, pg := range v.State.Pages {
		if pg.ID == t.Ref && v.Now().Sub(pg.Requested) > c.patience {
			_, err := c.engine.Do(ctx, v.State.ID, incident.Command{
				Actor: journal.Actor{Kind: journal.Person, ID: x.ID, Via: c.via}, Op: incident.OpAnswer{Answer: incident.Coming},
			})
			return err == nil, err
		}
	}
	return false, nil
}

// answerTo is the answer to the question of a step: one that leads to what the scenario expects, else the first; "" if it asks none.
func answerTo(v *engine.View, step string, expected []string) string {
	for _, st := range incident.StepsOf(v.Plan, v.State) {
		if st.ID == step && st.Question != nil && len(st.Question.Branches) > 0 {
			for _, b := range st.Question.Branches {
				if slices.ContainsFunc(expected, func(ref string) bool {
					procedure, step, _ := plan.SplitStep(ref)
					return step == b.Step || procedure == b.Procedure
				}) {
					return b.Answer
				}
			}
			return st.Question.Branches[0].Answer
		}
	}
	return ""
}
