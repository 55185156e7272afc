package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin/app"
	"tocsin/document"
	"tocsin/fault"
	"tocsin/plan"
	"tocsin/plan/contacts"
)

// renderFormats are the forms in which a plan can be written, as render names them.
var renderFormats = []string{"md", "html", "pdf", "ics", "cacao"}

// rendering is what render was asked for.
type rendering struct {
	dir, format, out, procedure string
	public                      bool
}

func (t *terminal) render() *cobra.Command {
	var r rendering
	c := &cobra.Command{
		Use:   "render DIR",
		Short: "Write a plan for people: to read, to print, for calendars, for other tools",
		Long: `Render writes a plan to standard output, or with --out to a file:

  md      Markdown, which tocsin import reads back
  html    one page that stands alone and can be printed
  pdf     for paper, with a grab sheet per procedure for when every screen is dark
  ics     reviews, exercises and hand-overs for a calendar
  cacao   OASIS CACAO 2.0 playbooks: with --procedure one, else one object with all of them, or one file each if --out is a
          folder

With --public it leaves out who people are, how to reach them and where secrets lie. Sealed contact details are printed in
html, pdf and ics if ` + app.ContactsKey + `_FILE names a file with a contacts key.`,
		Args: exactly("a plan folder"),
		RunE: func(_ *cobra.Command, args []string) error {
			r.dir = args[0]
			return t.renderPlan(r)
		},
	}
	c.Flags().StringVar(&r.format, "format", "md", strings.Join(renderFormats, ", "))
	c.Flags().StringVar(&r.out, "out", "", "file to write; with cacao also a folder")
	c.Flags().StringVar(&r.procedure, "procedure", "", "with cacao: only this procedure")
	c.Flags().BoolVar(&r.public, "public", false, "leave out people, ways to reach them and where secrets lie")
	return c
}

// rendered is what render prints as JSON about what it has written.
type rendered struct {
	Hash  string   `json:"hash"`
	Files []string `json:"files"`
}

func (t *terminal) renderPlan(r rendering) error {
	if err := r.check(); err != nil {
		return err
	}
	if r.out == "" && t.json && r.format != "cacao" {
		return fault.New(fault.Invalid, "%s is not JSON.", r.format).Instead("Give --out and a file; --json then prints what was written.")
	}
	if r.out == "" && r.format == "pdf" && onTerminal(t.out) {
		return fault.New(fault.Invalid, "A PDF cannot be shown on a terminal.").Instead("Give --out and a file, such as --out plan.pdf.")
	}
	p, src, err := t.load(r.dir)
	if err != nil {
		return err
	}
	if err := t.reach(p, src, r); err != nil {
		return err
	}
	if r.format == "cacao" && r.folder() {
		return t.renderFolder(p, r)
	}
	body, err := r.body(p, time.Now())
	if err != nil {
		return err
	}
	if r.out == "" {
		t.printed = true
		_, err := t.out.Write(body)
		return err
	}
	if err := writeRendering(r.out, body); err != nil {
		return err
	}
	return t.wrote(p, []string{r.out})
}

// check refuses what cannot be done before anything is read.
func (r *rendering) check() error {
	known := false
	for _, f := range renderFormats {
		known = known || f == r.format
	}
	switch {
	case !known:
		return fault.New(fault.Invalid, "There is no format %q.", r.format).Instead("Write one of %s.", strings.Join(renderFormats, ", "))
	case r.procedure != "" && r.format != "cacao":
		return fault.New(fault.Invalid, "--procedure goes with --format cacao only.").Instead("Leave it out; the other formats hold the whole plan.")
	case r.folder() && r.format != "cacao":
		return fault.New(fault.Invalid, "%s is a folder.", r.out).Instead("Name a file, such as %s.", filepath.Join(r.out, "plan."+r.format))
	}
	return nil
}

