package sim

import (
	"context"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/decision"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/incident"
	"tocsin/journal"
)

// phone carries pages and messages: some arrive, some do not, some nobody knows of.
type phone struct {
	world  *World
	works  bool
	handed map[string]int // delivery → times it was handed over
}

// Carry hands a message over.
func (p *phone) Carry(_ context.Context, parcel engine.Parcel) engine.Outcome {
	w := p.world
	p.handed[parcel.ID]++
	state := engine.Landed
	if !p.works {
		state = []string{engine.Landed, engine.Landed, engine.Failed, engine.Unknown, engine.Again}[w.rand.IntN(5)]
	}
	w.say("%s %s: %s", parcel.Dispatch.Kind, parcel.ID, state)
	return engine.Outcome{State: state}
}

// person lets somebody look at the screen and do what it says, or something else.
func (w *World) person(ctx context.Context) error {
	people := slices.Concat(w.plan.CoreTeam, w.plan.ExtendedTeam)
	who := people[w.rand.IntN(len(people))]
	if w.id == "" || who.Body {
		return nil
	}
	actor := journal.Actor{Kind: journal.Person, ID: who.ID, Via: "session"}
	if w.chance(12) {
		return w.do(ctx, actor, w.whim())
	}
	v, err := w.engine.View(ctx, w.id)
	if err != nil {
		return err
	}
	tasks := incident.Todo(v.Plan, v.State, who.ID, w.now)
	if len(tasks) == 0 {
		return nil
	}
	op, err := w.obey(v, who.ID, tasks[w.rand.IntN(len(tasks))])
	if err != nil || op == nil {
		return err
	}
	return w.do(ctx, actor, op)
}

func (w *World) whim() incident.Op {
	return []incident.Op{
		incident.OpDismiss{Why: "It is nothing"},
		incident.OpReopen{Why: "It goes on"},
		incident.OpAnswer{Answer: incident.Cannot},
		incident.OpNote{Text: "Hm"},
		incident.OpPropose{Subject: incident.Subject{Kind: incident.SubjectAction, Ref: "pause"}},
		incident.OpAnswer{Answer: incident.ComingNoSign},
	}[w.rand.IntN(6)]
}

// obey is the command that a task asks for.
func (w *World) obey(v *engine.View, person string, task incident.Task) (incident.Op, error) {
	switch task.Kind {
	case incident.TaskAnswer:
		return incident.OpAnswer{Answer: incident.Coming}, nil
	case incident.TaskValidate:
		return incident.OpValidate{}, nil
	case incident.TaskSign:
		m := v.State.Decision(task.Ref).Message.With(decision.Approve)
		key, err := crypto.ToECDSA(evm.Keccak([]byte("tocsin demo key: " + person)).Bytes())
		if err != nil {
			return nil, fmt.Errorf("key of %s: %w", person, err)
		}
		digest := m.Digest()
		sig, err := crypto.Sign(digest[:], key)
		return incident.OpApprove{Decision: task.Ref, Choice: decision.Approve, Signature: sig}, err
	case incident.TaskStep:
		return incident.OpEndStep{Step: task.Ref, State: incident.Done}, nil
	case incident.TaskUpdate:
		u := v.State.Update(task.Ref)
		op := incident.OpPost{Update: task.Ref, Text: u.Text}
		if c, _ := v.Plan.Communication(u.Communication); c.Approval == "" || u.Text != "" {
			for _, ch := range incident.ByHand(v.Plan, u) {
				op.ByHand = append(op.ByHand, ch.ID)
			}
		}
		if op.Text == "" {
			op.Text = "News"
		}
		return op, nil
	case incident.TaskSecond:
		if task.Ref == "dismiss" {
			return incident.OpDismiss{Why: "It is nothing"}, nil
		}
		return incident.OpResolve{Absent: incident.Reopening(v.Plan, v.State)}, nil
	case incident.TaskContain:
		return incident.OpContain{Note: "It has stopped"}, nil
	case incident.TaskResolve:
		return incident.OpResolve{Absent: incident.Reopening(v.Plan, v.State)}, nil
	case incident.TaskClose:
		return incident.OpClose{}, nil
	case incident.TaskRetry:
		return incident.OpRetry{Action: task.Ref}, nil
	}
	return nil, fmt.Errorf("a task of kind %q", task.Kind)
}
