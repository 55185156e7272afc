package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"tocsin/chain"
	"tocsin/deliver"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/execute"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/notify"
	"tocsin/notify/email"
	"tocsin/notify/terminal"
	"tocsin/signer"
	"tocsin/stage"
	"tocsin/web"
)

// ServeOptions are what a server is started with.
type ServeOptions struct {
	Plans     []PlanFolder        // one of each protocol
	Data      string              // folder
	Endpoints map[uint64][]string // chain id → URLs
	Relays    map[uint64][]string // chain id → URLs of private relays, of which the first is used
	Listen    string
	TLSCert   string
	TLSKey    string
	BaseURL   string
	Proxies   []netip.Prefix // reverse proxies whose X-Forwarded-For is believed
	SMTP      string         // URL; empty: no e-mail

	StageEndpoints map[uint64]string // chain id of a plan → URL of a chain under another id on which exercises may be played instead
	Safe           *stage.SafeCode   // contracts of a Safe, for exercises of plans that pause through one; nil: none are at hand

	Heartbeat string        // URL that is asked for once a minute while all is well; empty: none
	Signer    signer.Signer // nil: nothing can be sent but what was signed in advance
	Prepared  string        // key of transactions that were signed in advance; empty: none can be opened
	Terminal  io.Writer     // where the terminal channel writes
	Bell      bool          // Terminal can ring
	Logger    *slog.Logger
	Ready     func(Ready) // called once the console answers

	exercise *incident.Exercise // all is a drill: the demo
	sealed   bool               // nothing reaches the world, and nothing is asked of it: an exercise without people
	stage    web.Stage
	desk     *Desk         // already open
	every    time.Duration // from one transaction of an exercise's attacker to the next; 0 is worldEvery
	beat     time.Duration // between blocks of an exercise's chain; 0 is worldBeat
	patience time.Duration // how long the start waits for endpoints; 0 is firstLook
}

// Ready is what a server says once it answers.
type Ready struct {
	URL       string            `json:"url"`
	Standing  engine.Standing   `json:"plan"`  // of the first
	Standings []engine.Standing `json:"plans"` // of all that were named
	Chains    []uint64          `json:"chains"`
	Say       []string          `json:"say"` // what people should know: gaps of this start
}

// Serve runs a server until ctx ends.
func Serve(ctx context.Context, o ServeOptions) (err error) {
	folders, err := read(o.Plans)
	if err != nil {
		return err
	}
	if o.Heartbeat != "" {
		if err := checkHeartbeat(o.Heartbeat); err != nil {
			return err
		}
	}
	secure, err := listenable(o)
	if err != nil {
		return err
	}
	desk := o.desk
	if desk == nil {
		if desk, err = Open(ctx, o.Data, true, o.Logger); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, desk.Close()) }()
	}
	s := &server{o: o, desk: desk, clients: map[uint64]chain.Client{}}
	s.house = newPlayhouse(s)
	if err := s.enlist(ctx, folders); err != nil {
		return err
	}
	if err := s.house.check(ctx); err != nil {
		return err
	}
	if s.o.exercise == nil {
		desk.Engine.Dress(s.house.dress)
	}
	return s.run(ctx, secure)
}

// server is one run of Serve.
type server struct {
	o         ServeOptions
	desk      *Desk
	protocols []*protocol
	clients   map[uint64]chain.Client // by chain; the protocols on a chain share its client
	house     *playhouse              // of exercises; their chains are not among the clients
	url       string
}

