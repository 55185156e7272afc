package incident

import (
	"time"

	"tocsin/journal"
)

// The events of procedures beyond beginning and ending a step.
type (
	// EventStepAnswered says what a step's question was answered with, at first or later.
	EventStepAnswered struct {
		Step      string           `json:"step"`
		Answer    string           `json:"answer"`
		Procedure string           `json:"procedure,omitempty"` // that the answer leads to, if it is another one
		By        string           `json:"by"`
		Why       journal.Personal `json:"why"`
	}
	// EventStepUndone takes back that a step was done or skipped.
	EventStepUndone struct {
		Step string           `json:"step"`
		By   string           `json:"by"`
		Why  journal.Personal `json:"why"`
	}
	// EventStepAdded adds a step that the plan does not hold.
	EventStepAdded struct {
		ID    string           `json:"id"`
		Name  string           `json:"name"`
		How   journal.Personal `json:"how"`
		Owner string           `json:"owner,omitempty"` // role
		After string           `json:"after,omitempty"` // step that must be done first
		By    string           `json:"by"`
	}
	// EventStepOverdue warns that a step takes longer than the plan allows for it.
	EventStepOverdue struct {
		Step  string    `json:"step"`
		Level int       `json:"level"` // 1: its owner is warned; 2: the incident manager
		Due   time.Time `json:"due"`
		Calls []Ring    `json:"calls,omitempty"`
	}
	// EventEvidence puts something found or done into the record, with a step or with the incident.
	EventEvidence struct {
		ID    string           `json:"id"`
		Step  string           `json:"step,omitempty"`
		Form  string           `json:"form"` // EvidenceText, EvidenceLink, EvidenceTransaction, EvidenceFile
		What  journal.Personal `json:"what"` // the text, the link, the hash; the name of a file
		File  *journal.File    `json:"file,omitempty"`
		Chain uint64           `json:"chain,omitempty"`
		Note  journal.Personal `json:"note"`
		By    string           `json:"by"`
	}
)

func (EventStepAnswered) Kind() string { return "step-answered" }
func (EventStepUndone) Kind() string   { return "step-undone" }
func (EventStepAdded) Kind() string    { return "step-added" }
func (EventStepOverdue) Kind() string  { return "step-overdue" }
func (EventEvidence) Kind() string     { return "evidence" }
