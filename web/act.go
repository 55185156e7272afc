package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"tocsin/access"
	"tocsin/engine"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
)

// verb is what a form of an incident's page can ask for.
type verb struct {
	right access.Right
	op    func(url.Values) incident.Op
}

// verbs are all that a person can ask for by a form; approving has its own way, since it carries a signature.
var verbs = map[string]verb{
	"answer":    {access.Answer, func(v url.Values) incident.Op { return incident.OpAnswer{Answer: v.Get("answer"), Note: v.Get("note")} }},
	"role":      {access.Respond, nil}, // the person is the one who asks
	"hand-over": {access.Respond, handOverOp},
	"accept":    {access.Answer, acceptOp},
	"decline":   {access.Answer, declineOp},
	"leave":     {access.Answer, leaveOp},
	"distrust":  {access.Respond, distrustOp},
	"trust":     {access.Respond, trustOp},
	"restrict":  {access.Respond, restrictOp},
	"reveal":    {access.Respond, revealOp},
	"correct":   {access.Respond, correctOp},
	"validate":  {access.Validate, validateOp},
	"dismiss":   {access.Dismiss, func(v url.Values) incident.Op { return incident.OpDismiss{Why: v.Get("why")} }},
	"severity":  {access.Respond, func(v url.Values) incident.Op { return incident.OpSeverity{To: v.Get("to"), Why: v.Get("why")} }},
	"begin":     {access.Step, func(v url.Values) incident.Op { return incident.OpBeginStep{Step: v.Get("step"), From: v.Get("from")} }},
	"end":       {access.Step, endOp},
	"withdraw": {access.Respond, func(v url.Values) incident.Op {
		return incident.OpWithdraw{Decision: v.Get("decision"), Why: v.Get("why")}
	}},
	"reject": {access.Respond, func(v url.Values) incident.Op {
		return incident.OpReject{Decision: v.Get("decision"), Why: v.Get("why")}
	}},
	"attest": {access.Respond, attestOp},
	"deny":   {access.Answer, func(v url.Values) incident.Op { return incident.OpDeny{Decision: v.Get("decision")} }},
	"send-anyway": {access.Approve, func(v url.Values) incident.Op {
		return incident.OpSendAnyway{Decision: v.Get("decision"), Why: v.Get("why")}
	}},
	"override":  {access.Approve, nil}, // it carries a signature
	"propose":   {access.Propose, proposeOp},
	"approve":   {access.Approve, nil},
	"post":      {access.Post, postOp},
	"contain":   {access.Resolve, func(v url.Values) incident.Op { return incident.OpContain{Note: v.Get("note")} }},
	"resolve":   {access.Resolve, resolveOp},
	"close":     {access.Close, closeOp},
	"reopen":    {access.Close, func(v url.Values) incident.Op { return incident.OpReopen{Why: v.Get("why")} }},
	"merge":     {access.Validate, nil}, // it concerns two incidents
	"adopt":     {access.Respond, nil},
	"note":      {access.Respond, func(v url.Values) incident.Op { return incident.OpNote{Text: v.Get("text")} }},
	"waive":     {access.Post, waiveOp},
	"reinstate": {access.Post, reinstateOp},
	"pin":       {access.Respond, pinOp},
	"reply":     {access.Step, replyOp},
	"undo":      {access.Step, undoOp},
	"add":       {access.Step, addOp},
	"attach":    {access.Respond, attachOp},
	"retry":     {access.Step, func(v url.Values) incident.Op { return incident.OpRetry{Action: v.Get("action")} }},
}

func validateOp(v url.Values) incident.Op {
	return incident.OpValidate{Issue: v.Get("issue"), Criteria: v["criteria"], Note: v.Get("note")}
}

func endOp(v url.Values) incident.Op {
	op := incident.OpEndStep{Step: v.Get("step"), State: v.Get("state"), Note: v.Get("note"), Answer: v.Get("answer")}
	if op.State == "" && op.Answer != "" { // the answers are buttons of their own
		op.State = incident.Done
	}
	return op
}

func proposeOp(v url.Values) incident.Op {
	return incident.OpPropose{Subject: incident.Subject{Kind: v.Get("kind"), Ref: v.Get("ref"), Step: v.Get("step")}}
}

func postOp(v url.Values) incident.Op {
	return incident.OpPost{Update: v.Get("update"), Text: lines(v.Get("text")), ByHand: v["by_hand"], Lost: v["lost"], Link: v.Get("link")}
}

// lines undoes what browsers do to line ends in a text field.
func lines(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }

// act carries out what a form of an incident asked for, and goes back to where the form stood.
func (c *Console) act(w http.ResponseWriter, r *http.Request, s *session) {
	id := r.PathValue("id")
	vb, ok := verbs[r.PathValue("verb")]
	if !ok {
		c.nowhere(w, r, s)
		return
	}
	if err := r.ParseForm(); err != nil {
		c.fail(w, r, unreadable(err))
		return
	}
	form := r.PostForm
	if err := c.do(r.Context(), s, id, r.PathValue("verb"), vb, form); err != nil {
		c.again(w, r, s, id, form, err)
		return
	}
	if r.PathValue("verb") == "merge" {
		id = form.Get("into")
	}
	back := "/incidents/" + url.PathEscape(id)
	if r.PathValue("verb") == "post" && strings.HasPrefix(form.Get("form"), "postmortem") {
		http.Redirect(w, r, back+"#updates", http.StatusSeeOther)
		return
	}
	http.Redirect(w, r, back+"#"+anchorOf(form), http.StatusSeeOther)
}