func (s *server) run(ctx context.Context, secure bool) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.o.Listen)
	if err != nil {
		return fault.New(fault.Unavailable, "The console cannot listen on %s.", s.o.Listen).Instead("Choose another address with --listen.").Because(err)
	}
	defer l.Close()
	s.url = s.o.BaseURL
	if s.url == "" {
		scheme := "http"
		if secure {
			scheme = "https"
		}
		s.url = scheme + "://" + l.Addr().String()
	}
	if err := noteURL(s.desk.Data, s.url); err != nil {
		return fmt.Errorf("note the console's address: %w", err)
	}
	defer func() { // once nobody works with them any more
		for _, c := range s.clients {
			c.Close()
		}
	}()
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel(nil)
	say, err := s.connect(ctx, &wg)
	if err != nil {
		return err
	}
	if err := s.carriers(); err != nil {
		return err
	}
	work := func(what string, f func(context.Context) error) {
		wg.Go(func() {
			if err := f(ctx); err != nil && ctx.Err() == nil {
				cancel(fmt.Errorf("%s: %w", what, err))
			}
		})
	}
	lookout := s.lookout()
	defer lookout.close()
	sender := evm.Address{}
	if s.o.Signer != nil {
		sender = s.o.Signer.Address()
	}
	ahead := &trials{clients: s.clients, drill: s.house.drill, sender: sender, open: s.prepared(), now: s.desk.Engine.Now, within: triedWithin, last: map[evm.Hash]tried{}}
	console, err := web.New(web.Options{
		Engine: s.desk.Engine, Access: s.desk.Access, Now: s.desk.Engine.Now, Readings: s.readings, Sights: (&sights{desk: s.desk, now: s.desk.Engine.Now}).list, Stage: s.o.stage, Exercise: s.o.exercise, Lookout: lookout, Tried: ahead.try, Confirm: s.confirm, Worlds: s.worlds(),
		Standings: func() []engine.Standing { return s.standings(ctx) },
		Logger:    s.o.Logger, Secure: secure, BaseURL: func() string { return s.url }, Version: Version(), Done: ctx.Done(), Secret: s.hookSecret, Proxies: s.o.Proxies,
	})
	if err != nil {
		return err
	}
	for _, x := range s.protocols {
		for id := range s.clients {
			wg.Go(func() { x.gauges.run(ctx, id) })
		}
		wg.Go(func() { lookout.run(ctx, x.id) })
	}
	h := &heartbeat{
		url: s.o.Heartbeat, http: &http.Client{}, chains: func(id uint64) bool { return s.clients[id] != nil }, plans: s.plans, audited: s.desk.Engine.Audited,
		watched: s.desk.Engine.Watched, state: s.desk.Engine.WatchState, now: s.desk.Engine.Now, log: s.o.Logger,
	}
	h.leftOut = func(ctx context.Context) error { return s.unwatched(ctx, h.lately) }
	d := &doctor{audited: s.desk.Engine.Audited, database: s.desk.reaches, chains: h.seen, leftOut: h.leftOut, now: time.Now, log: s.o.Logger}
	if s.o.Heartbeat != "" {
		wg.Go(func() { h.run(ctx) })
	}
	wg.Go(func() { s.signStatuses(ctx) })
	if s.o.exercise == nil {
		wg.Go(func() { s.house.run(ctx) })
	}
	work("engine", s.desk.Engine.Run)
	work("console", func(ctx context.Context) error { return serveHTTP(ctx, l, d.front(console), s.o, secure) })
	if s.o.Ready != nil {
		r := Ready{URL: s.url, Standing: s.protocols[0].standing, Say: say, Chains: []uint64{}}
		for _, x := range s.protocols {
			r.Standings = append(r.Standings, x.standing)
		}
		for id := range s.clients {
			r.Chains = append(r.Chains, id)
		}
		s.o.Ready(r)
	}
	<-ctx.Done()
	if err := context.Cause(ctx); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// connect begins to watch the plans' chains. An endpoint that cannot be reached keeps nothing else from its work: people can
// still be called by hand, and it is tried again and again. One of another chain is a mistake that is said at once.
func (s *server) connect(ctx context.Context, wg *sync.WaitGroup) (say []string, err error) {
	for _, x := range s.protocols {
		if x.standing.Differs {
			say = append(say, s.of(x, []string{"The plan folder differs from the plan in force; it changes nothing until it is adopted: tocsin adopt DIR --data " + s.desk.Data})...)
		}
		var broken []string
		if x.first, broken, err = s.outlook(ctx, x.first.plan); err != nil {
			return nil, err
		}
		say = append(say, s.of(x, broken)...)
		say = append(say, s.of(x, s.unsigned(x.first.plan))...)
	}
	left, err := s.missing(ctx)
	if err != nil {
		return nil, err
	}
	say = append(say, left...)
	if err := s.dial(); err != nil {
		return nil, err
	}
	unseen, err := s.look(ctx)
	if err != nil {
		return nil, err
	}
	say = append(say, unseen...)
	for _, x := range s.protocols {
		wg.Go(func() { s.watch(ctx, x) })
	}
	if s.o.SMTP == "" && s.o.stage == nil {
		say = append(say, "No e-mail is sent: TOCSIN_SMTP_URL is not set.")
	}
	if s.o.Signer == nil {
		say = append(say, "Nothing can be sent to a chain: no --keystore and no --signer was given.")
	}
	return say, nil
}

// carriers says who carries what.
func (s *server) carriers() error {
	channels := []notify.Channel{terminal.New(terminal.Options{Out: s.o.Terminal, Bell: s.o.Bell})}
	if s.o.SMTP != "" {
		mail, err := email.New(email.Options{URL: s.o.SMTP})
		if err != nil {
			return err
		}
		channels = append(channels, mail)
	}
	if s.o.sealed {
		channels = s.played(channels)
	}
	d := deliver.New(deliver.Options{BaseURL: func() string { return s.url }, Channels: channels, Now: s.desk.Engine.Now, Logger: s.o.Logger})
	for _, kind := range incident.Messages() {
		s.desk.Engine.Carry(kind, d)
	}
	relays, err := s.relays()
	if err != nil {
		return err
	}
	x := execute.New(execute.Options{Status: s.desk.Engine, Clients: s.clients, Relays: relays, Secret: s.hookSecret, Signer: s.o.Signer, Turns: s.desk.Engine, Nonces: nonces{s.desk.Engine}, Open: s.prepared(), Logger: s.o.Logger})
	for _, kind := range []string{incident.DispatchAction, incident.DispatchLook} {
		s.desk.Engine.Carry(kind, stagehand{house: s.house, other: x})
	}
	return nil
}

// worlds are the live worlds of exercises; nil where all is one already.
func (s *server) worlds() web.Worlds {
	if s.o.exercise != nil {
		return nil
	}
	return s.house
}
