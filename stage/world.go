package stage

import (
	"context"

	"github.com/holiman/uint256"

	"tocsin/contracts"
	"tocsin/evm"
	"tocsin/fault"
)

// Default is the world of a stage for which no other is named: that of the demo.
const Default = "harbour-vault"

// World is one flaw, and the attacker who uses it.
type World struct {
	ID    string // names it in a scenario: "reentrant-vault"
	Title string // what it is about, for people
	Safe  bool   // it needs the contracts of a Safe at Start, whatever the plan pauses through
}

// Worlds are all worlds, the demo's first.
func Worlds() []World {
	var list []World
	for _, w := range worlds() {
		list = append(list, w.World)
	}
	return list
}

// world is what makes one world differ from another.
type world struct {
	World
	contract string                               // the vault's, in package contracts
	args     func(*Stage) []any                   // of its constructor, after the token and who administers it
	types    string                               // of args: ",address,address"
	props    func(*Stage, *script)                // what the deployer sets up beside token and vault
	user     func(*Stage, *actor) ([]call, error) // what a user does first, after allowing the vault to take their tokens
	stake    uint64                               // whole HUSD that the attacker begins with
	bait     uint64                               // of it, what he leaves in the vault until he takes all
	owners   []string                             // actors who own a Safe of the world's own, at treasury; nil: it has none
	others   []string                             // further actors who serve the attacker
	next     func(context.Context, *raid) (move, error)
	held     func(context.Context, *Stage) (bool, error)                            // stopped otherwise than by a pause; nil: there is no other way
	thieves  func(*Stage) []evm.Address                                             // whose HUSD is stolen; nil: the attacker
	loss     func(context.Context, *Stage, uint64) (*uint256.Int, error)            // of the users at a block; nil: what the thieves hold
	closed   bool                                                                   // users go to the vault by traffic alone
	traffic  func(context.Context, *Stage, *actor, int, uint64) (call, bool, error) // what users do besides; nil: nothing
}

// move is what the attacker does next.
type move struct {
	call
	from *actor // nil: the attacker
	wait bool   // nothing yet
	over bool   // nothing any more
}

// worlds is the list. It is a function because the scripts speak of the list's own types.
func worlds() []world {
	return []world{
		harbourVault(), reentrantVault(), oracleMoved(), openInitialise(), inflatedShares(), stolenKey(), forgedMessage(), governanceTakeover(),
		blindSigned(),
	}
}

// worldOf finds a world by its id.
func worldOf(id string) (world, error) {
	if id == "" {
		id = Default
	}
	names := ""
	for _, w := range worlds() {
		if w.ID == id {
			return w, nil
		}
		names += " " + w.ID
	}
	return world{}, fault.New(fault.NotFound, "There is no world %q of the stage.", id).Instead("Name one of:%s.", names)
}

// script is what one account does in order. What it creates has an address that follows from the place in the script.
type script struct {
	by    evm.Address
	calls []call
	err   error
}

func (x *script) add(c call, err error) {
	x.calls = append(x.calls, c)
	if x.err == nil {
		x.err = err
	}
}

// create adds the creation of a contract and tells its address.
func (x *script) create(name, constructor string, args ...any) evm.Address {
	at := created(x.by, uint64(len(x.calls)))
	c, err := contracts.Named(name)
	if err != nil {
		x.add(call{}, err)
		return at
	}
	x.add(creation(c, constructor, args...))
	return at
}

// slice is how much the attacker takes at a time where the flaw does not say: of 12,000,000 tokens in the vault.
func (p protocol) slice() *uint256.Int { return p.money(250_000) }
