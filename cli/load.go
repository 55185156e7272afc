package cli

import (
	"errors"
	"fmt"
	"io"

	"tocsin/app"
	"tocsin/check"
	"tocsin/plan"
	"tocsin/plan/contacts"
)

// load reads the plan in a folder, with its contact details where they are sealed and the environment has their key. What
// is wrong with it has then been printed, and the error only sets the exit code.
func (t *terminal) load(dir string) (*plan.Plan, *plan.Source, error) {
	p, src, err := t.loadClosed(dir)
	if err != nil {
		return nil, nil, err
	}
	return p, src, unsealed(p, src)
}

// loadClosed reads the plan in a folder as load does, but leaves sealed contact details sealed.
func (t *terminal) loadClosed(dir string) (*plan.Plan, *plan.Source, error) {
	folder, err := planFolder(dir)
	if err != nil {
		return nil, nil, err
	}
	defer folder.Close()
	p, src, err := plan.Load(folder.FS())
	var problems plan.Problems
	if !errors.As(err, &problems) {
		return p, src, err
	}
	said := t.print(checked{Problems: problems, Gaps: []check.Gap{}}, func(w io.Writer) {
		for _, pr := range problems {
			fmt.Fprintln(w, pr.String())
		}
		fmt.Fprintf(w, "%s. The plan cannot be used until %s mended.\n", count(len(problems), "problem"), theyAre(len(problems)))
	})
	return nil, nil, errors.Join(told(exitUnusable), said)
}

// unsealed opens the contact details of a plan if they are sealed and the environment has a key.
func unsealed(p *plan.Plan, src *plan.Source) error {
	if p == nil || p.Contacts.File == "" {
		return nil
	}
	key, err := app.Secret(app.ContactsKey)
	if err != nil || key == "" {
		return err
	}
	return contacts.Open(p, src.Files, key)
}
