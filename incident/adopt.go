package incident

import (
	"slices"
	"time"

	"tocsin/evm"
	"tocsin/plan"
)

// Adopted is a newer plan that the incident took up while it was going on.
type Adopted struct {
	Plan    evm.Hash  `json:"plan"`
	Version string    `json:"version,omitempty"` // the team's own
	From    evm.Hash  `json:"from"`              // the plan before
	By      string    `json:"by"`
	At      time.Time `json:"at"`
}

// OpAdopt lets the incident run by a newer plan from now on: the one that is in force. Whoever makes the command sees to that.
type OpAdopt struct{ Plan *plan.Plan }

func (OpAdopt) op() {}

// EventAdopted says by which plan the incident runs from now on, and what it is by that.
type EventAdopted struct {
	Plan       evm.Hash `json:"plan"`
	Version    string   `json:"version,omitempty"`
	From       evm.Hash `json:"from"`
	By         string   `json:"by"`
	Issue      string   `json:"issue,omitempty"`
	Candidates []string `json:"candidates,omitempty"`
	Category   string   `json:"category,omitempty"`
	Severity   string   `json:"severity"`
	Procedure  string   `json:"procedure,omitempty"`
	Left       []Left   `json:"left,omitempty"` // steps that the newer plan does not hold and that somebody is doing
	Back       []string `json:"back,omitempty"` // such steps of an earlier time that it holds again
}

// Left is a step that a newer plan does not hold any more.
type Left struct {
	Step  string `json:"step"`
	Name  string `json:"name"`
	How   string `json:"how,omitempty"`
	Owner string `json:"owner,omitempty"`
}

// Kind names the event.
func (EventAdopted) Kind() string { return "adopted" }

// applyAdopted applies the event of taking up a newer plan; false if h is not one.
func (s *State) applyAdopted(h Happened) bool {
	e, ok := h.Event.(EventAdopted)
	if !ok {
		return false
	}
	s.Adopted = append(s.Adopted, Adopted{Plan: e.Plan, Version: e.Version, From: e.From, By: e.By, At: h.At})
	s.Plan, s.Issue, s.Candidates, s.Category, s.Severity = e.Plan, e.Issue, e.Candidates, e.Category, e.Severity
	if s.Led != e.Procedure {
		s.Led = ""
	}
	s.Procedure = e.Procedure // what was done of it stays done
	s.Added = slices.DeleteFunc(s.Added, func(a Added) bool { return a.Left && slices.Contains(e.Back, a.ID) })
	for _, l := range e.Left {
		s.Added = append(s.Added, Added{ID: l.Step, Name: l.Name, How: l.How, Owner: l.Owner, By: s.Step(l.Step).By, At: h.At, Left: true})
	}
	s.Seconds = nil // what takes two may be another now
	return true
}
