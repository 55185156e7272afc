package web

import (
	"net/url"
	"strconv"
	"strings"

	"tocsin/access"
	"tocsin/incident"
	"tocsin/plan"
)

// evidence is one thing found or done, as the record holds it.
type evidence struct {
	What string
	Link string // address to follow, for a link
	Code bool
	File string // address to save it from, for a file that is still there
	Size string
	Show bool // it is a picture that the page shows
	Gone bool // a file that was removed
	Note string
	By   string
	At   moment
}

// evidence is what belongs to the incident rather than to one of its steps.
func (l *look) evidence() []evidence {
	var list []incident.Evidence
	for _, e := range l.state.Evidence {
		if e.Step == "" {
			list = append(list, e)
		}
	}
	return l.found(list)
}

func (l *look) found(list []incident.Evidence) []evidence {
	var rows []evidence
	for _, e := range list {
		x := evidence{What: e.What, Note: e.Note, By: l.name(e.By), At: l.at(e.At), Code: e.Form == incident.EvidenceTransaction}
		if e.Form == incident.EvidenceLink {
			x.Link = e.What
		}
		if e.File != nil {
			x.Size, x.Gone = sizeOf(e.File.Size), e.Gone
			if !e.Gone {
				x.File, x.Show = l.base()+"/files/"+url.PathEscape(e.ID), picture(e.File.Media) != ""
			}
			if x.What == "" {
				x.What = "a file"
			}
		}
		if e.Chain != 0 {
			x.Note = strings.TrimSpace("On chain " + strconv.FormatUint(e.Chain, 10) + ". " + e.Note)
		}
		rows = append(rows, x)
	}
	return rows
}

// attaching is the form that puts evidence into the record, also after the incident is over.
func (l *look) attaching() *form {
	if l.view.ReadOnly != nil || !l.may(access.Respond) {
		return nil
	}
	f := l.form("attach", "attach")
	return &f
}

// uploads reports whether a form that comes back carried a file.
func (f form) uploads() bool { return f.Tried() && f.kept.Has("upload") }

// upload is the form beside that of other evidence that puts a file into the record.
func (f form) upload() form {
	u := form{Key: f.Key, Action: strings.TrimSuffix(f.Action, "attach") + "files", Command: newCommand()}
	if f.uploads() {
		u.Fault, u.kept = f.Fault, f.kept
	}
	return u
}

// sizeOf is a size as people read it.
func sizeOf(n int64) string {
	switch {
	case n >= 1<<20:
		return strconv.FormatFloat(float64(n)/(1<<20), 'f', 1, 64) + " MiB"
	case n >= 1<<10:
		return strconv.FormatInt(n>>10, 10) + " KiB"
	}
	return strconv.FormatInt(n, 10) + " bytes"
}

// addForm adds a step on the spot.
type addForm struct {
	Form  form
	Steps []step
	Roles []plan.Role
}

func (l *look) adding() *addForm {
	if !l.going() || !l.may(access.Step) || l.state.Phase.AtLeast(incident.Resolved) {
		return nil
	}
	a := &addForm{Form: l.form("add", "add"), Roles: l.plan.Roles}
	for _, v := range incident.StepsOf(l.plan, l.state) {
		if !v.Over() {
			a.Steps = append(a.Steps, step{Anchor: v.ID, Name: v.Name, Number: v.Number})
		}
	}
	return a
}

// backForms adds what can be taken back of a step that has ended.
func (l *look) backForms(s *step, v incident.StepView) {
	if l.state.Phase.AtLeast(incident.Resolved) {
		return
	}
	if v.State == incident.Skipped || v.Step.Action == "" && !v.Irreversible {
		f := l.form("undo-"+v.ID, "undo")
		s.Undo = &f
	}
	if v.State == incident.Done && v.Question != nil {
		f := l.form("reply-"+v.ID, "reply")
		s.Reply = &f
	}
}

// Steps are the steps that evidence may belong to.
func (p *incidentPage) Steps() []step {
	if p.Procedure == nil {
		return nil
	}
	return p.Procedure.Steps
}

func replyOp(v url.Values) incident.Op {
	return incident.OpAnswerStep{Step: v.Get("step"), Answer: v.Get("answer"), Why: v.Get("why")}
}

func undoOp(v url.Values) incident.Op {
	return incident.OpUndoStep{Step: v.Get("step"), Why: v.Get("why")}
}

func addOp(v url.Values) incident.Op {
	return incident.OpAddStep{Name: v.Get("name"), How: lines(v.Get("how")), Owner: v.Get("owner"), After: v.Get("after")}
}

func attachOp(v url.Values) incident.Op {
	return incident.OpAttach{Step: v.Get("step"), What: lines(v.Get("what")), Note: v.Get("note")}
}
