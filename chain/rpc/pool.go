package rpc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"tocsin/chain"
	"tocsin/fault"
)

var (
	_ chain.Client  = (*Pool)(nil)
	_ chain.Witness = (*Pool)(nil)
)

// PoolOptions say which endpoints of a chain to use and when one of them is not to be used. Zero values mean the defaults.
type PoolOptions struct {
	Options                     // of each endpoint; its URL is not looked at, ChainID is required
	URLs          []string      // one or more
	HedgeAfter    time.Duration // the least wait for an answer before another endpoint is asked as well; default 250 ms
	LagBlocks     uint64        // an endpoint whose head is further behind, for LagFor, lags; default 3
	LagFor        time.Duration // default 30 s
	DisagreeFor   time.Duration // so long on another chain than most is a disagreement; default 30 s
	DropFor       time.Duration // first pause of an endpoint that is dropped, doubled up to 256-fold; default 1 s
	AuditEvery    time.Duration // each endpoint gives a block so often, needed or not; default 1 min
	ReportAfter   time.Duration // so long not to be reached, too slow or limited is reported; the rest is at once; default 10 s
	StrikesToDrop int           // failures in a row after which an endpoint is dropped; default 3
}

func (o PoolOptions) withDefaults() PoolOptions {
	o.Options = o.Options.withDefaults()
	orElse := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	orElse(&o.HedgeAfter, 250*time.Millisecond)
	orElse(&o.LagFor, 30*time.Second)
	orElse(&o.DisagreeFor, 30*time.Second)
	orElse(&o.DropFor, time.Second)
	orElse(&o.AuditEvery, time.Minute)
	orElse(&o.ReportAfter, 10*time.Second)
	if o.LagBlocks == 0 {
		o.LagBlocks = 3
	}
	if o.StrikesToDrop <= 0 {
		o.StrikesToDrop = 3
	}
	return o
}

// Pool speaks to a chain over several endpoints. Its head is what most of them agree on, its blocks are asked for by hash and
// verified whoever gave them, and an endpoint that fails, stalls, lags, lies, leaves something out or serves another chain
// is dropped, tried again with growing pauses, and reported.
//
//	heard ─▶ in use ──(trouble)──▶ out ──(pause over)──▶ tried ──(fine)──▶ in use
//	                                ▲                      │
//	                                └──(longer pause)──────┘
type Pool struct {
	o       PoolOptions
	members []*member
	log     *slog.Logger
	start   time.Time

	ctx     context.Context
	stop    context.CancelFunc
	working sync.WaitGroup
	judging chan struct{} // held by whoever judges
	stir    chan struct{} // there is something to judge

	mu       sync.Mutex // guards what follows, and the members' states
	closed   bool
	agreed   agreement
	verified uint64    // highest block handed to a follower
	limited  time.Time // when an endpoint did not let us ask as often as we did, last
	watching map[chan struct{}]bool
	history  []chain.Trouble // of which some may stand; older ones that are over are forgotten
	told     int             // troubles forgotten
}

// NewPool returns a client of several endpoints of one chain. It begins to listen to them at once; none need be there.
func NewPool(o PoolOptions) (*Pool, error) {
	if len(o.URLs) == 0 {
		return nil, fault.New(fault.Invalid, "No endpoint is given for chain %d.", o.ChainID)
	}
	o = o.withDefaults()
	p := &Pool{
		o: o, log: o.Logger, start: time.Now(), judging: make(chan struct{}, 1), stir: make(chan struct{}, 1), watching: map[chan struct{}]bool{},
		agreed: agreement{err: fault.New(fault.Unavailable, "No endpoint of chain %d has told its head yet.", o.ChainID)},
	}
	for i, url := range o.URLs {
		each := o.Options
		each.URL = url
		c, err := New(each)
		if err != nil {
			return nil, err
		}
		if n := p.named(c.endpoint.name); n > 0 {
			c.endpoint.name += fmt.Sprintf(" (%d)", n+1)
		}
		p.members = append(p.members, &member{p: p, c: c, place: i, hashes: map[uint64]hash{}, retry: make(chan struct{}, 1)})
	}
	p.ctx, p.stop = context.WithCancel(context.Background())
	p.spawn(p.judgeAll)
	for _, m := range p.members {
		p.spawn(m.keep)
	}
	return p, nil
}

// named counts the endpoints of a host: two accounts with one provider must be told apart.
func (p *Pool) named(name string) int {
	n := 0
	for _, m := range p.members {
		if m.c.endpoint.name == name || strings.HasPrefix(m.c.endpoint.name, name+" (") {
			n++
		}
	}
	return n
}

// ChainID is the id of the chain.
func (p *Pool) ChainID() uint64 { return p.o.ChainID }

// Close ends all connections. Requests under way fail.
func (p *Pool) Close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.stop()
	for _, m := range p.members {
		m.c.Close()
	}
	p.working.Wait()
}

// spawn runs f until it ends or the pool is closed; false if the pool is closed already.
func (p *Pool) spawn(f func(context.Context)) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return false
	}
	p.working.Go(func() { f(p.ctx) })
	return true
}

// subscribe returns a channel that tells of changes of the agreement or of troubles.
func (p *Pool) subscribe() (news chan struct{}, end func()) {
	news = make(chan struct{}, 1)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.watching[news] = true
	return news, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.watching, news)
	}
}

// announce tells the subscribers; p.mu is held.
func (p *Pool) announce() {
	for news := range p.watching {
		wake(news)
	}
}

func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// inUse lists the endpoints that are not out; p.mu is held.
func (p *Pool) inUse() []*member {
	var list []*member
	for _, m := range p.members {
		if m.out == nil {
			list = append(list, m)
		}
	}
	return list
}

// nobody says why no endpoint can be asked; p.mu is held.
func (p *Pool) nobody() error {
	var errs []error
	wrong := true
	for _, m := range p.members {
		if m.err != nil {
			errs = append(errs, m.err)
		}
		wrong = wrong && m.out != nil && m.out.kind == chain.WrongChain
	}
	if len(errs) > 0 && (wrong || len(p.members) == 1) {
		return errs[0]
	}
	return fault.New(fault.Unavailable, "No endpoint of chain %d can be used just now.", p.o.ChainID).Because(errors.Join(errs...))
}
