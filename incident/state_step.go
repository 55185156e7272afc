package incident

import (
	"slices"
	"time"

	"tocsin/journal"
)

// Added is a step that was added on the spot.
type Added struct {
	ID    string    `json:"id"`
	Name  string    `json:"name"`
	How   string    `json:"how,omitempty"`
	Owner string    `json:"owner,omitempty"`
	After string    `json:"after,omitempty"`
	By    string    `json:"by"`
	At    time.Time `json:"at"`
	Left  bool      `json:"left,omitempty"` // it was in an older plan, and had begun when a newer one was taken up
}

// Evidence is something found or done, put into the record.
type Evidence struct {
	ID    string    `json:"id"`
	Step  string    `json:"step,omitempty"`
	Form  string    `json:"form"`
	What  string    `json:"what"`            // of a file, its name
	Chain uint64    `json:"chain,omitempty"` // of a transaction; 0 if it was not said
	Note  string    `json:"note,omitempty"`
	By    string    `json:"by"`
	At    time.Time `json:"at"`

	File *journal.File `json:"file,omitempty"`
	Gone bool          `json:"gone,omitempty"` // the file was removed
}

// The forms of evidence.
const (
	EvidenceText        = "text"
	EvidenceLink        = "link"
	EvidenceTransaction = "transaction"
	EvidenceFile        = "file"
)

// applyStep applies the events of procedures beyond beginning and ending a step; false if h is not one.
func (s *State) applyStep(h Happened) bool {
	switch e := h.Event.(type) {
	case EventStepAnswered:
		s.dropSecond(whatResolve) // more is to be done than whoever asked for it knew
		s.step(e.Step).Answer = e.Answer
		s.Led = e.Procedure
	case EventStepUndone:
		s.dropSecond(whatResolve)
		*s.step(e.Step) = Step{Step: e.Step}
	case EventStepAdded:
		s.dropSecond(whatResolve)
		s.Added = append(s.Added, Added{ID: e.ID, Name: e.Name, How: string(e.How), Owner: e.Owner, After: e.After, By: e.By, At: h.At})
	case EventStepOverdue:
		s.step(e.Step).Warned = e.Level
		s.Warnings = append(s.Warnings, rung(e.Calls, h.At)...)
	case EventEvidence:
		s.Evidence = append(s.Evidence, Evidence{ID: e.ID, Step: e.Step, Form: e.Form, What: string(e.What), Chain: e.Chain, Note: string(e.Note), By: e.By, At: h.At, File: e.File})
	case EventRedacted:
		s.discard(e.Discarded)
	default:
		return false
	}
	return true
}

// discard notes that the bytes of files are gone.
func (s *State) discard(ids []string) {
	if len(ids) == 0 {
		return
	}
	s.Evidence = slices.Clone(s.Evidence) // older states share it
	for i := range s.Evidence {
		if e := &s.Evidence[i]; e.File != nil && slices.Contains(ids, e.File.ID) {
			e.Gone = true
		}
	}
}

// rung are the calls that rings make.
func rung(list []Ring, at time.Time) []Call {
	var calls []Call
	for _, r := range list {
		calls = append(calls, Call{Delivery: r.Delivery, Contact: r.Contact, At: at})
	}
	return calls
}
