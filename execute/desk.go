package execute

import (
	"context"

	"tocsin/engine"
	"tocsin/incident"
)

// Desk is where an action stands that is to be carried out, and where what becomes of it is reported. What Do has taken must survive the
// machine before Do returns: a transaction is sent right after it.
type Desk interface {
	View(ctx context.Context) (*engine.View, error)
	Do(ctx context.Context, op incident.Op) (*engine.View, error)
}

// CarryAt carries out an action that no delivery of an engine asks for, as far as it goes. An error says that it is to be tried again.
func (x *Executor) CarryAt(ctx context.Context, d Desk, action string) (engine.Outcome, error) {
	return x.carry(ctx, d, action)
}
