package cli

import (
	"context"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"tocsin/app"
	"tocsin/fault"
	"tocsin/plan"
)

// watchFlags are what the command line says of a look.
type watchFlags struct {
	desk     desk
	endpoint []string
	from     uint64
	length   time.Duration
	once     bool
}

func (t *terminal) watch() *cobra.Command {
	var f watchFlags
	c := &cobra.Command{
		Use:   "watch DIR --endpoint CHAINID=URL",
		Short: "Look at what each detector sees: its figure, what is usual, what it takes to fire, the last findings",
		Long: `Watch follows the chains of the plan in DIR and shows what each detector sees, as it happens. It needs no server and no
database, keeps nothing, and calls nobody. With --data it shows what a running server sees instead.

On a terminal it draws over itself: q leaves, n and p turn the pages. Elsewhere it writes a line for each finding and one each
minute. Marks: !! firing, ?? cannot be told, ~ warming up its baseline, - cooling down, x does not run.

  ` + endpointVariable + `CHAINID    in the environment: JSON-RPC endpoint of a chain, if its URL holds a key`,
		RunE: func(c *cobra.Command, args []string) error {
			look, err := t.looking(c, args, f)
			if err != nil {
				return err
			}
			defer look.close()
			return look.run(c.Context())
		},
	}
	fl := c.Flags()
	f.desk.flags(c, false)
	fl.StringVar(&f.desk.protocol, "protocol", "", "protocol, if the server holds several plans")
	fl.StringArrayVar(&f.endpoint, "endpoint", nil, "JSON-RPC endpoint of a chain, CHAINID=URL (http, https, ws, wss); may be repeated, also for one chain")
	fl.Uint64Var(&f.from, "from", 0, "first block; the newest if not given, after what baselines want before it")
	fl.DurationVar(&f.length, "for", 0, "end after so long")
	fl.BoolVar(&f.once, "once", false, "end once each chain has been seen up to its head")
	return c
}

// looking is one run of the command.
type looking struct {
	t       *terminal
	f       watchFlags
	title   string
	note    string
	vista   func(context.Context) (app.Vista, error)
	watch   func(context.Context) error // until ctx ends; nil if somebody else watches
	changed <-chan struct{}             // nil: nobody says
	caught  func() bool
	closers []func() error
	last    lastWord // of the log
}

func (l *looking) close() {
	for _, c := range l.closers {
		_ = c()
	}
}

// looking finds out what is looked at.
func (t *terminal) looking(c *cobra.Command, args []string, f watchFlags) (*looking, error) {
	l := &looking{t: t, f: f}
	switch {
	case f.length < 0:
		return nil, fault.New(fault.Invalid, "--for is a length of time.").Instead("Write --for 10m.")
	case f.desk.data != "" && (len(args) > 0 || len(f.endpoint) > 0 || c.Flags().Changed("from")):
		return nil, fault.New(fault.Invalid, "With --data a running server is looked at; it knows its plan and its endpoints.").Instead("Leave the folder, --endpoint and --from out, or --data.")
	case f.desk.data != "":
		return l, l.server(c.Context())
	case len(args) != 1 || args[0] == "":
		return nil, fault.New(fault.Invalid, "Watch takes the folder of a plan.").Instead("Write: tocsin watch DIR --endpoint CHAINID=URL")
	}
	p, src, err := t.load(args[0])
	if err != nil {
		return nil, err
	}
	o := app.OnlookerOptions{Plan: p, Files: src.Files}
	if o.Endpoints, err = parseEndpoints(f.endpoint); err != nil {
		return nil, err
	}
	if err := secretEndpoints(o.Endpoints, os.Environ()); err != nil {
		return nil, err
	}
	if c.Flags().Changed("from") {
		o.From = &f.from
	}
	if o.Logger, err = t.logger(c.Context()); err != nil {
		return nil, err
	}
	if l.drawn() {
		o.Logger = l.last.logger()
	}
	w, err := app.NewOnlooker(o)
	if err != nil {
		return nil, err
	}
	l.closers = append(l.closers, func() error { w.Close(); return nil })
	l.title, l.note = titleOf(p), "Seen from here. Nobody is called, and nothing is kept."
	l.vista = func(context.Context) (app.Vista, error) { return w.Vista() }
	l.watch, l.changed, l.caught = w.Run, w.Changed(), w.Caught
	return l, nil
}

