// Package stage owns the live part of an exercise: a chain of our own, a protocol on it that has one flaw, people who use it, and an
// attacker. A world says which flaw. Everything that happens next follows from the chain alone, so that after a kill it goes on
// where it was.
//
// The attack as a state machine, each state read off the chain:
//
//	quiet ──Attack──▶ under way ──drained, or refused while stopped──▶ over
//	(nonce 0)         (nonce > 0)                                     (the hideout holds ether)
//
// Keys: every actor and person signs with a demo key that anybody can compute. Nothing of value may ever trust one.
package stage

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"slices"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	"tocsin/chain"
	"tocsin/chain/devchain"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

// ChainID is the id of a stage's chain, unless the plan has another drill chain or a live one of this id; see DrillChain.
const ChainID = 31337

// Options say how to set the stage. Zero values mean the defaults.
type Options struct {
	World  string           // id of the world; empty: Default
	Plan   *plan.Plan       // whose vault and token the world's take the places of; nil: those of the example plan
	Chain  uint64           // id of the chain; 0: that which DrillChain finds for the plan
	Dir    string           // where the chain is kept; empty: in memory only
	Port   int              // of the chain's endpoints on 127.0.0.1; 0: any free one
	Period time.Duration    // between blocks; default 1 s; devchain.Manual: blocks are mined by hand
	Seed   uint64           // of the ordinary traffic
	Pace   uint64           // blocks from one transaction of the attacker to the next; default 2
	Every  time.Duration    // by block time, at least so long from one transaction of the attacker to the next; whole seconds
	People []string         // people who need ether of their own; the same at every start of a Dir
	Funded []evm.Address    // accounts that are given ether besides; the same at every start of a Dir
	Safe   *SafeCode        // of the Safe through which the plan pauses, if it does
	Clock  func() time.Time // the exercise's, which the times of blocks follow: while it stands still nothing is mined; nil: real time
	Logger *slog.Logger     // nil: silent
}

// Stage is a running stage. Its methods are safe for concurrent use.
type Stage struct {
	opts   Options
	log    *slog.Logger
	chain  *devchain.Chain
	client chain.Client

	protocol
	world      world
	places     places
	props      map[string]evm.Address // what the world has besides token and vault
	deployment []call                 // the deployer's script

	deployer *actor
	attacker *actor
	others   map[string]*actor // who else serves the attacker, by name
	villains []*actor          // the attacker and the others
	users    []*actor

	attacking sync.Mutex // held while the attack is being launched
	ctx       context.Context
	cancel    context.CancelFunc
	playing   sync.WaitGroup
}

// Start starts the chain, sets up what is not there yet, and lets users and, if the attack was under way, the attacker go
// on. A Dir that another process has open is a conflict.
func Start(ctx context.Context, o Options) (_ *Stage, err error) {
	if o.Period == 0 {
		o.Period = time.Second
	}
	if o.Pace == 0 {
		o.Pace = 2
	}
	s := &Stage{opts: o, log: o.Logger, props: make(map[string]evm.Address), others: make(map[string]*actor)}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	id, alloc, err := s.prepare()
	if err != nil {
		return nil, fmt.Errorf("start stage: %w", err)
	}
	s.chain, err = devchain.Start(ctx, devchain.Options{
		ChainID: id, Dir: o.Dir, Port: o.Port, Period: o.Period, Alloc: alloc, Clock: o.Clock, Logger: o.Logger,
	})
	if err != nil {
		return nil, fmt.Errorf("start stage: %w", err)
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("start stage: %w", err), s.Close())
		}
	}()
	s.client = s.chain.Client()
	s.protocol.client = s.client
	for _, a := range append(append([]*actor{s.deployer}, s.villains...), s.users...) {
		a.client = s.client
	}
	if err := s.setUp(ctx); err != nil {
		return nil, err
	}
	if err := s.resumeAttack(ctx); err != nil {
		return nil, err
	}
	s.playing.Go(s.playTraffic)
	return s, nil
}

