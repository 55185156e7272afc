package sim

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"tocsin/engine"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/store"
)

// node is one machine: an engine that starts anew each time that power comes back.
type node struct {
	world  *World
	number int
	life   int
	skew   time.Duration // of its clock
	power  *power
	engine *engine.Engine
}

func (n *node) name() string { return nodeName(n.number) }

func (n *node) boot() {
	w := n.world
	n.life++
	var seen store.Store = w.disk
	if w.ground.double != nil {
		seen = w.ground.double(seen)
	}
	n.power = &power{Store: seen}
	n.engine = engine.New(engine.Options{
		Store: n.power, Node: fmt.Sprintf("%s.%d", n.name(), n.life), Now: func() time.Time { return w.now.Add(n.skew) },
		Random: (*dice)(rand.New(rand.NewPCG(w.history.Seed, uint64(n.number<<32|n.life)))),
	})
	for _, kind := range incident.Messages() {
		n.engine.Carry(kind, w.phone)
	}
	n.engine.Carry(incident.DispatchAction, w.chain)
	n.engine.Carry(incident.DispatchLook, w.chain)
}

// took says what became of what a node was to do.
func (n *node) took(err error) error {
	w := n.world
	if n.power.dead {
		if n.power.during != "" {
			w.mishaps++
			w.say("%s loses its power %s", n.name(), n.power.during)
		}
		return nil
	}
	say, defect := refusal(err)
	if say != "" {
		w.say("%s", say)
	}
	return defect
}

// step does one thing.
func (n *node) step(ctx context.Context, words []string) error {
	w := n.world
	word := func(i int) string {
		if i < len(words) {
			return words[i]
		}
		return ""
	}
	number, _ := strconv.Atoi(word(2))
	actor := journal.Actor{Kind: journal.Person, ID: word(1), Via: "session"}
	switch words[0] {
	case "look": // what is due, and what is to leave
		return n.engine.Step(ctx)
	case "watch":
		return n.watch(ctx)
	case "off":
		n.power.dead = true
		w.mishaps++
		return nil
	case "clock":
		by, err := time.ParseDuration(word(1))
		n.skew = by
		return err
	case "feed":
		return n.follow(ctx, word(1))
	case "hook":
		return n.hear(ctx, word(1), number)
	case "open":
		return n.again(func(on *node, id string) error {
			_, err := on.engine.Open(ctx, incident.Command{ID: id, Actor: actor, Op: incident.OpOpen{Title: "Something is wrong", Issue: word(2)}})
			return err
		})
	case "do":
		return n.person(ctx, actor, word(2), words[min(3, len(words)):])
	case "merge":
		return n.merge(ctx, actor, word(2), word(3))
	case "take-up":
		return n.takeUp(ctx, actor, word(2))
	case "mute":
		by, err := time.ParseDuration(word(3))
		if err != nil {
			return err
		}
		m, err := n.engine.Mute(ctx, engine.MuteOrder{Protocol: w.ground.Plan.Protocol, Detector: word(2), Until: n.engine.Now().Add(by), Why: "It is loud", Actor: actor})
		if err == nil {
			w.say("%s: %s", word(2), m.State)
		}
		return err
	case "unmute":
		return n.engine.Unmute(ctx, w.ground.Plan.Protocol, word(2), actor)
	case "propose":
		return n.propose(ctx, number, word(1))
	case "adopt":
		return n.adopt(ctx, word(1))
	}
	if ok, err := n.arming(ctx, actor, words); ok {
		return err
	}
	return fmt.Errorf("no step is called %q", words[0])
}

// again gives a command; who gave it to a node that died gives it once more, to another that lives, and with the same id.
func (n *node) again(give func(on *node, id string) error) error {
	w := n.world
	w.commands++
	id := fmt.Sprintf("command-%d", w.commands)
	err := give(n, id)
	if !n.power.dead {
		return err
	}
	if err := n.took(nil); err != nil {
		return err
	}
	for _, other := range w.nodes {
		if other != n && !other.power.dead && other.power.death == nil && other.power.meanwhile == nil && !other.busy() {
			w.say("again on %s", other.name())
			return other.took(give(other, id))
		}
	}
	n.boot()
	w.say("again on %s", n.name())
	return give(n, id)
}

// busy reports whether a step is under way on the node.
func (n *node) busy() bool { return n.power.calls > 0 }

// dice is randomness that a seed repeats.
type dice rand.Rand

func (d *dice) Read(b []byte) (int, error) {
	var word [8]byte
	for i := range b {
		if i%8 == 0 {
			binary.LittleEndian.PutUint64(word[:], (*rand.Rand)(d).Uint64())
		}
		b[i] = word[i%8]
	}
	return len(b), nil
}
