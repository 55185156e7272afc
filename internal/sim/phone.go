package sim

import (
	"context"
	"hash/fnv"
	"strconv"

	"tocsin/engine"
)

// phone carries pages and messages: some arrive, some do not, some nobody knows of.
type phone struct {
	world  *World
	handed map[string]*handing
}

// handing is how often a delivery was handed over.
type handing struct {
	times   int
	settled bool // the carrier said what became of it
	mishaps int  // of the world, when it was handed over last
}

func newPhone(w *World) *phone { return &phone{world: w, handed: map[string]*handing{}} }

// Carry hands a message over. What becomes of it follows from its name.
func (p *phone) Carry(_ context.Context, parcel engine.Parcel) engine.Outcome {
	w := p.world
	h := p.handed[parcel.ID]
	if h == nil {
		h = &handing{}
		p.handed[parcel.ID] = h
	}
	if h.settled && h.mishaps == w.mishaps && w.broken == nil {
		w.broken = breaks("twice", "%s is handed over again, and nothing has happened in between", parcel.ID)
	}
	h.times++
	state := engine.Landed
	if !w.calm {
		f := fnv.New64a()
		f.Write([]byte(strconv.FormatUint(w.history.Seed, 10) + parcel.ID + strconv.Itoa(h.times)))
		state = []string{engine.Landed, engine.Landed, engine.Landed, engine.Failed, engine.Unknown, engine.Again}[f.Sum64()>>7%6]
	}
	h.settled, h.mishaps = state != engine.Again, w.mishaps
	w.say("%s %s: %s", parcel.Dispatch.Kind, parcel.ID, state)
	return engine.Outcome{State: state}
}
