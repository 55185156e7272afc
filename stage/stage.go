// Package stage owns the live part of the exercise "drained vault": a chain of our own, the example protocol on it, people
// who use it, and an attacker. Everything it does next follows from the chain alone, so that after a kill it goes on where
// it was.
//
// The attack as a state machine, each state read off the chain:
//
//	quiet ──Attack──▶ under way ──drained, or refused while paused──▶ over
//	(nonce 0)         (nonce > 0)                                    (the hideout holds ether)
//
// Keys: every actor and person signs with a demo key that anybody can compute. Nothing of value may ever trust one.
package stage

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/core/types"

	"tocsin/chain"
	"tocsin/chain/devchain"
	"tocsin/fault"
)

// ChainID is the id of every stage's chain. No live chain has it.
const ChainID = 31337

// Options say how to set the stage. Zero values mean the defaults.
type Options struct {
	Dir    string        // where the chain is kept; empty: in memory only
	Port   int           // of the chain's endpoints on 127.0.0.1; 0: any free one
	Period time.Duration // between blocks; default 1 s; devchain.Manual: blocks are mined by hand
	Seed   uint64        // of the ordinary traffic
	Pace   uint64        // blocks from one transaction of the attacker to the next; default 2
	People []string      // people who need ether of their own; the same at every start of a Dir
	Logger *slog.Logger  // nil: silent
}

// Stage is a running stage. Its methods are safe for concurrent use.
type Stage struct {
	opts   Options
	log    *slog.Logger
	chain  *devchain.Chain
	client chain.Client

	protocol
	deployer *actor
	attacker *actor
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
	s := &Stage{opts: o, log: o.Logger}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	alloc, err := genesis(o.People)
	if err != nil {
		return nil, err
	}
	s.chain, err = devchain.Start(ctx, devchain.Options{
		ChainID: ChainID, Dir: o.Dir, Port: o.Port, Period: o.Period, Alloc: alloc, Logger: o.Logger,
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
	if err := s.cast(); err != nil {
		return nil, err
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

// genesis gives every actor and the people named ten thousand ether.
func genesis(people []string) (types.GenesisAlloc, error) {
	names := append([]string{deployerName, executorName, attackerName}, people...)
	for i := range deposits {
		names = append(names, userName(i))
	}
	alloc := make(types.GenesisAlloc)
	for _, n := range names {
		a, err := Address(n)
		if err != nil {
			return nil, err
		}
		alloc[a] = types.Account{Balance: new(big.Int).Mul(big.NewInt(10_000), big.NewInt(1e18))}
	}
	return alloc, nil
}

// cast makes the actors.
func (s *Stage) cast() (err error) {
	if s.deployer, err = newActor(deployerName, s.client); err != nil {
		return err
	}
	if s.attacker, err = newActor(attackerName, s.client); err != nil {
		return err
	}
	for i := range deposits {
		u, err := newActor(userName(i), s.client)
		if err != nil {
			return err
		}
		s.users = append(s.users, u)
	}
	s.protocol = newProtocol(s.client, s.deployer.address())
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
