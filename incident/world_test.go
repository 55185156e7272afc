package incident_test

import (
	"bytes"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/decision"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
)

func loadPlan(t testing.TB, folder string) *plan.Plan {
	t.Helper()
	p, _, err := plan.Load(os.DirFS(folder))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// world is one incident with a clock. Whatever is done in it, it watches over what must always hold.
type world struct {
	t        testing.TB
	plan     *plan.Plan
	state    *incident.State
	happened []incident.Happened
	records  []journal.Record
	now      time.Time
	commands int
	ledger   ledger
	moved    *moves // nil: nobody asks
}

func newWorld(t testing.TB, p *plan.Plan) *world {
	return &world{t: t, plan: p, state: &incident.State{}, now: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)}
}

// do decides a command, stores what follows as the engine would, and applies it.
func (w *world) do(cmd incident.Command) ([]incident.Happened, error) {
	w.t.Helper()
	if cmd.ID == "" {
		w.commands++
		cmd.ID = fmt.Sprintf("c%d", w.commands)
	}
	before := encode(w.t, w.state)
	events, err := incident.Decide(w.plan, w.state, cmd, w.now)
	if after := encode(w.t, w.state); !bytes.Equal(before, after) {
		w.t.Fatalf("%T changed the state that it decided upon:\n%s\n%s", cmd.Op, before, after)
	}
	if err != nil {
		var f *fault.Error
		if len(events) > 0 || !errors.As(err, &f) || f.Say == "" || f.Code == fault.Internal {
			w.t.Fatalf("%T was refused with %v and %d events", cmd.Op, err, len(events))
		}
		return nil, err
	}
	if op, ok := cmd.Op.(incident.OpAdopt); ok {
		w.plan = op.Plan
	}
	was := w.state
	w.state = w.state.Next()
	var list []incident.Happened
	for _, e := range events {
		h := w.store(e, cmd)
		from := w.moved.of(w.state)
		w.state.Apply(h)
		w.moved.note(from, w.state, h)
		list = append(list, h)
		w.ledger.enter(w.t, w.plan, h)
	}
	if after := encode(w.t, was); !bytes.Equal(before, after) {
		w.t.Fatalf("applying what %T does changed an older state", cmd.Op)
	}
	w.ledger.settled(w.t)
	w.happened = append(w.happened, list...)
	w.check()
	return list, nil
}

// store seals an event and reads it back.
func (w *world) store(e incident.Event, cmd incident.Command) incident.Happened {
	w.t.Helper()
	var prev [32]byte
	if n := len(w.records); n > 0 {
		prev = w.records[n-1].Hash
	}
	var salt byte
	r, err := journal.Seal(prev, journal.Envelope{
		Stream: "incident/x", Seq: uint64(len(w.records)) + 1, Kind: e.Kind(), KindV: incident.KindVersion, At: w.now, Actor: cmd.Actor, Command: cmd.ID,
	}, e, func() [16]byte { salt++; return [16]byte{salt} })
	if err != nil {
		w.t.Fatal(err)
	}
	w.records = append(w.records, r)
	back, err := incident.Decode(r)
	if err != nil {
		w.t.Fatal(err)
	}
	if a, b := encode(w.t, e), encode(w.t, back.Event); !bytes.Equal(a, b) {
		w.t.Fatalf("%s is read back differently:\n%s\n%s", e.Kind(), a, b)
	}
	return incident.Happened{Event: e, At: r.At, Actor: cmd.Actor, Command: cmd.ID}
}

// check holds the state to what must be true at every moment.
func (w *world) check() {
	w.t.Helper()
	if len(w.records) < 60 {
		w.replays()
	}
	w.standing()
}

// replays holds the stored history to giving the same state again.
func (w *world) replays() {
	w.t.Helper()
	var again []incident.Happened
	for _, r := range w.records {
		h, err := incident.Decode(r)
		if err != nil {
			w.t.Fatal(err)
		}
		again = append(again, h)
	}
	if live, replayed := encode(w.t, w.state), encode(w.t, incident.Replay(again)); !bytes.Equal(live, replayed) {
		w.t.Fatalf("the history replays to another state:\n%s\n%s", live, replayed)
	}
}

// standing holds times and tasks to what Decide does.
func (w *world) standing() {
	w.t.Helper()
	due := incident.NextDue(w.plan, w.state)
	switch {
	case w.state.Phase.Over() && !due.IsZero():
		w.t.Fatalf("nothing is expected of an incident that is %s, yet it is due at %s", w.state.Phase, due)
	case w.state.Halt() != nil && !due.IsZero():
		w.t.Fatalf("an exercise that does not go on is due at %s", due)
	case !w.state.Phase.Over() && w.state.Halt() == nil && incident.MusterOf(w.plan, w.state, w.now).Short && due.IsZero():
		w.t.Fatalf("the incident is short of people and will never be looked at again")
	}
	for _, x := range slices.Concat(w.plan.CoreTeam, w.plan.ExtendedTeam) {
		for _, task := range incident.Todo(w.plan, w.state, x.ID, w.now) {
			w.feasible(x.ID, task)
		}
	}
	incident.Situation(w.plan, w.state)
}

