package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"tocsin/evm"
	"tocsin/examples"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/plan"
	"tocsin/stage"
	"tocsin/web"
)

// DemoOptions are what a demo is started with.
type DemoOptions struct {
	Auto        bool          // play the responders too
	Data        string        // folder; a new one for this run if empty
	Listen      string        // loopback address of the console
	AttackAfter time.Duration // 0: by the button
	Terminal    io.Writer     // where it tells its story
	Logger      *slog.Logger
}

// demoScenario is the scenario of the example plan that the demo drills.
const demoScenario = "drained-vault"

// demoBlocks is the time between blocks. Blocks carry whole seconds: a faster chain would run ahead of the clock, and its
// story would be told with times that never were.
const demoBlocks = time.Second

// Demo runs one emergency on a chain of its own. With Auto it returns how it ended; else it serves until ctx ends and returns
// nil.
func Demo(ctx context.Context, o DemoOptions) (*Report, error) {
	host, _, err := net.SplitHostPort(o.Listen)
	if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fault.New(fault.Invalid, "The demo listens on loopback alone, not on %q.", o.Listen).Instead("Write 127.0.0.1:PORT.")
	}
	if o.Data == "" {
		if o.Data, err = os.MkdirTemp("", "tocsin-demo-"); err != nil {
			return nil, fmt.Errorf("make a folder for the demo: %w", err)
		}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	d := &demo{o: o, say: storyteller(o.Terminal)}
	if err := d.open(ctx); err != nil {
		return nil, errors.Join(err, d.close())
	}
	var wg sync.WaitGroup
	ready := make(chan Ready, 1)
	wg.Go(func() {
		if err := d.serve(ctx, func(r Ready) { ready <- r }); err != nil {
			cancel(err)
		}
	})
	var r *Report
	select {
	case got := <-ready:
		r, err = d.run(ctx, got)
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	cancel(nil)
	wg.Wait()
	if errors.Is(err, context.Canceled) {
		err = nil
	}
	return r, errors.Join(err, d.close())
}

// demo is one run of Demo.
type demo struct {
	o     DemoOptions
	say   func(string, ...any)
	desk  *Desk
	stage *stage.Stage
	mail  *mailbox
	plan  *plan.Plan
}

func (d *demo) open(ctx context.Context) (err error) {
	if d.desk, err = open(ctx, d.o.Data, "", true, d.o.Logger); err != nil {
		return err
	}
	d.say("Starting a chain and Harbour Vault on it …")
	log := d.o.Logger
	if !log.Enabled(ctx, slog.LevelDebug) {
		log = nil // a chain of one has much to say that means nothing here
	}
	if d.stage, err = stage.Start(ctx, stage.Options{Dir: filepath.Join(d.o.Data, "chain"), Period: demoBlocks, Logger: log}); err != nil {
		return err
	}
	d.mail, err = openMailbox(filepath.Join(d.o.Data, "mail"), d.tellMail)
	return err
}

// tellMail shows a letter that came, with the link that a person at the screen may open.
func (d *demo) tellMail(l letter) {
	if d.o.Auto || l.Secret == "" {
		d.say("Mail to %s: %s", l.To, l.Subject)
		return
	}
	d.say("Mail to %s: %s\n          %s/page/%s", l.To, l.Subject, URL(d.o.Data), l.Secret)
}

func (d *demo) close() error {
	var errs []error
	if d.mail != nil {
		errs = append(errs, d.mail.close())
	}
	if d.stage != nil {
		errs = append(errs, d.stage.Close())
	}
	if d.desk != nil {
		errs = append(errs, d.desk.Close())
	}
	return errors.Join(errs...)
}

func (d *demo) serve(ctx context.Context, ready func(Ready)) error {
	p, _, err := plan.Load(examples.Vault())
	if err != nil {
		return err
	}
	d.plan = p
	signer, err := d.stage.Executor(filepath.Join(d.o.Data, "executor.json"))
	if err != nil {
		return err
	}
	chainID := d.stage.ChainID()
	return Serve(ctx, ServeOptions{
		Plans: []PlanFolder{{Files: examples.Vault()}}, Data: d.o.Data, Endpoints: map[uint64][]string{chainID: {d.stage.WSEndpoint()}}, Listen: d.o.Listen,
		SMTP: d.mail.URL(), Signer: signer, Terminal: d.o.Terminal, Logger: d.o.Logger, Ready: ready,
		exercise: &incident.Exercise{Scenario: demoScenario, Chain: chainID}, stage: director{d}, desk: d.desk,
	})
}

// run tells the person what to do, or plays everything.
func (d *demo) run(ctx context.Context, r Ready) (*Report, error) {
	if !d.o.Auto {
		return nil, d.guide(ctx, r)
	}
	d.say("The console is at %s", r.URL)
	if err := d.attackWhenWatched(ctx); err != nil {
		return nil, err
	}
	id, err := d.incident(ctx)
	if err != nil {
		return nil, err
	}
	d.say("Incident %s was opened.", id)
	c := &cast{engine: d.desk.Engine, stage: d.stage, mail: d.mail, url: r.URL, say: d.say, via: "demo", patience: answerByMail}
	if err := c.play(ctx, id); err != nil {
		return nil, err
	}
	rep, err := report(ctx, d.desk.Engine, d.stage, id, d.o.Data)
	if err != nil {
		return nil, err
	}
	d.say("Closed. Of %s deposited, %s were lost; the pause saved the rest.", tokens(rep.Deposits), tokens(rep.LossFinal))
	d.say("Post-mortem: %s", rep.Postmortem)
	d.say("Export: %s   check it with: tocsin verify %s", rep.Export, rep.Export)
	return rep, nil
}

// attackWhenWatched launches the attack once the watch follows the chain, unless it was launched before.
func (d *demo) attackWhenWatched(ctx context.Context) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		begun, err := d.stage.AttackBegun(ctx)
		if err != nil || begun {
			return err
		}
		w, err := d.desk.Engine.Watched(ctx, d.plan.Protocol, d.stage.ChainID())
		if err != nil {
			return err
		}
		if w.Block > 0 {
			d.say("The attack begins.")
			return d.stage.Attack(ctx)
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
}

// incident waits for the incident that the attack leads to: the first of one of the scenario's issues.
func (d *demo) incident(ctx context.Context) (string, error) {
	sc, _ := d.plan.Scenario(demoScenario)
	changed, stop := d.desk.Engine.Subscribe()
	defer stop()
	for {
		list, err := d.desk.Engine.List(ctx, false)
		if err != nil {
			return "", err
		}
		slices.Reverse(list)
		for _, s := range list {
			if s.Exercise && slices.Contains(sc.Issues, s.Issue) && s.Phase != incident.Dismissed {
				return s.ID, nil
			}
		}
		select {
		case <-ctx.Done():
			return "", context.Cause(ctx)
		case <-changed:
		}
	}
}

// guide tells a person what to do and waits until they stop the demo.
func (d *demo) guide(ctx context.Context, r Ready) error {
	first := d.plan.Everyone()[0]
	l, err := d.desk.SignInLink(ctx, "", first, r.URL, 24*time.Hour)
	if err != nil {
		return err
	}
	d.say(`
The console is at %s
Sign in with this link (once): %s

  1. Look round. All is quiet: people deposit and withdraw.
  2. Press "Launch the attack" on the overview%s.
  3. You play every responder: choose who you are at the top of the page. The mail that calls them is shown here; its link opens
     a page whose buttons answer.
  4. Say that it is real, have the pause signed by the two people whom the plan names, and watch the vault pause.

Everything is kept in %s
Stop with Ctrl-C.
`, r.URL, l.URL, after(d.o.AttackAfter), d.o.Data)
	if d.o.AttackAfter > 0 {
		select {
		case <-time.After(d.o.AttackAfter):
			if err := d.attackWhenWatched(ctx); err != nil {
				return err
			}
		case <-ctx.Done():
		}
	}
	<-ctx.Done()
	return context.Cause(ctx)
}

func after(wait time.Duration) string {
	if wait == 0 {
		return ""
	}
	return ", or wait " + plan.Duration(wait).String()
}

// director is the stage as the console sees it.
type director struct{ d *demo }

func (x director) Guide() string {
	return "This is a demo on a chain of its own. Launch the attack, then bring the team through it: you play every responder."
}
func (x director) Attack(ctx context.Context) error              { return x.d.stage.Attack(ctx) }
func (x director) AttackBegun(ctx context.Context) (bool, error) { return x.d.stage.AttackBegun(ctx) }

func (x director) Sign(ctx context.Context, person string, digest evm.Hash) ([]byte, error) {
	return x.d.stage.Sign(ctx, person, digest)
}

var _ web.Stage = director{}

// storyteller writes lines with the time before them, one at a time.
func storyteller(w io.Writer) func(string, ...any) {
	var mu sync.Mutex
	return func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintf(w, "%s  %s\n", time.Now().UTC().Format("15:04:05"), fmt.Sprintf(format, args...))
	}
}
