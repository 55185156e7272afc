package incident

import "tocsin/journal"

// OpAnswerStep changes the answer to the question of a step that is done: the procedure goes on where the new answer leads.
type OpAnswerStep struct{ Step, Answer, Why string }

// OpUndoStep takes back that a step was done or skipped, as long as nothing that cannot be undone has followed. Before
// containment no reason is needed.
type OpUndoStep struct{ Step, Why string }

// OpAddStep adds a step that the plan does not hold. Nothing waits for it but resolving.
type OpAddStep struct {
	Name  string
	How   string
	Owner string // role; empty: the incident manager's
	After string // step that must be done first; empty: it may begin at once
}

// OpAttach puts evidence into the record. The form may be left empty: a hash is a transaction, a link a link. A file comes through
// the engine's Attach, which keeps its bytes in the same moment.
type OpAttach struct {
	Step  string // empty: it belongs to the incident
	Form  string
	What  string // of a file, its name
	Chain uint64 // of a transaction; 0 if it is not known
	Note  string
	File  *journal.File // its id is found by Decide; nil for what is no file
}

func (OpAnswerStep) op() {}
func (OpUndoStep) op()   {}
func (OpAddStep) op()    {}
func (OpAttach) op()     {}
