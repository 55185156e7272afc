// Package sim owns a small world in which emergencies run their course by chance: nodes over one store that may die between
// any two of its calls, or be overtaken there by others; phones that stay silent; people who come late, refuse, leave, sign with
// the wrong key or distrust each other; several incidents that the same people have at once, and merge; a chain that forgets its
// last blocks; feeds and other monitors; clocks that jump; rotas that turn; plans adopted, and taken up, on the way.
// Time moves only here, and everything follows from a history: a text that can be kept, replayed and shrunk.
//
//	go test ./internal/sim -seeds N         N worlds, on all processors; of the first that breaks a rule, the smallest history that does
//	go test ./internal/sim -seeds N -first M  the same from seed M on
//	go test ./internal/sim -seed N -v       one world, printed
//	go test ./internal/sim -replay FILE -v  a history that was kept, printed
//
// A book reads along what is stored and believes no node. Its rules are named by what they guard:
//
//	chain     each record follows from the one before it, in time too
//	replay    what a node has in mind is what the stored events come to
//	page      whom the plan wants told is called; nobody is given up early; it is known what became of each call
//	late      a call is due as soon as it is stored
//	timer     an incident short of people, or calling somebody, is looked at again in time
//	quorum    nothing is ordered or signed but by signatures that the incident's plan then asks for and that are trusted
//	armed     nothing is done by itself but what people armed, while they have, as often as the plan lets it and unless something stops it
//	landing   no action lands twice
//	finding   what there is to be found counts once; what was taken back does not
//	mute      a muted detector, or one that only observes, opens nothing
//	reminder  nobody is rung for an update before containment
//	hidden    from whom an incident is hidden, or who is distrusted in it, is not called, is shown nothing and does not act
//	distrust  nothing goes over a way that is distrusted
//	role      a role is held once, by somebody who is there, and taken from nobody who is there but by whoever takes it
//	rota      who is on call when an incident begins is called
//	validate  no finding says that it is real but where the plan lets it
//	branch    no step is done or asked for that an answer leads past
//	step      steps that are added have names of their own
//	resolve   nothing is resolved while a step is open, unless it is said to be missing
//	evidence  what is put into the record stays there
//	merge     a merged incident is silent, and it and the one where it goes on know of each other
//	command   a command is carried out once
//	twice     nothing is handed over twice without a death or a standstill in between
//	delivery  whatever is to leave the house comes to its end
//	audit     the auditor finds nothing in a world at rest
package sim

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"tocsin/fault"
	"tocsin/store"
	"tocsin/store/memory"
)

// World is one run. Use Ground.Live or Ground.Replay.
type World struct {
	ground *Ground
	now    time.Time // as it is; nodes may believe otherwise
	disk   store.Store
	nodes  []*node
	chain  *chain
	phone  *phone
	feed   feed
	book   *book
	rand   *rand.Rand // draws steps; nothing else asks it

	history  History
	text     strings.Builder
	commands int
	proposed bool // somebody has proposed a newer plan
	adopted  bool // one was adopted
	mishaps  int  // deaths and overtakings so far
	calm     bool // nothing goes wrong any more
	broken   error
}

// Outcome is what came of a world.
type Outcome struct {
	History History
	Text    string // the steps, and what came of each on lines that begin with a space
	Broken  *Broken
}

// Broken is something that must never happen.
type Broken struct {
	Rule string // in a word
	Say  string
}

func (b *Broken) Error() string { return b.Rule + ": " + b.Say }

func breaks(rule, format string, args ...any) error {
	return &Broken{Rule: rule, Say: fmt.Sprintf(format, args...)}
}

// Live lets a world live through steps that its seed draws, and then without further mishaps until nothing is under way.
func (g *Ground) Live(ctx context.Context, seed uint64) Outcome {
	r := rand.New(rand.NewPCG(seed, 7))
	steps := 10 + r.IntN(17)
	if r.IntN(12) == 0 {
		steps *= 4 // long enough for somebody to close it
	}
	w := g.world(seed, []int{1, 1, 2, 2, 3}[r.IntN(5)])
	w.rand = r
	d := newDraw(w)
	return w.live(ctx, func(n int) (Step, bool) {
		if n == steps {
			return Step{}, false
		}
		return d.step(), true
	})
}

