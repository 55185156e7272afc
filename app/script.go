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
	unfit    bool     // so much that it cannot be played
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
	var names []string
	for _, x := range scripts(p) {
		if x.scenario.ID != id {
			names = append(names, x.scenario.ID)
			continue
		}
		if x.unfit {
			return script{}, fault.New(fault.Invalid, "The scenario %q does not fit this plan.", id).Instead("%s", strings.Join(x.misfits, " "))
		}
		return x, nil
	}
	err := fault.New(fault.NotFound, "There is no scenario %q.", id)
	if near := plan.Nearest(id, names); len(near) > 0 {
		return script{}, err.Instead("Is %s meant? All of them: tocsin exercise list.", near[0])
	}
	return script{}, err.Instead("See: tocsin exercise list.")
}

// scripts are all scenarios for a plan: its own, then those of the library that it does not have under the same id.
func scripts(p *plan.Plan) []script {
	var list []script
	for _, x := range p.Exercises.Scenarios {
		bound, misfits := library.Scenario(p, x)
		list = append(list, scriptFor(bound, misfits))
	}
	for _, x := range library.Scripts() {
		if _, own := p.Scenario(x.ID); !own {
			bound, misfits := library.Bind(p, x, nil)
			list = append(list, scriptFor(bound, misfits))
		}
	}
	return list
}

func scriptFor(x plan.Scenario, misfits []library.Misfit) script {
	t := script{scenario: x, library: x.From, world: x.Live, unfit: library.Fails(misfits)}
	if t.world == "" {
		t.world = stage.Default // nobody attacks it; what the plan's actions do is real all the same
	}
	for _, m := range misfits {
		t.misfits = append(t.misfits, m.String())
	}
	return t
}
