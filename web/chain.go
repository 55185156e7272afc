package web

import (
	"fmt"

	"tocsin/access"
	"tocsin/incident"
)

// finding is what a detector or a person reported.
type finding struct {
	Say       string
	At        moment
	Detector  string
	Worse     bool
	Retracted string
	Text      string // what somebody wrote who used the public form
	Facts     []row
}

// called says which detector it is of, and whether it is worse than what that one found before.
func (f finding) called() string {
	if f.Worse {
		return f.Detector + ", worse than before"
	}
	return f.Detector
}

// shownFindings is how many findings of an incident its page shows; the record holds them all.
const shownFindings = 100

// openFindings is how many of them stand unfolded: an attack that goes on brings one each block, and what is to be done must stay in sight.
const openFindings = 5

// findings are the newest; earlier says how many there are besides.
func (l *look) findings() (list []finding, earlier int) {
	earlier = max(0, len(l.state.Findings)-shownFindings)
	for i := len(l.state.Findings) - 1; i >= earlier; i-- {
		f := l.state.Findings[i]
		v := finding{Say: f.Say, At: l.at(f.At), Detector: f.Detector, Worse: f.Worse, Retracted: f.Retracted, Text: string(f.Text)}
		if d, ok := l.plan.Detector(f.Detector); ok {
			v.Detector = d.Name
		}
		if f.Contact != "" {
			v.Facts = append(v.Facts, row{Label: "To be reached at", Text: string(f.Contact)})
		}
		if f.Block > 0 {
			v.Facts = append(v.Facts, row{Label: "Block", Text: l.block(f.Chain, f.Block)})
		}
		if f.Tx != (incident.Finding{}).Tx {
			v.Facts = append(v.Facts, row{Label: "Transaction", Text: groups(f.Tx.Hex()), Code: true})
		}
		list = append(list, v)
	}
	return list, earlier
}

func (l *look) block(chain, number uint64) string {
	text := thousands(number)
	if c, ok := l.plan.Chain(chain); ok {
		text += " on " + c.Name
	}
	return text
}

// carried is an action on its way.
type carried struct {
	Anchor string
	Title  string
	Stops  []stop
	Say    string
	Facts  []row
	Failed bool
	Retry  *form
}

func (l *look) actions() []carried {
	var list []carried
	for i := range l.state.Actions {
		list = append(list, l.carried(&l.state.Actions[i]))
	}
	for i := range l.state.TakenIn {
		list = append(list, l.taken(&l.state.TakenIn[i]))
	}
	return list
}

func (l *look) carried(a *incident.Action) carried {
	c := carried{Anchor: "action-" + a.ID, Title: a.Action, Say: a.Say, Failed: a.State == incident.Gone}
	if a.Prepared != nil && a.Prepared.Words.Title != "" {
		c.Title = a.Prepared.Words.Title
	}
	if c.Say == "" {
		c.Say = a.Waits
	}
	c.Stops = l.actionStops(a)
	for _, t := range a.Sends {
		c.Facts = append(c.Facts,
			row{Label: "Transaction", Text: groups(t.Hash.Hex()), Code: true},
			row{Label: "From", Text: fmt.Sprintf("%s, nonce %d", groups(t.From.Hex()), t.Nonce), Code: true})
	}
	asks := a.Prepared != nil && a.Prepared.Outward()
	if a.Landed != nil && asks && a.Prepared.Status != nil {
		c.Facts = append(c.Facts, row{Label: "The status file says", Text: a.Prepared.Status.Says()})
	}
	if a.Landed != nil && asks && a.Prepared.Request != nil {
		c.Facts = append(c.Facts, row{Label: "Taken", Text: fmt.Sprintf("%s answered %d", a.Prepared.Words.Target, a.Landed.Status)})
	}
	if a.Got != "" && asks {
		c.Facts = append(c.Facts, row{Label: "Seen from outside", Text: a.Got})
	}
	if a.Landed != nil && !asks {
		text := l.block(a.Prepared.Chain, a.Landed.Block)
		if a.Landed.Status == 0 {
			text += "; it failed there"
		}
		c.Facts = append(c.Facts, row{Label: "Landed in block", Text: text})
	}
	if a.Got != "" && a.Prepared != nil && a.Prepared.Effect != nil && !asks {
		c.Facts = append(c.Facts, row{Label: "Read", Text: fmt.Sprintf("%s is %s at block %s", a.Prepared.Effect.Reads(), a.Got, thousands(a.Block)), Code: true})
	}
	if c.Failed && l.going() && l.may(access.Step) {
		f := l.form("retry-"+a.ID, "retry")
		c.Retry = &f
	}
	return c
}

// actionStops draws how far an action has come. "Sent, not known whether it landed" is a stop of its own.
func (l *look) actionStops(a *incident.Action) []stop {
	names := []string{"Agreed", "Signed", "Sent", "Landed", "Holds"}
	already := "already, by somebody else’s transaction"
	if a.Prepared != nil && a.Prepared.Request != nil {
		names, already = []string{"Agreed", "Made ready", "Asked", "Taken", "Holds"}, "already"
	}
	if a.Prepared != nil && a.Prepared.Status != nil {
		names, already = []string{"Agreed", "Made ready", "Signed", "Published", "Seen from outside"}, "already"
	}
	if a.State == incident.Unneeded {
		return []stop{{Name: "Agreed", State: "done", At: l.at(a.Ordered)}, {Name: "Holds", State: "done", At: l.at(a.Verified), Say: already}}
	}
	at := map[string]int{incident.Ordered: 0, incident.Signed: 1, incident.Sent: 2, incident.LandedOnce: 3, incident.Verified: 4}
	reached, ok := at[a.State]
	if !ok { // failed: as far as it came
		switch {
		case a.Landed != nil:
			reached = 3
		case len(a.Sends) > 0:
			reached = 1
		}
	}
	stops := make([]stop, len(names))
	for i, name := range names {
		stops[i] = stop{Name: name, State: "to-come", Say: "to come"}
		if i <= reached {
			stops[i].State, stops[i].Say = "done", ""
		}
	}
	stops[0].At = l.at(a.Ordered)
	if len(a.Sends) > 0 && reached >= 1 {
		stops[1].At = l.at(a.Sends[0].At)
	}
	if a.Landed != nil {
		stops[3].At = l.at(a.Landed.At)
	}
	switch {
	case a.State == incident.Verified:
		stops[4].At = l.at(a.Verified)
	case a.State == incident.Gone:
		stops[reached].State, stops[reached].Say = "failed", "failed here"
	case a.State == incident.Sent:
		stops[2].State, stops[2].Say = "now", "not known whether it landed"
	default:
		stops[reached].State = "now"
	}
	return stops
}
