package plan

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Load reads the plan in a folder: every file at its root that ends in .yaml or .yml. A plan may be split over files; each
// holds some of its sections, and lists of the same section are joined in the order of the file names. Then come the
// folders that the plan names under "shared", in that order: the folder must hold each of them under its name.
//
// Load is strict. If anything is wrong with the plan, the error is Problems with all that was found, the plan is nil and
// the source holds the files as far as they could be read. While one of the files is no YAML, what the others refer to in
// vain is not among the problems. Other errors say that the folder itself could not be read.
func Load(folder fs.FS) (*Plan, *Source, error) {
	l := newLoader(folder)
	entries, err := fs.ReadDir(folder, ".")
	if err != nil {
		return nil, nil, fmt.Errorf("read plan folder: %w", err)
	}
	l.loadFolder("", entries)
	l.loadShared()
	switch {
	case len(l.source.Files) == 0 && len(l.problems) == 0:
		l.problems = Problems{{Say: "this folder holds no plan: no file in it ends in .yaml", Do: "write a plan.yaml that begins with tocsin: 1"}}
	case l.torn:
		// What stands in a file that cannot be read is not missing: nothing is said of it until the file can be read.
	case len(l.problems) == 0 || len(l.set) > 0:
		l.checkTop()
		l.resolve()
		l.checkWhole()
	}
	if len(l.problems) > 0 {
		slices.SortStableFunc(l.problems, Problem.before)
		return nil, l.source, l.problems
	}
	slices.SortFunc(l.plan.Attachments, func(a, b Attachment) int { return strings.Compare(a.Name, b.Name) })
	return l.plan, l.source, nil
}

func newLoader(folder fs.FS) *loader {
	return &loader{
		folder: folder,
		plan:   &Plan{},
		source: &Source{Files: map[string][]byte{}, places: map[string]Place{}},
		lines:  map[string][]string{},
		set:    map[string]Place{},
		names:  map[string]*register{},

		attached: map[string]bool{},
		abis:     map[string]*abi{},
	}
}

// loader carries one loading of a plan.
type loader struct {
	folder   fs.FS
	plan     *Plan
	source   *Source
	problems Problems

	file  string              // being read
	top   string              // first of the files at the root
	files int                 // YAML files so far
	marks int                 // in all of them
	bytes int                 // of them and those that they name
	lines map[string][]string // by file

	set       map[string]Place     // keys of the plan and its sections that have been set, by path
	names     map[string]*register // ids by what they name
	uses      []use                // references to be resolved once all files are read
	procedure string               // id of the procedure being decoded
	attached  map[string]bool      // files that have been looked at, by key and name
	abis      map[string]*abi      // what the ABIs of assets name, by asset
	torn      bool                 // a file could not be read at all
	advised   int                  // problems for which the nearest of many words was looked for
	found     cursor
}

// attach reads a file that the plan names and notes its hash, so that the plan's hash covers it.
func (l *loader) attach(n *yaml.Node, name string, at spot) bool {
	b, ok := l.read(name, func(say, do string) { l.problem(n, at.path, say, do) })
	if !ok {
		return false
	}
	if l.attached[at.key+" "+name] {
		return true
	}
	if at.key == "abi_file" {
		var abi []struct {
			Type string `json:"type"`
		}
		artefact := struct {
			ABI any `json:"abi"`
		}{&abi}
		if json.Unmarshal(b, &abi) != nil && (json.Unmarshal(b, &artefact) != nil || len(abi) == 0) {
			return l.problem(n, at.path, fmt.Sprintf("%q holds no ABI", clip(name)), `use the compiler's JSON: a list of entries, or an object with the list under "abi"`)
		}
	}
	if at.key == "picture" || at.key == "pictures" {
		if say, do := badPicture(name, b); say != "" {
			return l.problem(n, at.path, say, do)
		}
	}
	l.attached[at.key+" "+name] = true
	l.cover(name, b)
	return true
}

func (l *loader) place(n *yaml.Node) Place {
	return Place{File: l.file, Line: max(1, n.Line), Column: max(1, n.Column)}
}
