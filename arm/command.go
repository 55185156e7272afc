package arm

import (
	"time"

	"tocsin/journal"
)

// Command is a wish to change the state, with a proven actor.
type Command struct {
	Actor journal.Actor
	Op    Op
}

// Op is what a command wants; each is a struct of this file.
type Op interface{ op() }

// OpArm asks that what the plan does about an issue by itself be armed.
type OpArm struct {
	Issue string
	Until time.Time // zero: as long as the plan lets it
}

// OpAnswer is a signed yes or no to an arming.
type OpAnswer struct {
	Number    uint64
	Choice    string
	Signature []byte
}

// OpDisarm ends the arming of an issue, or agrees with somebody who asked for that. Of one that is only asked for, it is its withdrawal.
type OpDisarm struct {
	Issue string
	Why   string // may be empty of who agrees
}

// OpKeep withdraws one's wish that an issue be disarmed.
type OpKeep struct{ Issue string }

// OpUse says that an action was ordered by an arming; only the engine does.
type OpUse struct{ Used EventUsed }

// OpReturn says that nothing came of it; only the engine does.
type OpReturn struct{ Returned EventReturned }

// OpTest records what a replay of history found.
type OpTest struct{ Tests []Test }

// OpTick lets time pass: what is over ends.
type OpTick struct{}

func (OpArm) op()    {}
func (OpAnswer) op() {}
func (OpDisarm) op() {}
func (OpKeep) op()   {}
func (OpUse) op()    {}
func (OpReturn) op() {}
func (OpTest) op()   {}
func (OpTick) op()   {}
