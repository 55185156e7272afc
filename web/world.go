package web

import (
	"context"
	"slices"
	"strconv"
	"time"

	"tocsin/exercise"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/plan"
)

// Worlds are the live worlds that exercises are played in.
type Worlds interface {
	Choices(p *plan.Plan) []WorldChoice // those there are
	State(ctx context.Context, session string, r *exercise.Run) WorldState
	Readings(session string, run int) []Reading // live facts of its contracts, as far as they are known here
}

// WorldChoice is a world that a scenario may be played in.
type WorldChoice struct {
	ID    string
	Title string
	Why   string // it cannot be played with the plan; empty if it can
}

// WorldState is how the world of a run stands.
type WorldState struct {
	Chain uint64
	State string // WorldStarting, WorldRunning, WorldBroken, WorldOver
	Why   string // it is broken, or what did not work
	Block uint64 // watched last; 0 if none was
	At    time.Time
}

// The states of a world.
const (
	WorldStarting = "starting"
	WorldRunning  = "running"
	WorldBroken   = "broken"
	WorldOver     = "over"
)

// atTable is the choice to play a scenario without a live world.
const atTable = "table"

// worldChoices are the worlds that the moderator may choose; none where the server has no worlds.
func (c *Console) worldChoices(p *plan.Plan) []WorldChoice {
	if c.Worlds == nil {
		return nil
	}
	return c.Worlds.Choices(p)
}

// worldFor is the world in which a scenario is played: the one that was asked for, else the scenario's own where it can be played here, and
// why that is not so.
func (c *Console) worldFor(p *plan.Plan, asked, own string) (world, why string, err error) {
	list := c.worldChoices(p)
	find := func(id string) *WorldChoice {
		if i := slices.IndexFunc(list, func(x WorldChoice) bool { return x.ID == id }); i >= 0 {
			return &list[i]
		}
		return nil
	}
	switch {
	case asked == atTable || asked == "" && own == "" || c.Worlds == nil:
		return "", "", nil
	case asked == "":
		x := find(own)
		switch {
		case x == nil:
			return "", "It is played at a table: this release has no live world for it.", nil
		case x.Why != "":
			return "", "It is played at a table: " + x.Why, nil
		}
		return own, "", nil
	}
	x := find(asked)
	switch {
	case x == nil:
		return "", "", fault.New(fault.NotFound, "There is no world %q.", asked).Instead("Choose one of those offered.")
	case x.Why != "":
		return "", "", fault.New(fault.Invalid, "%s", x.Why)
	}
	return asked, "", nil
}

// worldOf is how the world of a run under way stands; nil if it is played at a table.
func (c *Console) worldOf(ctx context.Context, session string, r *exercise.Run) *WorldState {
	if c.Worlds == nil || r == nil || r.Chain == 0 {
		return nil
	}
	x := c.Worlds.State(ctx, session, r)
	return &x
}

// say is how a world stands, in words.
func (x *WorldState) say() string {
	switch {
	case x.State == WorldBroken:
		return "The live world is broken just now, and started again: " + x.Why
	case x.State == WorldRunning && x.Block > 0:
		say := "The live world runs on chain " + strconv.FormatUint(x.Chain, 10) + ", watched up to block " + thousands(x.Block) + "."
		if x.Why != "" {
			say += " " + x.Why
		}
		return say
	}
	return "The live world is being started on chain " + strconv.FormatUint(x.Chain, 10) + "."
}

// readingsFor are the live facts beside an incident: those of its own world if it has one.
func (c *Console) readingsFor(ctx context.Context, s *session, of *incident.State) []Reading {
	if x := of.Exercise; x.Staged() {
		if c.Worlds == nil {
			return nil
		}
		return c.Worlds.Readings(x.Session, x.Run)
	}
	return c.readings(ctx, s)
}
