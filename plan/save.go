package plan

import (
	"bytes"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Save writes a changed plan back into the files that it was loaded from, and answers all of them by name. What has not
// changed keeps its bytes, with its comments, order, quoting and blank lines: a value that changed is replaced where it
// stands, what is gone is taken out together with the comments right above it, and what is new is added behind what comes
// before it. A section that stood nowhere goes into the file that Write would put it in. What came out of a shared folder is
// changed there.
//
// The files are read again before they are answered. A plan that could not be loaded is an error, Problems as Load says
// them; so is a source that did not come from Load.
func Save(p *Plan, src *Source) (map[string][]byte, error) {
	if p == nil || src == nil {
		return nil, fmt.Errorf("save plan: there is no plan, or nothing to save it into")
	}
	old, _, err := Load(Stored(src.Files))
	if err != nil {
		return nil, fmt.Errorf("save plan: read what is to be changed: %w", err)
	}
	// Where a change cannot be made in place, for what stands around it is too unusual, its section is written anew.
	for _, whole := range []bool{false, true} {
		var files map[string][]byte
		if files, err = save(old, p, src.Files, whole); err != nil {
			continue
		}
		var q *Plan
		if q, _, err = Load(Stored(files)); err != nil {
			continue
		}
		want := *p
		want.Attachments = q.Attachments
		if bytes.Equal(q.Canonical(), want.Canonical()) {
			return files, nil
		}
		err = fmt.Errorf("save plan: it holds what cannot be written, such as control characters or empty texts")
	}
	return nil, err
}

// saver makes the changes that lead from one plan to another.
type saver struct {
	files map[string]*written
	order []*written // in which they are read
	whole bool       // whether sections that differ are written anew
}

func save(old, now *Plan, source map[string][]byte, whole bool) (files map[string][]byte, err error) {
	defer func() {
		if r := recover(); r != nil { // in the parser, which is not ours
			err = fmt.Errorf("save plan: %v", r)
		}
	}()
	s := &saver{files: map[string]*written{}, whole: whole}
	var roots []holder
	for _, name := range readOrder(old, source) {
		w := newWritten(name, source[name])
		if w.root, _, err = parse(w.text); err != nil || w.root == nil {
			return nil, fmt.Errorf("save plan: read %s: %w", name, err)
		}
		s.files[name] = w
		s.order = append(s.order, w)
		roots = append(roots, holder{w, w.root})
	}
	s.things(roots, reflect.ValueOf(old).Elem(), reflect.ValueOf(now).Elem())
	files = maps.Clone(source)
	for name, w := range s.files {
		files[name] = w.bytes()
	}
	return files, nil
}

// readOrder lists the YAML files of a plan in the order in which Load reads them.
func readOrder(p *Plan, files map[string][]byte) []string {
	var names []string
	for name := range files {
		folder, file, shared := strings.Cut(name, "/")
		if !shared && isYAML(name) || shared && slices.Contains(p.Shared, folder) && isYAML(file) && !strings.Contains(file, "/") {
			names = append(names, name)
		}
	}
	rank := func(name string) int {
		folder, _, shared := strings.Cut(name, "/")
		if !shared {
			return -1
		}
		return slices.Index(p.Shared, folder)
	}
	slices.SortFunc(names, func(a, b string) int {
		if c := rank(a) - rank(b); c != 0 {
			return c
		}
		return strings.Compare(a, b)
	})
	return names
}

// same reports whether two values are written the same.
func same(a, b reflect.Value) bool {
	x, _ := canonical(nil, a)
	y, _ := canonical(nil, b)
	return bytes.Equal(x, y)
}

// things changes the keys of a thing that stands in one place, or in several where files continue a section.
func (s *saver) things(holders []holder, old, now reflect.Value) {
	known := fields(now.Type())
	for _, f := range known {
		a, b := old.Field(f.index), now.Field(f.index)
		if was, is := due(f, old, a), due(f, now, b); was != is || !same(a, b) {
			s.key(holders, known, f, a, b, is)
		}
	}
}

// names changes the entries of a map.
func (s *saver) names(holders []holder, old, now reflect.Value) {
	all := append(mapKeys(old), mapKeys(now)...)
	slices.Sort(all)
	var known []field
	for i, name := range slices.Compact(all) {
		known = append(known, field{key: name, index: i})
	}
	for _, f := range known {
		a, b := old.MapIndex(reflect.ValueOf(f.key)), now.MapIndex(reflect.ValueOf(f.key))
		none := reflect.Zero(now.Type().Elem())
		switch {
		case !a.IsValid():
			s.key(holders, known, f, none, b, true)
		case !b.IsValid():
			s.key(holders, known, f, a, none, false)
		case !same(a, b):
			s.key(holders, known, f, a, b, true)
		}
	}
}

// key changes one key; wanted is whether it is to stand there at all.
func (s *saver) key(holders []holder, known []field, f field, old, now reflect.Value, wanted bool) {
	var at []entry
	for _, h := range holders {
		at = append(at, h.entries(f.key)...)
	}
	top := holders[0].value == holders[0].root
	switch {
	case len(at) == 0 && !wanted:
	case len(at) == 0 && top:
		s.section(known, f, now)
	case len(at) == 0:
		holders[0].add(known, f, now, false)
	case !wanted:
		for _, e := range at {
			e.remove()
		}
	case top && s.whole, !s.change(at, old, now):
		for _, e := range at[1:] {
			e.remove()
		}
		at[0].rewrite(f, now)
	}
}

// change changes a value within what stands there, and reports whether it can; if not, nothing has changed.
func (s *saver) change(at []entry, old, now reflect.Value) bool {
	if now.Kind() == reflect.Pointer {
		if old.IsNil() {
			return false
		}
		old, now = old.Elem(), now.Elem()
	}
	if text, ok := single(now); ok {
		e := at[0]
		return len(at) == 1 && e.setText(e.value, now, text, e.key.Column-1, e.flow())
	}
	if now.Kind() == reflect.Slice {
		return s.list(at, old, now)
	}
	var holders []holder
	for _, e := range at {
		if _, ok := mapping(e.value); !ok || len(e.value.Content) == 0 {
			return false
		}
		holders = append(holders, holder{e.written, e.value})
	}
	if now.Kind() == reflect.Map {
		s.names(holders, old, now)
	} else {
		s.things(holders, old, now)
	}
	return true
}

// section writes a section that stands nowhere yet.
func (s *saver) section(known []field, f field, now reflect.Value) {
	d := documentOf(f.key)
	home := s.files[d.name+".yaml"]
	for _, w := range s.order {
		if home == nil && !strings.Contains(w.name, "/") && slices.ContainsFunc(d.keys, func(key string) bool { return child(w.root, key) != nil }) {
			home = w
		}
	}
	if home == nil && len(s.order) == 1 {
		home = s.order[0] // a plan in one file stays in one file
	}
	switch {
	case home == nil:
		home = newWritten(d.name+".yaml", nil)
		s.files[home.name] = home
		home.replace(0, 0, string(appendPair(d.head(s.schema()), 0, f, now)))
	case home.root == nil: // begun just now
		home.replace(0, 0, "\n"+string(appendPair(nil, 0, f, now)))
	default:
		holder{home, home.root}.add(known, f, now, now.Kind() == reflect.Slice || now.Kind() == reflect.Struct && !isText(now))
	}
}

// schema is the schema that the files name for editors, empty if none does.
func (s *saver) schema() string {
	for _, w := range s.order {
		first, _, _ := strings.Cut(w.text, "\n")
		if ref, ok := strings.CutPrefix(first, "# yaml-language-server: $schema="); ok {
			return ref
		}
	}
	return ""
}
