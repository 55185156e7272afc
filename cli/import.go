package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/document"
	"tocsin/fault"
	"tocsin/plan"
)

// unplacedFile keeps what an import found no place for.
const unplacedFile = "unplaced.md"

// schemaFile is where editors find the schema of a plan's files: beside them.
const schemaFile = "schema.json"

func (t *terminal) importPlan() *cobra.Command {
	var o document.ImportOptions
	var out string
	var force bool
	c := &cobra.Command{
		Use:   "import FILE… --out DIR",
		Short: "Make a plan of documents that a team has already",
		Long: `Import reads Markdown documents and writes the plan they hold as YAML files. It invents nothing and drops nothing: each
line has its place in the plan, is kept word by word as a note, or stands in unplaced.md. Several files are one plan.`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 || slices.Contains(args, "") {
				return fault.New(fault.Invalid, "Import takes the documents to import.").Instead("Write: tocsin import FILE… --out DIR")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if out == "" {
				return fault.New(fault.Invalid, "Import does not know where to write the plan.").Instead("Add --out and a folder for it.")
			}
			return t.imported(args, out, force, o)
		},
	}
	c.Flags().StringVar(&out, "out", "", "folder that the plan is written to")
	c.Flags().StringVar(&o.Protocol, "protocol", "", "id of the protocol, such as harbour-vault")
	c.Flags().StringVar(&o.Name, "name", "", "what people call the protocol")
	c.Flags().BoolVar(&force, "force", false, "write over the plan that stands in the folder")
	return c
}

// imported is what import prints.
type imported struct {
	Placed   int                `json:"placed"`
	Kept     int                `json:"kept"`
	Unplaced int                `json:"unplaced"`
	Items    map[string]int     `json:"items"`
	Warnings []document.Warning `json:"warnings"`
	Files    []string           `json:"files"`
}

func (t *terminal) imported(names []string, out string, force bool, o document.ImportOptions) error {
	var files []document.File
	for _, name := range names {
		text, err := readDocument(name)
		if err != nil {
			return err
		}
		files = append(files, document.File{Name: name, Text: text})
	}
	if err := distinct(files); err != nil {
		return err
	}
	got, err := document.Import(files, o)
	if err != nil {
		return err
	}
	write := plan.Write(got.Plan, schemaFile)
	write[schemaFile] = plan.Schema()
	if got.Left != "" {
		write[unplacedFile] = []byte(got.Left)
	}
	if err := writePlan(out, write, force); err != nil {
		return err
	}
	said := imported{Placed: got.Placed, Kept: got.Kept, Unplaced: got.Unplaced, Items: got.Items, Warnings: got.Warnings}
	for name := range write {
		said.Files = append(said.Files, name)
	}
	slices.Sort(said.Files)
	if err := loadsAgain(out); err != nil {
		return err
	}
	return t.print(said, func(w io.Writer) { said.text(w, out) })
}

func (i imported) text(w io.Writer, out string) {
	for _, warning := range i.Warnings {
		where := warning.File
		if warning.Line > 0 {
			where += fmt.Sprintf(":%d", warning.Line)
		}
		if where != "" {
			where += ": "
		}
		fmt.Fprintf(w, "%s%s\n", where, warning.Say)
		if warning.Do != "" {
			fmt.Fprintf(w, "    %s\n", warning.Do)
		}
	}
	left := "none left over"
	if i.Unplaced > 0 {
		left = fmt.Sprintf("%d left in %s", i.Unplaced, unplacedFile)
	}
	fmt.Fprintf(w, "%s placed, %d kept as notes, %s.\n", count(i.Placed, "line"), i.Kept, left)
	var items []string
	for _, section := range itemOrder {
		if n := i.Items[section]; n > 0 {
			items = append(items, fmt.Sprintf("%s %d", strings.ReplaceAll(section, "_", " "), n))
		}
	}
	if len(items) > 0 {
		fmt.Fprintf(w, "%s.\n", upper(strings.Join(items, ", ")))
	}
	fmt.Fprintf(w, "The plan is in %s. See what it still lacks: tocsin check %s\n", out, out)
}