// prepare settles everything that is known before there is a chain: its id, who plays, what is deployed, and the first block.
func (s *Stage) prepare() (id uint64, _ types.GenesisAlloc, err error) {
	if s.world, err = worldOf(s.opts.World); err != nil {
		return 0, nil, err
	}
	if err := s.cast(); err != nil {
		return 0, nil, err
	}
	id, s.coin = ChainID, harbourDollar()
	if s.opts.Plan != nil {
		if s.places, err = placesIn(s.opts.Plan); err != nil {
			return 0, nil, err
		}
		id, s.coin = DrillChain(s.opts.Plan), s.places.coin
		s.places = s.places.but(created(s.deployer.address(), 0), created(s.deployer.address(), 1))
		s.Token, s.Vault = s.places.token, s.places.vault
	}
	if s.opts.Chain != 0 {
		id = s.opts.Chain
	}
	if err := s.write(); err != nil {
		return 0, nil, err
	}
	alloc, err := s.genesis()
	return id, alloc, err
}

// wealth is the ether that everybody begins with, in wei: ten thousand.
func wealth() *uint256.Int {
	return new(uint256.Int).Mul(uint256.NewInt(10_000), uint256.NewInt(1e18))
}

// genesis gives every actor and the people named their ether, and places what the plan has somewhere else than the deployer would.
func (s *Stage) genesis() (types.GenesisAlloc, error) {
	names := append([]string{deployerName, executorName, attackerName}, s.opts.People...)
	names = append(names, s.world.others...)
	for i := range deposits {
		names = append(names, userName(i))
	}
	alloc := make(types.GenesisAlloc)
	for _, n := range names {
		a, err := Address(n)
		if err != nil {
			return nil, err
		}
		alloc[a] = types.Account{Balance: wealth().ToBig()}
	}
	for _, a := range s.opts.Funded {
		if !slices.Contains([]evm.Address{s.places.token, s.places.vault, s.places.safe}, a) {
			alloc[a] = types.Account{Balance: wealth().ToBig()}
		}
	}
	if s.world.ID != Default {
		alloc[mark(s.world.ID)] = types.Account{Balance: big.NewInt(1)}
	}
	return alloc, s.place(alloc)
}

// mark is an account that only the first block of a world has, so that a folder is never gone on with as another world.
func mark(world string) evm.Address {
	return evm.Address(crypto.Keccak256([]byte("tocsin stage: world " + world))[12:])
}

// cast makes the actors.
func (s *Stage) cast() (err error) {
	if s.deployer, err = newActor(deployerName); err != nil {
		return err
	}
	if s.attacker, err = newActor(attackerName); err != nil {
		return err
	}
	s.villains = []*actor{s.attacker}
	for _, name := range s.world.others {
		a, err := newActor(name)
		if err != nil {
			return err
		}
		s.others[name] = a
		s.villains = append(s.villains, a)
	}
	for i := range deposits {
		u, err := newActor(userName(i))
		if err != nil {
			return err
		}
		s.users = append(s.users, u)
	}
	return nil
}

// ChainID is the id of the stage's chain.
func (s *Stage) ChainID() uint64 { return s.client.ChainID() }

// Endpoint is the HTTP endpoint of the chain.
func (s *Stage) Endpoint() string { return s.chain.URL() }

// WSEndpoint is the WebSocket endpoint of the chain.
func (s *Stage) WSEndpoint() string { return s.chain.WSURL() }

// Close ends the play and the chain.
func (s *Stage) Close() error {
	s.cancel()
	s.playing.Wait()
	return s.chain.Close()
}

// trouble logs what went wrong in the play, unless it is only that it ends.
func (s *Stage) trouble(doing string, err error) {
	if err != nil && s.ctx.Err() == nil && !fault.Is(err, fault.NotFound) {
		s.log.Warn("the stage stumbled", "doing", doing, "err", err)
	}
}