// Replay lets a world live through a history.
func (g *Ground) Replay(ctx context.Context, h History) Outcome {
	return g.world(h.Seed, h.Nodes).live(ctx, func(n int) (Step, bool) {
		if n == len(h.Steps) {
			return Step{}, false
		}
		return h.Steps[n], true
	})
}

func (g *Ground) world(seed uint64, nodes int) *World {
	w := &World{ground: g, now: dawn, disk: memory.New(nil), history: History{Seed: seed, Nodes: nodes}}
	w.chain, w.phone, w.book = newChain(w), newPhone(w), newBook(w)
	for n := range nodes {
		w.nodes = append(w.nodes, &node{world: w, number: n + 1})
	}
	return w
}

func (w *World) live(ctx context.Context, next func(n int) (Step, bool)) Outcome {
	fmt.Fprintf(&w.text, "world %d with %d nodes\n", w.history.Seed, w.history.Nodes)
	err := w.run(ctx, next)
	o := Outcome{History: w.history}
	if err != nil && !errors.As(err, &o.Broken) {
		o.Broken = &Broken{Rule: "error", Say: err.Error()}
	}
	if o.Broken != nil {
		w.say("BROKEN: %s", o.Broken)
	}
	o.Text = w.text.String()
	return o
}

func (w *World) run(ctx context.Context, next func(n int) (Step, bool)) error {
	for _, n := range w.nodes {
		n.boot()
	}
	if err := w.ground.pin(ctx, w.disk); err != nil {
		return fmt.Errorf("pin: %w", err)
	}
	for n := 0; ; n++ {
		s, ok := next(n)
		if !ok {
			break
		}
		w.history.Steps = append(w.history.Steps, s)
		if err := w.happen(ctx, s, ""); err != nil {
			return err
		}
		if err := w.book.check(ctx, n%compareEvery == compareEvery-1); err != nil {
			return err
		}
	}
	if err := w.settle(ctx); err != nil {
		return err
	}
	return w.book.checkEnd(ctx)
}

// compareEvery is after how many steps the states that live are held against the histories.
const compareEvery = 16

// happen lets a step happen. Its error is something that must never happen; mishaps and refusals are part of life.
func (w *World) happen(ctx context.Context, s Step, indent string) error {
	w.now = w.now.Add(s.Wait)
	fmt.Fprintf(&w.text, "%s%s\n", indent, s)
	if s.Node == 0 {
		return w.chain.step(s.Words)
	}
	n := w.nodes[s.Node-1]
	if n.power.dead {
		n.boot()
		w.say("%s starts", n.name())
	}
	n.power.arm(s.Death, s.Stall, func() {
		if s.Meanwhile.Node == s.Node { // it stands still
			return
		}
		w.mishaps++
		if err := w.happen(ctx, *s.Meanwhile, " "); err != nil && w.broken == nil {
			w.broken = err
		}
		w.mishaps++ // what it does next it may do without knowing
	})
	if s.Meanwhile == nil {
		n.power.meanwhile = nil
	}
	err := n.step(ctx, s.Words)
	if err := n.took(err); err != nil {
		return err
	}
	n.power.arm(nil, 0, nil)
	return w.broken
}

// say writes a line of what came of a step.
func (w *World) say(format string, args ...any) {
	w.text.WriteString("  ")
	w.text.WriteString(w.now.Format("02 15:04:05 "))
	fmt.Fprintf(&w.text, format, args...)
	w.text.WriteByte('\n')
}

// refusal tells refusals, which are part of life, from defects; those come back.
func refusal(err error) (say string, defect error) {
	switch {
	case err == nil:
		return "", nil
	case errors.Is(err, store.ErrLost):
		return "refused: its lease has passed to another", nil
	}
	switch fault.CodeOf(err) {
	case fault.Internal, fault.Unavailable:
		return "", err
	}
	return "refused: " + fault.Sentence(err), nil
}
