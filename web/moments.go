package web

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/incident"
)

// past is a moment that the metrics are made of, against what the plan promises.
type past struct {
	Name     string
	At       *moment
	Took     string // since detection
	Promised string
	Late     bool
	Was      string // what had been recorded, and why it was corrected; empty if it was not
}

// correcting is the form that corrects a moment.
type correcting struct {
	Form    form
	Moments []option
}

// option is one choice of a list.
type option struct{ Value, Name string }

// correcting offers the moments that have come, and those that may have come unseen.
func (l *look) correcting() *correcting {
	if l.view.ReadOnly != nil || !l.may(access.Respond) {
		return nil
	}
	c := &correcting{Form: l.form("correct", "correct")}
	for _, name := range incident.Correctable {
		c.Moments = append(c.Moments, option{name, momentName(name)})
	}
	return c
}

// momentName is how people call a moment.
func momentName(moment string) string {
	switch moment {
	case "first-malicious-tx":
		return "First malicious transaction"
	case "room":
		return "Responders' room open"
	case "first-public":
		return "First public statement"
	}
	return capital(strings.ReplaceAll(moment, "-", " "))
}

// wasOf says what had been recorded of a moment that was corrected.
func (l *look) wasOf(corrected, recorded time.Time) string {
	if corrected.Equal(recorded) {
		return ""
	}
	for _, c := range slices.Backward(l.state.Corrections) {
		if c.Void || !c.At.Equal(corrected) || !c.Was.Equal(recorded) {
			continue
		}
		was := "not recorded"
		if !recorded.IsZero() {
			was = "recorded at " + l.at(recorded).Second()
		}
		return was + "; corrected by " + l.name(c.By) + ": " + c.Why
	}
	return ""
}

func (l *look) moments() []past {
	m, recorded := l.state.Times(), l.state.Moments
	from := m.Detected
	if from.IsZero() {
		from = l.state.Opened
	}
	sev, _ := l.plan.Severity(l.state.Severity)
	within := time.Duration(sev.RespondWithin)
	list := []past{}
	add := func(name string, at, stored time.Time, promised time.Duration) {
		p := past{Name: name, At: l.unless(at), Took: "–", Promised: "–", Was: l.wasOf(at, stored)}
		if promised > 0 {
			p.Promised = length(promised)
		}
		if !at.IsZero() && !at.Equal(from) {
			switch p.Took = took(at.Sub(from)); {
			case at.Before(from):
				p.Took += " before"
			case at.Equal(m.FirstMaliciousTx):
				p.Took = "–" // the chain's clock is ahead of ours: nothing is detected before it happens
			}
		}
		p.Late = promised > 0 && at.Sub(from) > promised
		list = append(list, p)
	}
	add(momentName("first-malicious-tx"), m.FirstMaliciousTx, recorded.FirstMaliciousTx, 0)
	add("Detected", from, recorded.Detected, 0)
	add("First answer", m.FirstAnswer, recorded.FirstAnswer, within)
	add("Mustered", m.Mustered, recorded.Mustered, 0)
	if l.state.Phase == incident.Dismissed {
		add("Dismissed", m.Dismissed, recorded.Dismissed, 0)
		return list
	}
	add(momentName("room"), m.Room, recorded.Room, 0)
	add("Validated", m.Validated, recorded.Validated, 0)
	add("Decided", m.Decided, recorded.Decided, 0)
	add("Contained", m.Contained, recorded.Contained, 0)
	add(momentName("first-public"), m.FirstPublic, recorded.FirstPublic, 0)
	add("Resolved", m.Resolved, recorded.Resolved, 0)
	add("Closed", m.Closed, recorded.Closed, 0)
	return list
}

// correctOp reads a time as browsers write it, with seconds or without.
func correctOp(v url.Values) incident.Op {
	op := incident.OpCorrect{Moment: v.Get("moment"), Why: v.Get("why")}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04", time.RFC3339} {
		if at, err := time.Parse(layout, v.Get("at")); err == nil {
			op.At = at
			break
		}
	}
	return op
}
