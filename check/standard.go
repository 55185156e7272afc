package check

import (
	"slices"
	"strings"
	"time"

	"tocsin/fault"
	"tocsin/plan"
)

// The states of a control.
const (
	ControlMet    = "met"    // the plan shows all that it asks for
	ControlPartly = "partly" // the plan shows some of it
	ControlNot    = "not"    // the plan shows nothing of it
)

// Standard is how far a plan meets a published checklist, as far as paper can show.
type Standard struct {
	Standard string    `json:"standard"` // short name: sfc-ir
	Version  string    `json:"version"`  // revision of the checklist
	Title    string    `json:"title"`
	Controls []Control `json:"controls"`
	Met      int       `json:"met"`
	Partly   int       `json:"partly"`
	Not      int       `json:"not"`
}

// Control is one demand of a checklist.
type Control struct {
	ID       string   `json:"id"` // as published: ir-1.1.1
	Title    string   `json:"title"`
	Status   string   `json:"status"`   // ControlMet, ControlPartly or ControlNot
	Evidence []string `json:"evidence"` // what in the plan shows it, with its place
	Missing  []string `json:"missing"`  // what would make it met
}

// SFCIncidentResponse names the SEAL Framework Checklist for incident response.
const SFCIncidentResponse = "sfc-ir"

// Standards names the checklists that Score knows.
func Standards() []string { return []string{SFCIncidentResponse} }

// Score holds a plan against a published checklist on a day. Places come from src, which may be nil. The fault invalid says
// which standards there are.
//
// A plan on paper cannot show everything. What it cannot show keeps a control from being met until the team says in a note
// about it ("notes: [{about: ir-2.1.4, text: …}]") how it is done; the evidence then is that the team says so.
func Score(p *plan.Plan, src *plan.Source, standard string, now time.Time) (Standard, error) {
	if !slices.Contains(Standards(), standard) {
		return Standard{}, fault.New(fault.Invalid, "There is no standard %q.", clipped(standard)).Instead("Name one of these: %s.", strings.Join(Standards(), ", "))
	}
	if p == nil {
		p = &plan.Plan{}
	}
	out := Standard{Standard: standard, Version: "1.1", Title: "SEAL Framework Checklist, incident response"}
	for _, c := range sfcControls {
		s := &sheet{plan: p, source: src, now: now, id: c.id}
		c.score(s)
		control := s.control(c.id, c.title)
		switch control.Status {
		case ControlMet:
			out.Met++
		case ControlPartly:
			out.Partly++
		default:
			out.Not++
		}
		out.Controls = append(out.Controls, control)
	}
	return out, nil
}

// sfcControls are the controls of the checklist, revision 1.1, in its order. The titles are ours.
var sfcControls = []struct {
	id, title string
	score     func(*sheet)
}{
	{"ir-1.1.1", "Who leads, who decides, who helps", scoreRoles},
	{"ir-1.1.2", "Everybody needed can be found and worked with", scoreContacts},
	{"ir-2.1.1", "What could go wrong is thought through", scoreThreats},
	{"ir-2.1.2", "What matters is watched, day and night", scoreMonitoring},
	{"ir-2.1.3", "Alerts reach somebody who can act", scoreAlerting},
	{"ir-2.1.4", "Logs are kept, and nobody can change them unseen", scoreLogs},
	{"ir-3.1.1", "There is a procedure for each kind of emergency", scoreProcedures},
	{"ir-3.1.2", "Enough signers can be reached at any hour", scoreSigners},
	{"ir-3.1.3", "Emergency transactions are ready, and another way to sign them", scoreTransactions},
	{"ir-4.1.1", "Responders have private rooms, and a second place", scoreRooms},
	{"ir-4.1.2", "The team is kept informed at a known pace", scoreInternal},
	{"ir-4.1.3", "The public hears from us, and only what was approved", scorePublic},
	{"ir-5.1.1", "The response is drilled, and drills lead to changes", scoreDrills},
}