// feasible holds a task to what Decide says of the command that it asks for.
func (w *world) feasible(person string, task incident.Task) {
	w.t.Helper()
	op := w.obvious(person, task)
	if _, err := incident.Decide(w.plan, w.state, incident.Command{ID: "try", Actor: asPerson(person), Op: op}, w.now); err != nil {
		w.t.Fatalf("%s is asked to %s %s at %s, and then told: %v", person, task.Kind, task.Ref, w.now.Format(time.TimeOnly), err)
	}
}

// obvious is the command that a task asks for.
func (w *world) obvious(person string, task incident.Task) incident.Op {
	w.t.Helper()
	switch task.Kind {
	case incident.TaskAnswer:
		return incident.OpAnswer{Answer: incident.Coming}
	case incident.TaskValidate:
		return incident.OpValidate{}
	case incident.TaskSign:
		d := w.state.Decision(task.Ref)
		if op, ok := w.byContract(person, d); ok {
			return op
		}
		if sig := safeSignature(w.t, person, d); sig != nil {
			return incident.OpApprove{Decision: task.Ref, Choice: decision.Approve, Signature: sig}
		}
		return incident.OpApprove{Decision: task.Ref, Choice: decision.Approve, Signature: sign(w.t, person, d.Message.With(decision.Approve))}
	case incident.TaskStep:
		op := incident.OpEndStep{Step: task.Ref, State: incident.Done}
		for _, v := range incident.StepsOf(w.plan, w.state) {
			if v.ID == task.Ref && v.Question != nil {
				op.Answer = v.Question.Branches[0].Answer
			}
		}
		return op
	case incident.TaskUpdate:
		return w.post(task.Ref)
	case incident.TaskSecond:
		return w.second(person, task.Ref)
	case incident.TaskContain:
		return incident.OpContain{Note: "It has stopped."}
	case incident.TaskResolve:
		return incident.OpResolve{Absent: incident.Reopening(w.plan, w.state)}
	case incident.TaskAccept:
		return incident.OpAccept{Role: task.Ref}
	case incident.TaskClose:
		return incident.OpClose{}
	case incident.TaskRetry:
		return incident.OpRetry{Action: task.Ref}
	}
	w.t.Fatalf("%s has a task of kind %q", person, task.Kind)
	return nil
}

// post posts an update as the screen offers it: what was approved if something was.
func (w *world) post(id string) incident.Op {
	u := w.state.Update(id)
	c, _ := w.plan.Communication(u.Communication)
	op := incident.OpPost{Update: id, Text: "We are on it."}
	if approved := w.approved(id); approved != "" {
		op.Text = approved
	} else if c.Approval != "" {
		return op
	}
	for _, ch := range incident.ByHand(w.plan, w.state, u) {
		op.ByHand = append(op.ByHand, ch.ID)
	}
	return op
}

// approved is the text of the latest decision on an update, if that was met.
func (w *world) approved(update string) string {
	text := ""
	for _, d := range w.state.Decisions {
		if d.Subject.Kind == incident.SubjectUpdate && d.Subject.Ref == update {
			text = ""
			if d.State == incident.Met {
				text = d.Text
			}
		}
	}
	return text
}

func (w *world) second(person, what string) incident.Op {
	if c, ok := strings.CutPrefix(what, "waive-"); ok {
		return incident.OpWaive{Communication: c, Why: "Nobody need hear of it."}
	}
	switch what {
	case "dismiss":
		return incident.OpDismiss{Why: "It is nothing."}
	case "resolve", "resolve despite what is missing":
		return incident.OpResolve{Absent: incident.Reopening(w.plan, w.state), Despite: "It can wait."}
	case "distrust", "trust", "restrict", "reveal":
		return w.trust(person, what)
	case "close despite what is missing":
		return incident.OpClose{Despite: "It can wait."}
	}
	i := slices.IndexFunc(w.state.Seconds, func(x incident.Second) bool { return x.What == what && x.By != person })
	return incident.OpSeverity{To: w.state.Seconds[i].To}
}

func asPerson(id string) journal.Actor {
	return journal.Actor{Kind: journal.Person, ID: id, Via: "session"}
}

func encode(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// key is a person's demo key; its address stands in the plans.
func key(t testing.TB, person string) *ecdsa.PrivateKey {
	t.Helper()
	k, err := crypto.ToECDSA(evm.Keccak([]byte("tocsin demo key: " + person)).Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func sign(t testing.TB, person string, m decision.Message) []byte {
	t.Helper()
	digest := m.Digest()
	sig, err := crypto.Sign(digest[:], key(t, person))
	if err != nil {
		t.Fatal(err)
	}
	return sig
}
