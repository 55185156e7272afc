package web

import (
	"time"

	"tocsin/incident"
)

// past is a moment that the metrics are made of, against what the plan promises.
type past struct {
	Name     string
	At       *moment
	Took     string // since detection
	Promised string
	Late     bool
}

func (l *look) moments() []past {
	m := l.state.Moments
	from := m.Detected
	if from.IsZero() {
		from = l.state.Opened
	}
	sev, _ := l.plan.Severity(l.state.Severity)
	within := time.Duration(sev.RespondWithin)
	list := []past{}
	add := func(name string, at time.Time, promised time.Duration) {
		p := past{Name: name, At: l.unless(at), Took: "–", Promised: "–"}
		if promised > 0 {
			p.Promised = length(promised)
		}
		if !at.IsZero() && !at.Equal(from) {
			p.Took = took(at.Sub(from))
			if at.Before(from) {
				p.Took += " before"
			}
		}
		p.Late = promised > 0 && at.Sub(from) > promised
		list = append(list, p)
	}
	add("First malicious transaction", m.FirstMaliciousTx, 0)
	add("Detected", from, 0)
	add("First answer", m.FirstAnswer, within)
	add("Mustered", m.Mustered, 0)
	if l.state.Phase == incident.Dismissed {
		add("Dismissed", m.Dismissed, 0)
		return list
	}
	add("Validated", m.Validated, 0)
	add("Decided", m.Decided, 0)
	add("Contained", m.Contained, 0)
	add("First public statement", m.FirstPublic, 0)
	add("Resolved", m.Resolved, 0)
	add("Closed", m.Closed, 0)
	return list
}
