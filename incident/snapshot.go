package incident

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"reflect"
	"slices"
	"sync"

	json "github.com/go-json-experiment/json"
	jsonv1 "github.com/go-json-experiment/json/v1"
)

// applyVersion is raised whenever Apply comes to make something else of the same events.
const applyVersion = 6

// packed is the first line of a packed state: what follows it, and how long each part is.
type packed struct {
	Form     string `json:"form"`
	State    int    `json:"state"`
	Findings int    `json:"findings"`
	Notes    int    `json:"notes"`
	Commands int    `json:"commands"`
}

// bare is a state without its methods, which write it for people.
type bare State

// Pack writes the whole state, texts about people included, so that Unpack makes the same state of it:
//
//	{"form":…, "state":n, "findings":n, "notes":n, "commands":n} ⏎ state, findings, notes, commands
//
// What grows long, findings, notes and commands, is written tersely, for it is what makes opening a long incident slow.
func (s *State) Pack() ([]byte, error) {
	short := bare(*s)
	short.Findings, short.Notes = nil, nil
	state, err := json.Marshal(short, jsonv1.DefaultOptionsV1())
	if err != nil {
		return nil, fmt.Errorf("pack state: %w", err)
	}
	findings, err := packFindings(s.Findings)
	if err != nil {
		return nil, fmt.Errorf("pack findings: %w", err)
	}
	notes := packNotes(s.Notes)
	p := packed{Form: stateForm(), State: len(state), Findings: len(findings), Notes: len(notes), Commands: len(s.commands) * len(commandKey{})}
	b, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("pack state: %w", err)
	}
	b = slices.Grow(b, 1+p.State+p.Findings+p.Notes+p.Commands)
	b = append(append(append(append(b, '\n'), state...), findings...), notes...)
	for key := range s.commands {
		b = append(b, key[:]...)
	}
	return b, nil
}

// Unpack reads what Pack wrote. The error says that b was written by another form of the state, or is damaged.
func Unpack(b []byte) (*State, error) {
	line, rest, _ := bytes.Cut(b, []byte("\n"))
	var p packed
	if err := json.Unmarshal(line, &p); err != nil {
		return nil, fmt.Errorf("unpack state: it has no head: %w", err)
	}
	if form := stateForm(); p.Form != form {
		return nil, fmt.Errorf("unpack state: it has the form %q, and this release reads %s", p.Form, form)
	}
	var parts [4][]byte
	for i, size := range []int{p.State, p.Findings, p.Notes, p.Commands} {
		if size < 0 || size > len(rest) {
			return nil, fmt.Errorf("unpack state: %w", io.ErrUnexpectedEOF)
		}
		parts[i], rest = rest[:size], rest[size:]
	}
	if len(rest) > 0 {
		return nil, fmt.Errorf("unpack state: %d bytes follow it", len(rest))
	}
	var s State
	err := json.Unmarshal(parts[0], (*bare)(&s), jsonv1.DefaultOptionsV1())
	if err == nil {
		s.Findings, err = unpackFindings(parts[1])
	}
	if err == nil {
		s.Notes, err = unpackNotes(parts[2])
	}
	if err == nil {
		s.commands, err = unpackCommands(parts[3])
	}
	if err != nil {
		return nil, fmt.Errorf("unpack state: %w", err)
	}
	return &s, nil
}

func unpackCommands(b []byte) (map[commandKey]bool, error) {
	const size = len(commandKey{})
	if len(b)%size != 0 {
		return nil, io.ErrUnexpectedEOF
	}
	commands := make(map[commandKey]bool, len(b)/size)
	for ; len(b) > 0; b = b[size:] {
		commands[commandKey(b[:size])] = true
	}
	return commands, nil
}

// commandKey stands for the id of a command, which whoever gives the command may make as long as they like.
type commandKey [16]byte

func keyOf(command string) commandKey {
	sum := sha256.Sum256([]byte(command))
	return commandKey(sum[:])
}

// stateForm names the form of the state that this release packs: another shape of its types, another version of its events or of
// what Apply makes of them is another form.
var stateForm = sync.OnceValue(func() string {
	h := sha256.New()
	fmt.Fprintf(h, "tocsin state %d %d\n", applyVersion, KindVersion)
	shape(h, reflect.TypeFor[State](), map[reflect.Type]bool{})
	return hex.EncodeToString(h.Sum(nil)[:16])
})

// shape writes down a type: the names, tags and types of its fields, and of theirs.
func shape(w io.Writer, t reflect.Type, seen map[reflect.Type]bool) {
	fmt.Fprintf(w, "%s %s\n", t, t.Kind())
	if seen[t] {
		return
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Struct:
		for f := range t.Fields() {
			fmt.Fprintf(w, "%s %q ", f.Name, f.Tag)
			shape(w, f.Type, seen)
		}
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		if t.Kind() == reflect.Map {
			shape(w, t.Key(), seen)
		}
		shape(w, t.Elem(), seen)
	}
}
