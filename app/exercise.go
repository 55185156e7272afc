package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"tocsin/engine"
	"tocsin/exercise"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/notify"
	"tocsin/plan"
	"tocsin/stage"
)

// ExerciseOptions are what an exercise without people is run with.
type ExerciseOptions struct {
	Plan     fs.FS           // folder; nil: the example plan
	Scenario string          // id of one of the plan's own, or of the library
	Speed    uint32          // seconds of the exercise in a second; DefaultSpeed if zero
	Data     string          // folder that it is kept in and goes on from; a new one for this run if empty
	Period   time.Duration   // between blocks; 200 ms if zero
	Safe     *stage.SafeCode // contracts of a Safe, for a plan that pauses through one; nil: none are at hand
	Terminal io.Writer       // where it tells its story
	Logger   *slog.Logger
}

// DefaultSpeed is how fast the clock of an exercise without people goes.
const DefaultSpeed = 60

// RunExercise plays a scenario of a plan to its end, without people and apart from the world: on a chain of its own, with scripted
// responders, and every message kept here. The verdict says whether the plan brought it to containment, and if not, why. One that was
// broken off goes on from its folder. Faults: not_found if there is no such scenario, invalid if it cannot be played with the plan.
func RunExercise(ctx context.Context, o ExerciseOptions) (_ *Verdict, err error) {
	if o.Data == "" {
		if o.Data, err = os.MkdirTemp("", "tocsin-exercise-"); err != nil {
			return nil, fmt.Errorf("make a folder for the exercise: %w", err)
		}
	}
	if o.Speed == 0 {
		o.Speed = DefaultSpeed
	}
	if o.Period == 0 {
		o.Period = 200 * time.Millisecond
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	t := &theatre{o: o, say: storyteller(o.Terminal)}
	if err := t.open(ctx); err != nil {
		return nil, errors.Join(err, t.close())
	}
	var wg sync.WaitGroup
	ready := make(chan Ready, 1)
	wg.Go(func() {
		if err := t.serve(ctx, func(r Ready) { ready <- r }); err != nil {
			cancel(err)
		}
	})
	var v *Verdict
	select {
	case got := <-ready:
		v, err = t.run(ctx, got)
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	cancel(nil)
	wg.Wait()
	return v, errors.Join(err, t.close())
}

// theatre is one run of RunExercise.
type theatre struct {
	o       ExerciseOptions
	say     func(string, ...any)
	plan    *plan.Plan // as it is played
	folder  string     // of that plan
	script  script
	desk    *Desk
	stage   *stage.Stage
	mail    *mailbox
	session string // id
	clock   atomic.Pointer[incident.Clock]
}

// system acts for the moderator, who is scripted.
func system() journal.Actor { return journal.Actor{Kind: journal.System, Via: "exercise"} }

func (t *theatre) open(ctx context.Context) (err error) {
	if err := t.prepare(); err != nil {
		return err
	}
	if t.desk, err = open(ctx, t.o.Data, "", true, t.o.Logger); err != nil {
		return err
	}
	p, src, err := plan.Load(os.DirFS(t.folder))
	if err != nil {
		return err
	}
	t.plan = p
	if _, err := t.desk.Engine.Pin(ctx, p, src.Files); err != nil {
		return err
	}
	if err := t.assemble(ctx); err != nil {
		return err
	}
	t.say("Starting a chain and %s on it …", t.script.world)
	log := t.o.Logger
	if !log.Enabled(ctx, slog.LevelDebug) {
		log = nil // a chain of one has much to say that means nothing here
	}
	so := stage.Options{
		World: t.script.world, Dir: filepath.Join(t.o.Data, "chain"), Period: t.o.Period, People: t.plan.Everyone(), Safe: t.o.Safe, Clock: t.now, Logger: log,
	}
	if t.o.Plan != nil {
		so.Plan = p
	}
	if t.stage, err = stage.Start(ctx, so); err != nil {
		return err
	}
	t.mail, err = openMailbox(filepath.Join(t.o.Data, "mail"), func(l letter) { t.say("Mail to %s: %s", l.To, l.Subject) })
	return err
}

// assemble plans the session, chooses its scenario and begins it, as far as that has not been done before.
func (t *theatre) assemble(ctx context.Context) error {
	list, err := t.desk.Engine.Exercises(ctx, t.plan.Protocol)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		v, err := t.desk.Engine.OpenSession(ctx, exercise.Command{ID: "run", Actor: system(), Op: exercise.OpPlan{Unattended: true, Title: t.script.scenario.Name}})
		if err != nil {
			return err
		}
		t.session = v.State.ID
	} else {
		t.session = list[0].ID
	}
	v, err := t.desk.Engine.Session(ctx, t.session)
	if err != nil {
		return err
	}
	if len(v.State.Runs) > 0 && v.State.Runs[0].Scenario.ID != t.script.scenario.ID {
		return fault.New(fault.Conflict, "%s holds a run of the scenario %s.", t.o.Data, v.State.Runs[0].Scenario.ID).Instead("Run that one, or name another folder with --data.")
	}
	if len(v.State.Runs) == 0 {
		op := exercise.OpChoose{Scenario: t.script.scenario, Library: t.script.library, World: t.script.world, Misfits: t.script.misfits}
		if v, err = t.lead(ctx, op); err != nil {
			return err
		}
	}
	if v.State.Phase == exercise.Planned {
		if v, err = t.lead(ctx, exercise.OpBegin{Speed: t.o.Speed}); err != nil {
			return err
		}
	}
	t.clock.Store(&v.State.Clock)
	return nil
}

// lead carries out a command of the moderator.
func (t *theatre) lead(ctx context.Context, op exercise.Op) (*engine.ExerciseView, error) {
	v, err := t.desk.Engine.Exercise(ctx, t.session, exercise.Command{Actor: system(), Op: op})
	if err == nil {
		t.clock.Store(&v.State.Clock)
	}
	return v, err
}

// now is what the exercise's clock shows; the chain's blocks follow it.
func (t *theatre) now() time.Time { return t.clock.Load().Now(t.desk.Engine.Now()) }

func (t *theatre) serve(ctx context.Context, ready func(Ready)) error {
	signer, err := t.stage.Executor(filepath.Join(t.o.Data, "executor.json"))
	if err != nil {
		return err
	}
	chain := t.stage.ChainID()
	return Serve(ctx, ServeOptions{
		Plans: []PlanFolder{{Files: os.DirFS(t.folder)}}, Data: t.o.Data, Endpoints: map[uint64][]string{chain: {t.stage.WSEndpoint()}}, Listen: "127.0.0.1:0",
		SMTP: t.mail.URL(), Signer: signer, Terminal: io.Discard, Logger: t.o.Logger, Ready: ready,
		exercise: &incident.Exercise{Scenario: t.script.scenario.ID, Chain: chain}, sealed: true, desk: t.desk,
	})
}

func (t *theatre) close() error {
	var errs []error
	if t.mail != nil {
		errs = append(errs, t.mail.close())
	}
	if t.stage != nil {
		errs = append(errs, t.stage.Close())
	}
	if t.desk != nil {
		errs = append(errs, t.desk.Close())
	}
	return errors.Join(errs...)
}

// played stands for a channel in an exercise that is sealed off from the world: what it would carry arrives, and goes nowhere.
type played struct{ kind string }

func (c played) Kind() string { return c.kind }

func (c played) Send(context.Context, notify.Message) notify.Outcome {
	return notify.Outcome{State: notify.Landed, Say: "It is part of an exercise, and went nowhere."}
}

// played stands in for every channel of the plans that there is none of.
func (s *server) played(channels []notify.Channel) []notify.Channel {
	var kinds []string
	for _, c := range channels {
		kinds = append(kinds, c.Kind())
	}
	add := func(kind string) {
		if !slices.Contains(kinds, kind) {
			kinds, channels = append(kinds, kind), append(channels, played{kind})
		}
	}
	for _, p := range s.plans() {
		for _, x := range slices.Concat(p.CoreTeam, p.ExtendedTeam) {
			for _, way := range x.Contact {
				add(way.Kind)
			}
		}
		for _, c := range p.Channels {
			add(c.Kind)
		}
	}
	return channels
}
