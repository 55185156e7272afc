package sim

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"tocsin/journal"
	"tocsin/store"
)

// book reads along what is stored, event by event, and holds it to what must always be true. It believes no node.
type book struct {
	world     *World
	position  uint64
	streams   map[string]*stream
	incidents map[string]*account
	order     []*account
	register  register
	armings   armings
	turn      int // whose state was compared last
}

// stream is how far a stream has been read.
type stream struct {
	version uint64
	last    time.Time
	hash    [32]byte
}

func newBook(w *World) *book {
	return &book{world: w, streams: map[string]*stream{}, incidents: map[string]*account{}, register: newRegister(w), armings: newArmings(w)}
}

// going lists the incidents that somebody may do something about, also those that are over.
func (b *book) going() []*account {
	var list []*account
	for _, a := range b.order {
		if !a.state.Phase.Over() {
			list = append(list, a)
		}
	}
	if len(list) == 0 {
		return b.order
	}
	return list
}

// check reads what is new and holds it to the rules; if compare, also what one of the nodes has in mind.
func (b *book) check(ctx context.Context, compare bool) error {
	at, err := b.world.disk.Position(ctx)
	if err != nil {
		return err
	}
	if at != b.position {
		b.position = at
		if err := b.read(ctx); err != nil {
			return err
		}
	}
	if err := b.unions(); err != nil || !compare {
		return err
	}
	b.turn++
	return b.compare(ctx, b.world.nodes[b.turn%len(b.world.nodes)])
}

// read reads what is new in all streams: first mutes, so that findings are held to them.
func (b *book) read(ctx context.Context) error {
	heads, err := b.world.disk.Heads(ctx, "", false)
	if err != nil {
		return err
	}
	b.register.begin()
	for _, kind := range []string{"mutes", "arms", "incident", "findings"} {
		for i := len(heads) - 1; i >= 0; i-- { // the oldest first
			if heads[i].Kind != kind {
				continue
			}
			if err := b.readStream(ctx, heads[i]); err != nil {
				return &Broken{Rule: rule(err), Say: heads[i].Stream + ": " + say(err)}
			}
		}
	}
	return b.armings.unstopped()
}

func rule(err error) string {
	var b *Broken
	if errors.As(err, &b) {
		return b.Rule
	}
	return "error"
}

func say(err error) string {
	var b *Broken
	if errors.As(err, &b) {
		return b.Say
	}
	return err.Error()
}

func (b *book) readStream(ctx context.Context, h store.Head) error {
	s := b.streams[h.Stream]
	if s == nil {
		s = &stream{}
		b.streams[h.Stream] = s
	}
	id, isIncident := strings.CutPrefix(h.Stream, "incident/")
	if h.Version == s.version {
		return nil
	}
	records, err := b.world.disk.Load(ctx, h.Stream, s.version)
	if err != nil {
		return err
	}
	var a *account
	if isIncident {
		if a = b.incidents[id]; a == nil {
			a = newAccount(b.world, id)
			b.incidents[id] = a
			b.order = append(b.order, a)
			b.world.say("incident %s", id)
		}
	}
	for _, r := range records {
		if s.version++; r.Seq != s.version {
			return breaks("chain", "record %d stands where %d belongs", r.Seq, s.version)
		}
		if r.At.Before(s.last) {
			return breaks("chain", "record %d happened before the one before it", r.Seq)
		}
		if sha256.Sum256(r.Bytes) != r.Hash || !bytes.Contains(r.Bytes, []byte(hex.EncodeToString(s.hash[:]))) {
			return breaks("chain", "record %d does not follow from the one before it", r.Seq)
		}
		s.last, s.hash = r.At, r.Hash
		switch {
		case isIncident:
			err = a.read(ctx, r)
		case h.Kind == "arms":
			err = b.armings.read(r)
		case h.Kind == "mutes":
			err = b.register.mute(r)
		default:
			err = b.register.finding(r)
		}
		if err != nil {
			return err
		}
	}
	if a != nil {
		return a.check(h)
	}
	return nil
}

// compare holds what a node has in mind to what is stored.
func (b *book) compare(ctx context.Context, n *node) error {
	if n.power.dead {
		return nil
	}
	for _, a := range b.order {
		v, err := n.engine.View(ctx, a.id)
		if err != nil {
			return err
		}
		live, err := json.Marshal(v.State)
		if err != nil {
			return err
		}
		if again, err := json.Marshal(a.state); err != nil || !bytes.Equal(live, again) {
			return breaks("replay", "%s replays to another state than the one that lives on %s: %s", a.id, n.name(), differ(live, again))
		}
	}
	return nil
}

// differ shows where two texts begin to differ.
func differ(a, b []byte) string {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	around := func(x []byte) string { return string(x[max(0, n-60):min(len(x), n+60)]) }
	return "lives: …" + around(a) + "… stored: …" + around(b) + "…"
}

// whole holds the whole of a stream to its chain.
func (b *book) whole(ctx context.Context, name string) error {
	records, err := b.world.disk.Load(ctx, name, 0)
	if err != nil {
		return err
	}
	if err := journal.Verify(records); err != nil {
		return breaks("chain", "%s: %v", name, err)
	}
	return nil
}
