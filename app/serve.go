package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"

	"tocsin/chain"
	"tocsin/chain/rpc"
	"tocsin/deliver"
	"tocsin/engine"
	"tocsin/execute"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/notify"
	"tocsin/notify/email"
	"tocsin/notify/terminal"
	"tocsin/plan"
	"tocsin/signer"
	"tocsin/web"
)

// ServeOptions are what a server is started with.
type ServeOptions struct {
	Plan      fs.FS
	Data      string              // folder
	Endpoints map[uint64][]string // chain id → URLs
	Listen    string
	TLSCert   string
	TLSKey    string
	BaseURL   string
	Proxies   []netip.Prefix // reverse proxies whose X-Forwarded-For is believed
	SMTP      string         // URL; empty: no e-mail
	Heartbeat string         // URL that is asked for once a minute while all is well; empty: none
	Signer    signer.Signer  // nil: nothing can be sent
	Terminal  io.Writer      // where the terminal channel writes
	Bell      bool           // Terminal can ring
	Logger    *slog.Logger
	Ready     func(Ready) // called once the console answers

	exercise *incident.Exercise // all is a drill: the demo
	stage    web.Stage
	desk     *Desk // already open
}

// Ready is what a server says once it answers.
type Ready struct {
	URL      string          `json:"url"`
	Standing engine.Standing `json:"plan"`
	Chains   []uint64        `json:"chains"`
	Say      []string        `json:"say"` // what people should know: gaps of this start
}

// Serve runs a server until ctx ends.
func Serve(ctx context.Context, o ServeOptions) (err error) {
	p, src, err := plan.Load(o.Plan)
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
	standing, err := desk.Engine.Pin(ctx, p, src.Files)
	if err != nil {
		return err
	}
	inForce, err := desk.verify(ctx, p.Protocol)
	if err != nil {
		return err
	}
	if err := desk.Engine.Reachable(ctx, p.Protocol); err != nil {
		return err
	}
	clients := map[uint64]chain.Client{}
	s := &server{
		o: o, desk: desk, plan: inForce, standing: standing, clients: clients, gauges: &gauges{plan: inForce, clients: clients, log: o.Logger},
	}
	return s.run(ctx, secure)
}

