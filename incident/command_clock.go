package incident

// OpWaive says that a communication of the plan is not owed in this incident. Where it concerns the incident and the severity
// wants it, the second person's command waives it.
type OpWaive struct{ Communication, Why string }

// OpReinstate says that a communication is owed after all.
type OpReinstate struct{ Communication, Why string }

// OpPin shows a link to everybody who is called from now on. Without a name it is the responders' room.
type OpPin struct{ Name, Link string }

func (OpWaive) op()     {}
func (OpReinstate) op() {}
func (OpPin) op()       {}
