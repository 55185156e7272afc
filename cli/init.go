package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/check"
	"tocsin/examples"
	"tocsin/fault"
	"tocsin/plan"
)

// beginning is what a new plan is made of.
type beginning struct {
	starter  string
	protocol string
	name     string
	chains   []string // ID or ID=NAME
	persons  []string // Name <mail> +phone place
	yes      bool     // take what is usual instead of asking
}

func (t *terminal) initPlan() *cobra.Command {
	var b beginning
	var force, list bool
	c := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Begin a plan: from a starter, by questions or by flags",
		Long: `Init writes a new plan into a folder (plan, if none is named). It asks what it needs to know, one line at a time; what a
flag says is not asked, and with --yes nothing is. Then it prints what only the team can fill in, in the order in which it
is best done.`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 1 || slices.Contains(args, "") {
				return fault.New(fault.Invalid, "Init takes one folder.").Instead("Write: %s", c.UseLine())
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if list {
				return t.listStarters()
			}
			dir := "plan"
			if len(args) == 1 {
				dir = args[0]
			}
			return t.begin(dir, b, force)
		},
	}
	f := c.Flags()
	f.StringVar(&b.starter, "starter", "", "plan to begin with: "+strings.Join(starterIDs(), ", "))
	f.StringVar(&b.protocol, "protocol", "", "id of the protocol: lower-case letters, digits and hyphens")
	f.StringVar(&b.name, "name", "", "what people call the protocol")
	f.StringArrayVar(&b.chains, "chain", nil, "chain it runs on, ID or ID=NAME; may be repeated, in the order of the starter's chains")
	f.StringArrayVar(&b.persons, "person", nil, `"Name <mail> +phone", for the starter's people in turn; a role or a person of the starter may follow; may be repeated`)
	f.BoolVar(&b.yes, "yes", false, "ask nothing, take what is usual")
	f.BoolVar(&force, "force", false, "write over the plan that stands in the folder")
	f.BoolVar(&list, "list", false, "list the starters")
	return c
}

func starterIDs() []string {
	var ids []string
	for _, s := range examples.Starters() {
		ids = append(ids, s.ID)
	}
	return ids
}

func (t *terminal) listStarters() error {
	return t.print(map[string]any{"starters": examples.Starters()}, func(w io.Writer) {
		for _, s := range examples.Starters() {
			fmt.Fprintf(w, "%-8s  %s\n", s.ID, s.Say)
		}
	})
}

// begun is what init prints.
type begun struct {
	Folder  string    `json:"folder"`
	Starter string    `json:"starter"`
	Files   []string  `json:"files"`
	Gaps    []opening `json:"gaps"` // to fill in, in this order
}

// begin makes a plan and writes it.
func (t *terminal) begin(dir string, b beginning, force bool) error {
	if err := free(dir, force); err != nil { // before anybody answers questions in vain
		return err
	}
	q := newQuestions(t, b.yes)
	p, src, err := b.make(q)
	if err != nil {
		return err
	}
	q.say("\n")
	files, err := plan.Save(p, src)
	if err != nil {
		return err
	}
	p, src, err = plan.Load(plan.Stored(files))
	if err != nil {
		return fmt.Errorf("read the new plan: %w", err)
	}
	out := begun{Folder: dir, Starter: b.starter, Gaps: openings(p, src, check.Check(p, src))}
	files[schemaFile] = plan.Schema()
	if err := writePlan(dir, files, force); err != nil {
		return err
	}
	for name := range files {
		out.Files = append(out.Files, name)
	}
	slices.Sort(out.Files)
	return t.print(out, out.text)
}

// free makes sure that nothing in a folder is written over unasked.
func free(dir string, force bool) error {
	if err := (&replacement{dir: dir}).finish(); err != nil {
		return unwritten(dir, err)
	}
	if force {
		return nil
	}
	old, err := writtenFiles(dir)
	if err != nil {
		return unwritten(dir, err)
	}
	if len(old) > 0 {
		return fault.New(fault.Invalid, "%s holds a plan already.", dir).Instead("Name another folder, or add --force to write over it.")
	}
	if _, err := os.Lstat(filepath.Join(dir, schemaFile)); err == nil {
		return fault.New(fault.Invalid, "%s holds a file %s already.", dir, schemaFile).Instead("Name another folder, or add --force to write over it.")
	}
	return nil
}

func (o begun) text(w io.Writer) {
	fmt.Fprintf(w, "%s holds the plan, in %s.\n", o.Folder, count(len(o.Files), "file"))
	if len(o.Gaps) > 0 {
		fmt.Fprintf(w, "\nWhat only you can fill in, in the order in which it is best done:\n")
	}
	printOpenings(w, o.Gaps)
	fmt.Fprintf(w, "\nRead it whole once, then see what is left: tocsin check %s\n", o.Folder)
}
