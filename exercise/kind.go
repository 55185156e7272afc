package exercise

// The kinds of a session's events, as the record names them.

// Kind names the event in the record.
func (EventPlanned) Kind() string { return "exercise-planned" }

// Kind names the event in the record.
func (EventInvited) Kind() string { return "exercise-invited" }

// Kind names the event in the record.
func (EventReplied) Kind() string { return "exercise-replied" }

// Kind names the event in the record.
func (EventPostponed) Kind() string { return "exercise-postponed" }

// Kind names the event in the record.
func (EventCancelled) Kind() string { return "exercise-cancelled" }

// Kind names the event in the record.
func (EventAssigned) Kind() string { return "exercise-assigned" }

// Kind names the event in the record.
func (EventChosen) Kind() string { return "exercise-scenario-chosen" }

// Kind names the event in the record.
func (EventBegun) Kind() string { return "exercise-begun" }

// Kind names the event in the record.
func (EventDescribed) Kind() string { return "exercise-described" }

// Kind names the event in the record.
func (EventJoined) Kind() string { return "exercise-incident-joined" }

// Kind names the event in the record.
func (EventHere) Kind() string { return "exercise-here" }

// Kind names the event in the record.
func (EventReached) Kind() string { return "exercise-step-reached" }

// Kind names the event in the record.
func (EventInjected) Kind() string { return "exercise-injected" }

// Kind names the event in the record.
func (EventReleased) Kind() string { return "exercise-released" }

// Kind names the event in the record.
func (EventMarked) Kind() string { return "exercise-marked" }

// Kind names the event in the record.
func (EventStruck) Kind() string { return "exercise-struck" }

// Kind names the event in the record.
func (EventClock) Kind() string { return "exercise-clock" }

// Kind names the event in the record.
func (EventCompleted) Kind() string { return "exercise-completed" }

// Kind names the event in the record.
func (EventAborted) Kind() string { return "exercise-aborted" }

// Kind names the event in the record.
func (EventLesson) Kind() string { return "exercise-lesson" }

// Kind names the event in the record.
func (EventFollowUp) Kind() string { return "exercise-follow-up" }

// Kind names the event in the record.
func (EventFollowUpEnded) Kind() string { return "exercise-follow-up-ended" }

// Kind names the event in the record.
func (EventLink) Kind() string { return "exercise-link" }

// Kind names the event in the record.
func (EventEnded) Kind() string { return "exercise-ended" }

// Kind names the event in the record.
func (EventFrozen) Kind() string { return "exercise-frozen" }

// Kind names the event in the record.
func (EventThawed) Kind() string { return "exercise-thawed" }

// Kind names the event in the record.
func (EventSeen) Kind() string { return "exercise-seen" }

// Kind names the event in the record.
func (EventReminded) Kind() string { return "exercise-reminded" }

// Kind names the event in the record; whoever holds a session in memory reads it anew when it comes.
func (EventRedacted) Kind() string { return "exercise-redacted" }