// server is one run of Serve.
type server struct {
	o        ServeOptions
	desk     *Desk
	plan     *plan.Plan
	standing engine.Standing
	clients  map[uint64]chain.Client
	gauges   *gauges
	url      string
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
	console, err := web.New(web.Options{
		Engine: s.desk.Engine, Access: s.desk.Access, Now: s.desk.Engine.Now, Readings: s.gauges.readings, Sights: (&sights{viewer: s.desk.Viewer(s.plan.Protocol), now: s.desk.Engine.Now}).list, Stage: s.o.stage, Exercise: s.o.exercise,
		Standings: func() []engine.Standing { return []engine.Standing{s.stands(ctx)} },
		Logger:    s.o.Logger, Secure: secure, Version: Version(), Done: ctx.Done(), Secret: s.hookSecret, Proxies: s.o.Proxies,
	})
	if err != nil {
		return err
	}
	for id := range s.clients {
		wg.Go(func() { s.gauges.run(ctx, id) })
	}
	h := &heartbeat{
		url: s.o.Heartbeat, http: &http.Client{}, chains: slices.Sorted(maps.Keys(s.clients)), plan: s.gauges.inForce, audited: s.desk.Engine.Audited,
		watched: s.desk.Engine.Watched, state: s.desk.Engine.WatchState, now: s.desk.Engine.Now, log: s.o.Logger,
	}
	d := &doctor{audited: s.desk.Engine.Audited, database: s.desk.reaches, chains: h.seen, now: time.Now, log: s.o.Logger}
	if s.o.Heartbeat != "" {
		wg.Go(func() { h.run(ctx) })
	}
	work("engine", s.desk.Engine.Run)
	work("console", func(ctx context.Context) error { return serveHTTP(ctx, l, d.front(console), s.o, secure) })
	if s.o.Ready != nil {
		r := Ready{URL: s.url, Standing: s.standing, Say: say, Chains: []uint64{}}
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

// connect begins to watch the plan's chains. An endpoint that cannot be reached keeps nothing else from its work: people can
// still be called by hand, and it is tried again and again. One of another chain is a mistake that is said at once.
func (s *server) connect(ctx context.Context, wg *sync.WaitGroup) (say []string, err error) {
	if s.standing.Differs {
		say = append(say, "The plan folder differs from the plan in force; it changes nothing until it is adopted: tocsin adopt DIR --data "+s.desk.Data)
	}
	first, broken, err := s.outlook(ctx, s.plan)
	if err != nil {
		return nil, err
	}
	say = append(say, broken...)
	for id := range s.o.Endpoints {
		if _, ok := s.plan.Chain(id); !ok {
			return nil, fault.New(fault.Invalid, "An endpoint is given for chain %d, which the plan does not name.", id).Instead("Name the chain in the plan, or leave the endpoint out.")
		}
	}
	for _, c := range s.plan.Chains {
		urls := s.o.Endpoints[c.ID]
		if len(urls) == 0 {
			continue // the outlook says so
		}
		client, err := rpc.NewPool(rpc.PoolOptions{URLs: urls, Options: rpc.Options{ChainID: c.ID, Depth: reorganisation(c), BlockTime: time.Duration(c.BlockTime), Logger: s.o.Logger}})
		if err != nil {
			return nil, err
		}
		s.clients[c.ID] = client
	}
	unseen, err := s.look(ctx)
	if err != nil {
		return nil, err
	}
	say = append(say, unseen...)
	wg.Go(func() { s.watch(ctx, first) })
	if s.o.SMTP == "" && s.o.stage == nil {
		say = append(say, "No e-mail is sent: TOCSIN_SMTP_URL is not set.")
	}
	if s.o.Signer == nil {
		say = append(say, "Nothing can be sent to a chain: no --keystore was given.")
	}
	return say, nil
}

// reorganisation is the deepest one, in blocks, that is followed on a chain.
func reorganisation(c plan.Chain) int {
	if c.Reorg == 0 {
		return 64
	}
	return int(min(c.Reorg, 4096))
}

// firstLook is how long the start waits for endpoints that do not answer.
const firstLook = time.Second

// look asks every endpoint for the head, and says which chains cannot be seen. An endpoint that cannot be used at all, such
// as that of another chain, is an error.
func (s *server) look(ctx context.Context) (say []string, err error) {
	ctx, cancel := context.WithTimeout(ctx, firstLook)
	defer cancel()
	var wg sync.WaitGroup
	heads := make([]error, len(s.plan.Chains))
	for i, c := range s.plan.Chains {
		if client := s.clients[c.ID]; client != nil {
			wg.Go(func() { _, heads[i] = client.Head(ctx) })
		}
	}
	wg.Wait()
	for i, c := range s.plan.Chains {
		switch {
		case heads[i] == nil:
		case fault.Is(heads[i], fault.Invalid):
			return nil, heads[i]
		default:
			why := fault.Sentence(heads[i])
			if ctx.Err() != nil {
				why = fmt.Sprintf("Its endpoint has not answered within %s.", firstLook)
			}
			say = append(say, fmt.Sprintf("Chain %d (%s) cannot be seen just now; it is tried again and again. %s", c.ID, c.Name, why))
		}
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
	d := deliver.New(deliver.Options{BaseURL: func() string { return s.url }, Channels: channels, Now: s.desk.Engine.Now, Logger: s.o.Logger})
	for _, kind := range []string{incident.DispatchPage, incident.DispatchReminder, incident.DispatchUpdate, incident.DispatchAlarm} {
		s.desk.Engine.Carry(kind, d)
	}
	s.desk.Engine.Carry(incident.DispatchAction, execute.New(execute.Options{Clients: s.clients, Signer: s.o.Signer, Logger: s.o.Logger}))
	return nil
}