// folder reports whether --out names a folder: it ends as one, or is one.
func (r *rendering) folder() bool {
	if r.out == "" {
		return false
	}
	at, err := os.Stat(r.out)
	return err == nil && at.IsDir() || os.IsPathSeparator(r.out[len(r.out)-1])
}

// body writes the plan in the format, as one file.
func (r *rendering) body(p *plan.Plan, now time.Time) ([]byte, error) {
	o := document.RenderOptions{Public: r.public}
	switch r.format {
	case "html":
		return document.HTML(p, o), nil
	case "pdf":
		return document.PDF(p, o, now)
	case "ics":
		return document.Calendar(p, o, now)
	case "cacao":
		if r.procedure != "" {
			return document.Playbook(p, o, r.procedure, now)
		}
		all := struct {
			Playbooks []json.RawMessage `json:"playbooks"`
		}{[]json.RawMessage{}}
		books, err := document.Playbooks(p, o, now)
		if err != nil {
			return nil, err
		}
		for _, b := range books {
			all.Playbooks = append(all.Playbooks, b)
		}
		var out bytes.Buffer
		enc := json.NewEncoder(&out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		err = enc.Encode(all)
		return out.Bytes(), err
	}
	return document.Markdown(p, o), nil
}

// renderFolder writes a file per procedure, or the one that was asked for.
func (t *terminal) renderFolder(p *plan.Plan, r rendering) error {
	o, now := document.RenderOptions{Public: r.public}, time.Now()
	bodies, names := [][]byte{}, []string{}
	if r.procedure != "" {
		body, err := document.Playbook(p, o, r.procedure, now)
		if err != nil {
			return err
		}
		bodies, names = append(bodies, body), append(names, r.procedure)
	} else {
		var err error
		if bodies, err = document.Playbooks(p, o, now); err != nil {
			return err
		}
		for i := range p.Procedures {
			names = append(names, p.Procedures[i].ID)
		}
	}
	if err := os.MkdirAll(r.out, 0o755); err != nil {
		return fault.New(fault.Invalid, "The folder %s cannot be made.", r.out).Because(err)
	}
	files := make([]string, len(names))
	for i := range names {
		files[i] = filepath.Join(r.out, names[i]+".json")
		if err := writeRendering(files[i], bodies[i]); err != nil {
			return err
		}
	}
	return t.wrote(p, files)
}

func (t *terminal) wrote(p *plan.Plan, files []string) error {
	out := rendered{Hash: p.Hash().Hex(), Files: append([]string{}, files...)}
	return t.print(out, func(w io.Writer) {
		for _, f := range files {
			fmt.Fprintf(w, "Wrote %s\n", f)
		}
		fmt.Fprintf(w, "Plan hash %s\n", out.Hash)
	})
}

// writeRendering replaces a file as a whole, so that nobody prints half a plan.
func writeRendering(file string, body []byte) error {
	if err := replace(file, body, 0o644); err != nil {
		return fault.New(fault.Invalid, "%s cannot be written.", file).Instead("Name a file in a folder that exists and that you may write to.").Because(err)
	}
	return nil
}

// reach opens the sealed contact details for the formats that show them. Without a key the plan is written all the same, and
// says where they lie.
func (t *terminal) reach(p *plan.Plan, src *plan.Source, r rendering) error {
	if p.Contacts.File == "" || r.public || r.format == "md" || r.format == "cacao" {
		return nil
	}
	key, err := app.Secret(app.ContactsKey)
	if err != nil {
		return err
	}
	if key == "" {
		fmt.Fprintf(t.err, "tocsin: The contact details are sealed and are left out. Set %s_FILE to print them.\n", app.ContactsKey)
		return nil
	}
	return contacts.Open(p, src.Files, key)
}

// onTerminal reports whether what is written there is shown on a terminal.
func onTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	at, err := f.Stat()
	return err == nil && at.Mode()&fs.ModeCharDevice != 0
}
