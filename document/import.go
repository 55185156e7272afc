package document

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"tocsin/document/markdown"
	"tocsin/fault"
	"tocsin/plan"
)

// largest is the most bytes a document may have that is imported.
const largest = 4 << 20

// File is a document as somebody wrote it.
type File struct {
	Name string
	Text []byte
}

// ImportOptions say what the documents do not.
type ImportOptions struct {
	Protocol string // id of the protocol; made of its name if empty
	Name     string // what people call the protocol; taken from the title if empty
}

// Imported is the plan that documents hold, and the account of their lines. Lines that are not blank are counted, each once.
type Imported struct {
	Plan     *plan.Plan
	Placed   int            // lines whose content stands in a key of the plan
	Kept     int            // lines kept word by word as notes of the plan
	Unplaced int            // lines that stand in Left only
	Items    map[string]int // number of things by section of the plan
	Warnings []Warning
	Left     string // what found no place, word by word, by file and lines; empty if everything did
}

// Warning is something about a document that a person should look at.
type Warning struct {
	File string `json:"file"`
	Line int    `json:"line,omitzero"` // from 1; 0 if the whole document is meant
	Say  string `json:"say"`
	Do   string `json:"do,omitzero"`
}

// Import makes a plan of Markdown documents: of the form that Markdown writes, of plans whose sections are tables of issues,
// response steps, escalation, teams, communications and decisions, and of other forms as far as they can be told. Several
// files are one plan. It invents nothing: what the documents leave open stays open in the plan.
//
// The error says that a file cannot be read at all: it is no text, or too large.
func Import(files []File, o ImportOptions) (*Imported, error) {
	if len(files) == 0 {
		return nil, fault.New(fault.Invalid, "There is no document to import.").Instead("Name at least one Markdown file.")
	}
	w, err := read(files, o)
	if err != nil {
		return nil, err
	}
	w.mend()
	return w.account(), nil
}

// read reads documents into a plan, which may still hold what no plan can hold.
func read(files []File, o ImportOptions) (*walker, error) {
	w := &walker{builder: newBuilder(), readers: readers()}
	for _, f := range files {
		p, err := open(f)
		if err != nil {
			return nil, err
		}
		w.pages = append(w.pages, p)
	}
	for _, p := range w.pages {
		w.sections(p.root)
	}
	for _, p := range w.pages {
		w.walk(p.root)
		p.settleTables(p.root)
	}
	w.title(o)
	w.nameScenarios()
	w.settle()
	return w, nil
}

// open reads one document into its headings and blocks.
func open(f File) (*page, error) {
	switch {
	case len(f.Text) > largest:
		return nil, fault.New(fault.Invalid, "%s is larger than %d MiB.", f.Name, largest>>20).Instead("Import the part of it that is the plan.")
	case !utf8.Valid(f.Text) || bytes.IndexByte(f.Text, 0) >= 0:
		return nil, fault.New(fault.Invalid, "%s is not a text.", f.Name).Instead("Save it as Markdown in UTF-8, then import that.")
	}
	blocks, err := markdown.Read(f.Text)
	if err != nil {
		return nil, fault.New(fault.Invalid, "%s cannot be read as Markdown: %v.", f.Name, err).Instead("Import the part of it that is the plan.")
	}
	return newPage(f.Name, f.Text, blocks), nil
}

// account tells what became of the documents.
func (w *walker) account() *Imported {
	out := &Imported{Plan: w.plan, Items: items(w.plan), Warnings: w.warnings}
	if out.Warnings == nil {
		out.Warnings = []Warning{}
	}
	var left strings.Builder
	for _, p := range w.pages {
		placed, kept, unplaced := p.count()
		out.Placed, out.Kept, out.Unplaced = out.Placed+placed, out.Kept+kept, out.Unplaced+unplaced
		p.left(&left)
	}
	out.Left = left.String()
	return out
}