// anchorOf is the place on the incident's page that shows what has come of a form.
func anchorOf(form url.Values) string {
	switch {
	case form.Get("step") != "":
		return "step-" + url.PathEscape(form.Get("step"))
	case form.Get("decision") != "":
		return "decision-" + url.PathEscape(form.Get("decision"))
	case form.Get("update") != "" || form.Has("communication"):
		return "updates"
	case form.Get("action") != "":
		return "action-" + url.PathEscape(form.Get("action"))
	case form.Has("what"):
		return "evidence"
	case form.Has("after"):
		return "procedure"
	case form.Has("link"):
		return "pins"
	case form.Has("text"):
		return "timeline"
	default:
		return "now"
	}
}

func (c *Console) do(ctx context.Context, s *session, id, name string, vb verb, form url.Values) error {
	v, err := c.viewOf(ctx, s, id)
	if err != nil {
		return err
	}
	if err := s.may(vb.right); err != nil {
		return err
	}
	var op incident.Op
	switch name {
	case "merge":
		return c.merge(ctx, s, id, form)
	case "adopt":
		return c.takeUp(ctx, s, id, form)
	case "role":
		op = incident.OpTakeRole{Role: form.Get("role"), Person: s.person.ID}
	case "approve":
		if op, err = c.approval(ctx, s, v, form); err != nil {
			return err
		}
	case "override":
		sign := func(d *incident.Decision, why string) ([]byte, error) {
			return c.Stage.Sign(ctx, s.person.ID, incident.OverrideOf(d, why).Digest())
		}
		if op, err = c.overrideOf(ctx, s, sign, v, form); err != nil {
			return err
		}
	default:
		op = vb.op(form)
	}
	_, err = c.Engine.Do(ctx, id, incident.Command{ID: commandID(form), Actor: s.actor(), Op: op})
	return err
}

// approval is the signature that a form carries, or that the demo's key makes.
func (c *Console) approval(ctx context.Context, s *session, v *engine.View, form url.Values) (incident.Op, error) {
	op := incident.OpApprove{Decision: form.Get("decision"), Choice: form.Get("choice")}
	if form.Get("with") == "demo" && c.Stage != nil {
		d := v.State.Decision(op.Decision)
		if d == nil {
			return nil, fault.New(fault.NotFound, "There is no such decision.")
		}
		sig, err := c.Stage.Sign(ctx, s.person.ID, incident.SigningOf(v.Plan, v.State, d, s.person.ID, op.Choice).Digest)
		if err != nil {
			return nil, err
		}
		op.Signature = sig
		return op, nil
	}
	sig, err := formSignature(form)
	if err != nil {
		return nil, err
	}
	op.Signature = sig
	if op.Fact, err = c.confirmed(ctx, s, v, op.Decision, op.Choice, "", sig); err != nil {
		return nil, err
	}
	return op, nil
}

// commandID is the id that the form carries; a form without one gets none of its own, so that the engine gives it one.
func commandID(form url.Values) string {
	id := form.Get("command")
	if len(id) > 64 {
		return ""
	}
	return id
}

// again shows the page that a refused form stood on, with what the person had put in and the reason beside it.
func (c *Console) again(w http.ResponseWriter, r *http.Request, s *session, id string, form url.Values, err error) {
	if fault.CodeOf(err) == fault.Internal {
		c.fail(w, r, err)
		return
	}
	v, viewErr := c.viewOf(r.Context(), s, id)
	if viewErr != nil {
		c.fail(w, r, viewErr)
		return
	}
	l := c.lookAt(c.incidentShell(s, v, ""), s, v)
	l.Live = false // nothing may change under somebody who mends what they have written
	l.forms = &forms{failed: form.Get("form"), fault: fault.Sentence(err), kept: form}
	status := statusOf(err)
	switch key := form.Get("form"); {
	case strings.HasPrefix(key, "postmortem"):
		p, err := l.postmortem(r.Context())
		if err != nil {
			c.fail(w, r, err)
			return
		}
		c.render(w, r, status, postmortemBody(p))
	default:
		if err := c.beside(r.Context(), s, l); err != nil {
			c.fail(w, r, err)
			return
		}
		p, err := l.page(r.Context(), c.readingsFor(r.Context(), s, l.state), "", 0)
		if err != nil {
			c.fail(w, r, err)
			return
		}
		c.render(w, r, status, incidentBody(p))
	}
}

// actor is who acts, as the journal records it.
func (s *session) actor() journal.Actor {
	return journal.Actor{Kind: journal.Person, ID: s.person.ID, Via: s.via}
}