// itemOrder is the order in which sections are counted out.
var itemOrder = []string{
	"categories", "issues", "detectors", "procedures", "steps", "escalation", "core_team", "extended_team", "groups", "rotas", "roles", "unlisted",
	"communications", "channels", "decisions", "actions", "exercises", "severities", "chains", "assets", "notes",
}

// distinct refuses documents that say nothing, and the same document twice: its steps would stand there twice.
func distinct(files []document.File) error {
	says := false
	for i, f := range files {
		says = says || len(bytes.TrimSpace(f.Text)) > 0
		for _, g := range files[:i] {
			if len(f.Text) > 0 && bytes.Equal(f.Text, g.Text) {
				return fault.New(fault.Invalid, "%s and %s hold the same text.", g.Name, f.Name).Instead("Name each document once.")
			}
		}
	}
	if !says {
		return fault.New(fault.Invalid, "There is nothing in %s to import.", files[0].Name).
			Instead("Name a document that says something, or begin a plan with tocsin init.")
	}
	return nil
}

// readDocument reads a document to be imported, not more of it than can be one.
func readDocument(name string) ([]byte, error) {
	const most = 4<<20 + 1
	unreadable := fault.New(fault.Invalid, "%s cannot be read.", name).Instead("Name a Markdown file.")
	f, err := os.Open(name)
	if err != nil {
		return nil, unreadable.Because(err)
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, fault.New(fault.Invalid, "%s is not a file.", name).Instead("Name a Markdown file.")
	}
	text, err := io.ReadAll(io.LimitReader(f, most))
	if err != nil {
		return nil, unreadable.Because(err)
	}
	return text, nil
}

// writePlan puts the files of a plan into a folder: all of them or, if one cannot be written, none. It writes over a plan
// only if it is told to, and then takes the YAML files of the old one away (see replacement). What an earlier run that was
// cut short has left to do is done first.
func writePlan(dir string, files map[string][]byte, force bool) error {
	cannot := func(err error) error { return unwritten(dir, err) }
	if err := (&replacement{dir: dir}).finish(); err != nil {
		return cannot(err)
	}
	old, err := writtenFiles(dir)
	if err != nil {
		return cannot(err)
	}
	if len(old) > 0 && !force {
		return fault.New(fault.Invalid, "%s holds a plan already.", dir).Instead("Name another folder, or add --force to write over it.")
	}
	dir = filepath.Clean(dir)
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return cannot(err)
	}
	if _, err := os.Stat(dir); err == nil {
		if err := (&replacement{dir: dir}).write(files); err != nil {
			return cannot(err)
		}
		return nil
	}
	beside, err := os.MkdirTemp(filepath.Dir(dir), ".plan-*")
	if err != nil {
		return cannot(err)
	}
	defer os.RemoveAll(beside)
	for name, text := range files {
		if err := written(filepath.Join(beside, name), text); err != nil {
			return cannot(err)
		}
	}
	if err := os.Chmod(beside, 0o755); err != nil {
		return cannot(err)
	}
	if err := os.Rename(beside, dir); err != nil {
		return cannot(err)
	}
	return nil
}

// unwritten says that a plan could not be written, and why.
func unwritten(dir string, err error) error {
	if f := (*fault.Error)(nil); errors.As(err, &f) {
		return err // it says so itself
	}
	why := err
	for deeper := errors.Unwrap(why); deeper != nil; deeper = errors.Unwrap(why) {
		why = deeper // "no space left on device", without the temporary file that it happened to
	}
	return fault.New(fault.Invalid, "The plan cannot be written to %s: %v.", dir, why).Instead("Name a folder that can be written to.").Because(err)
}

// writtenFiles lists the files of the plan in a folder, and what an import has left there.
func writtenFiles(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if planFile(e.Name()) {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// loadsAgain reads what was written, as every other command will.
func loadsAgain(dir string) error {
	folder, err := planFolder(dir)
	if err != nil {
		return err
	}
	defer folder.Close()
	_, _, err = plan.Load(folder.FS())
	var problems plan.Problems
	if errors.As(err, &problems) {
		return fault.New(fault.Invalid, "The plan was written to %s, but cannot be read again; that is a defect of Tocsin, not of your document. What is wrong with it:\n%s", dir, problems.Error()).
			Instead("Mend it by hand, and report the defect with the document if you may.")
	}
	return err
}
