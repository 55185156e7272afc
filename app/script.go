package app

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"tocsin/examples"
	"tocsin/exercise/library"
	"tocsin/fault"
	"tocsin/plan"
	"tocsin/stage"
)

// script is a scenario as it is played with a plan.
type script struct {
	scenario plan.Scenario
	library  string   // id in the library; empty: it is the plan's own
	world    string   // of the stage
	misfits  []string // what of it does not fit the plan
}

// prepare reads the plan, makes the one that is played of it, and finds the scenario. A folder that was begun keeps its plan: what is
// changed outside meanwhile does not change an exercise in the middle.
func (t *theatre) prepare() error {
	files := t.o.Plan
	if files == nil {
		files = examples.Vault()
	}
	t.folder = filepath.Join(t.o.Data, "plan")
	if _, err := os.Stat(t.folder); errors.Is(err, fs.ErrNotExist) {
		p, src, err := plan.Load(files)
		if err != nil {
			return err
		}
		if t.script, err = scriptOf(p, t.o.Scenario); err != nil {
			return err
		}
		d, err := stage.Dress(p, 0)
		if err != nil {
			return err
		}
		return t.writePlan(d, src)
	} else if err != nil {
		return err
	}
	p, _, err := plan.Load(os.DirFS(t.folder))
	if err != nil {
		return err
	}
	t.script, err = scriptOf(p, t.o.Scenario)
	return err
}

// writePlan writes the plan that is played, with the files that it names, into the exercise's folder: all or nothing.
func (t *theatre) writePlan(p *plan.Plan, src *plan.Source) error {
	if err := os.MkdirAll(t.o.Data, 0o700); err != nil {
		return fault.New(fault.Unavailable, "The folder %s cannot be made.", t.o.Data).Instead("Name a folder that this user may write to.").Because(err)
	}
	half, err := os.MkdirTemp(t.o.Data, "plan-")
	if err != nil {
		return fault.New(fault.Unavailable, "Nothing can be written to %s.", t.o.Data).Instead("Name a folder that this user may write to.").Because(err)
	}
	files := plan.Write(p, "")
	for name, b := range src.Files {
		if ext := filepath.Ext(name); ext != ".yaml" && ext != ".yml" && files[name] == nil {
			files[name] = b
		}
	}
	for name, b := range files {
		path := filepath.Join(half, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			return err
		}
	}
	return os.Rename(half, t.folder)
}

// scriptOf finds a scenario by its id among the plan's own, then in the library.
func scriptOf(p *plan.Plan, id string) (script, error) {
	x, ok := p.Scenario(id)
	var misfits []library.Misfit
	if ok {
		x, misfits = library.Scenario(p, x)
	} else if s, found := library.Find(id); found {
		x, misfits = library.Bind(p, s, nil)
	} else {
		var names []string
		for _, x := range p.Exercises.Scenarios {
			names = append(names, x.ID)
		}
		return script{}, fault.New(fault.NotFound, "There is no scenario %q.", id).Instead("Name one of the plan or of the library: %s.", strings.Join(append(names, library.Names()...), ", "))
	}
	t := script{scenario: x, library: x.From, world: x.Live}
	if t.world == "" {
		t.world = stage.Default // nobody attacks it; what the plan's actions do is real all the same
	}
	for _, m := range misfits {
		t.misfits = append(t.misfits, m.String())
	}
	if library.Fails(misfits) {
		return script{}, fault.New(fault.Invalid, "The scenario %q does not fit this plan.", id).Instead("%s", strings.Join(t.misfits, " "))
	}
	return t, nil
}
