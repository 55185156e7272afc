// Package exercise owns live exercises: a session of a team, in which one scenario is run after another, led by a moderator. The
// response itself is ordinary incidents; here is what surrounds them: who is invited, what is told when and what is held back, the
// clock, what was marked, learned and promised, how well it went, and when the next one is due. It is pure: a command and a state go
// in, events come out, and events make the state.
//
//	          ┌──────────────▶ cancelled
//	          │
//	──▶ planned ──▶ running ──────────────────────────────▶ ended
//	    postponed     │  a run: chosen ─▶ described ─▶ completed, aborted
//	    to another    │           ▲                           │
//	    time          │           └────── another scenario ───┘
//	                  │
//	                  └─▶ frozen by a real incident, or by anybody's stop; thawed by the moderator
//
// The session's own times are real; the exercise clock runs from the description of a scenario to its completion and stands still
// between runs. A session leaves lessons and follow-ups, and those are chased until they are done or declined.
package exercise

import "time"

// The bounds of what a session holds.
const (
	maxTitle   = 200      // bytes
	maxText    = 16 << 10 // of a mark, a lesson, a fact, bytes
	maxURL     = 2 << 10  // bytes
	maxList    = 5000     // marks of a run, lessons, follow-ups, links
	maxRuns    = 100      // of a session
	maxInvited = 5000
	maxSpeed   = 3600 // seconds in a second
	maxOn      = 90 * 24 * time.Hour
)

// When people are reminded.
const (
	soonBefore = 24 * time.Hour       // before a session begins
	nowBefore  = 15 * time.Minute     // and once more
	lateAfter  = 30 * time.Minute     // the moderator, of one that has not begun
	chaseEvery = 7 * 24 * time.Hour   // the owner of a follow-up, once it is overdue
	chaseMost  = 26                   // so often; then it stands in the list without anybody being called
	chaseSoon  = 2 * 24 * time.Hour   // before it is due
	farthest   = 400 * 24 * time.Hour // that a session or a follow-up may lie ahead
)

// DefaultLength is how long a session is planned for where neither the plan nor anybody says.
const DefaultLength = 2 * time.Hour
