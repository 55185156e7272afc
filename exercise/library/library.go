// Package library owns the scenarios that any team can play: one file each, written for no plan in particular. A script speaks
// of what every plan has: an issue of some kind, what is in danger, the step that halts it, whoever must agree. Bind finds these
// in a team's own plan, and says what it does not find.
package library

import (
	"embed"
	"io/fs"
	"path"
	"strings"
)

//go:embed scripts/*.yaml
var scripts embed.FS

//go:embed pictures/*.svg
var pictures embed.FS

// PicturePrefix begins the name of an inject's picture that is the library's own and no file of the plan folder.
const PicturePrefix = "library:"

// Names lists the ids of all scripts, in order.
func Names() []string {
	entries, err := fs.ReadDir(scripts, "scripts")
	if err != nil {
		return nil // it is embedded above
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	return names
}

// Scripts reads all scripts, in the order of their ids.
func Scripts() []Script {
	var all []Script
	for _, name := range Names() {
		if s, ok := Find(name); ok {
			all = append(all, s)
		}
	}
	return all
}

// Find reads the script of an id.
func Find(id string) (Script, bool) {
	if id == "" || strings.ContainsAny(id, "/.") {
		return Script{}, false
	}
	text, err := scripts.ReadFile(path.Join("scripts", id+".yaml"))
	if err != nil {
		return Script{}, false
	}
	s, err := Read(id+".yaml", text)
	return s, err == nil
}

// Picture is the picture that an inject of the library names: an SVG of our own, without scripts and without anything from
// elsewhere.
func Picture(name string) ([]byte, bool) {
	file, ours := strings.CutPrefix(name, PicturePrefix)
	if !ours || file == "" || strings.ContainsAny(file, "/\\") {
		return nil, false
	}
	b, err := pictures.ReadFile(path.Join("pictures", file))
	return b, err == nil
}