// server looks at what a running server sees.
func (l *looking) server(ctx context.Context) error {
	k, err := l.t.open(ctx, l.f.desk)
	if err != nil {
		return err
	}
	l.closers = append(l.closers, k.Close)
	p, err := planOf(ctx, k.Engine, l.f.desk.protocol)
	if err != nil {
		return err
	}
	v := k.Viewer(p.Protocol)
	l.title, l.note, l.vista = titleOf(p), "As the running server sees it.", v.Vista
	l.caught = func() bool { return true }
	return nil
}

func titleOf(p *plan.Plan) string {
	if p.Name != "" {
		return p.Name
	}
	return p.Protocol
}

// drawn reports whether the screen is drawn over and over.
func (l *looking) drawn() bool { return onTerminal(l.t.out) && !l.t.json && !l.f.once }

// run looks until it is to end.
func (l *looking) run(ctx context.Context) error {
	ctx, end := context.WithCancel(ctx)
	defer end()
	failed := make(chan error, 1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if l.watch == nil {
			<-ctx.Done()
			return
		}
		if err := l.watch(ctx); err != nil && ctx.Err() == nil {
			failed <- err
		}
	}()
	err := l.show(ctx, failed)
	end()
	<-done
	if err != nil {
		return err
	}
	if !l.t.json && !l.f.once {
		return nil
	}
	v, err := l.vista(context.WithoutCancel(ctx))
	if err != nil {
		return err
	}
	return l.t.print(outOf(v), func(w io.Writer) {
		for _, line := range (&watchScreen{Title: l.title, Note: l.note, Vista: v}).lines(80, 0) {
			_, _ = io.WriteString(w, line+"\n")
		}
	})
}

// show shows what is seen, in the way that suits whoever looks, until it is to end.
func (l *looking) show(ctx context.Context, failed <-chan error) error {
	var over <-chan time.Time
	if l.f.length > 0 {
		timer := time.NewTimer(l.f.length)
		defer timer.Stop()
		over = timer.C
	}
	v, err := l.viewer(ctx)
	if err != nil {
		return err
	}
	defer v.close()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		if err := l.step(ctx, v); err != nil || l.f.once && l.caught() {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-over:
			return nil
		case err := <-failed:
			return err
		case k := <-v.keys():
			if !v.press(k) {
				return nil
			}
		case <-tick.C:
		case <-l.changed:
		}
	}
}

func (l *looking) step(ctx context.Context, v watchViewer) error {
	seen, err := l.vista(ctx)
	switch {
	case ctx.Err() != nil:
		return nil
	case err != nil:
		return err
	}
	return v.show(seen)
}

// watchViewer shows what is seen, again and again.
type watchViewer interface {
	show(app.Vista) error
	keys() <-chan byte
	press(key byte) bool // false: leave
	close()
}

func (l *looking) viewer(ctx context.Context) (watchViewer, error) {
	switch {
	case l.t.json || l.f.once:
		return silentViewer{}, nil
	case l.drawn():
		return newWatchTerminal(ctx, l)
	default:
		return &watchLines{w: l.t.out, title: l.title + ". " + l.note}, nil
	}
}

// silentViewer shows nothing before the end.
type silentViewer struct{}

func (silentViewer) show(app.Vista) error { return nil }
func (silentViewer) keys() <-chan byte    { return nil }
func (silentViewer) press(byte) bool      { return true }
func (silentViewer) close()               {}

// outOf is what is printed as JSON: lists are never null.
func outOf(v app.Vista) app.Vista {
	v.Chains, v.Detectors, v.Findings = listOf(v.Chains), listOf(v.Detectors), listOf(v.Findings)
	return v
}

func listOf[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
