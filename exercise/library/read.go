package library

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"tocsin/plan"
)

// slot is where a text names a part.
var slot = regexp.MustCompile(`\{([^{}]*)\}`)

// Read reads a script from its file. The error is plan.Problems with all that is wrong.
func Read(name string, text []byte) (Script, error) {
	return read(name, text, false, func(picture string) bool {
		_, ok := Picture(PicturePrefix + picture)
		return ok
	})
}

// read reads a script, whose pictures are those that there are.
func read(name string, text []byte, own bool, picture func(string) bool) (Script, error) {
	s := Script{own: own}
	src, err := plan.Read(name, text, &s)
	if err != nil {
		return Script{}, err
	}
	r := &reading{script: &s, source: src, file: name, picture: picture}
	r.check()
	if len(r.problems) > 0 {
		return Script{}, r.problems
	}
	return s, nil
}

// reading holds a script to itself: what it names must be there.
type reading struct {
	script   *Script
	source   *plan.Source
	file     string
	picture  func(name string) bool // there is one of that name
	problems plan.Problems
}

func (r *reading) check() {
	s := r.script
	if i, ok := s.part("issue"); !ok || i.Is != Issue {
		r.wrong("parts", "no part is called issue", "add the issue that the scenario drills: {id: issue, is: issue, …}")
	}
	for _, p := range s.Parts {
		at := fmt.Sprintf("parts[%s]", p.ID)
		r.of(at, p)
		if p.Is == Step && p.Purpose == "" {
			r.wrong(at, "a step is found by its purpose, and this part has none", "add purpose: halt, find, fix, restore, tell or learn")
		}
		if p.Is == Update && p.Audience == "" {
			r.wrong(at, "an update is found by its audience, and this part has none", "add audience, such as users")
		}
		if p.Is == Asset && len(p.Kinds) == 0 {
			r.wrong(at, "an asset is found by its kind, and this part has none", "add kinds, such as [contract]")
		}
	}
	r.are("steps", s.Steps, Step)
	r.are("decisions", s.Decisions, Decision)
	r.are("updates", s.Updates, Update)
	for _, i := range s.Injects {
		r.inject(i)
	}
	for _, h := range s.Held {
		at := fmt.Sprintf("held[%s]", h.ID)
		r.are(at, some(h.Step), Step)
		r.are(at, h.Needs, "")
		r.textsWith(at, h.Needs, h.Text, h.AskedBy, h.Evidence)
		if h.Step == "" && h.AskedBy == "" {
			r.wrong(at, "nothing earns this fact", "add step or asked_by")
		}
	}
	r.texts("name", s.Name)
	r.texts("brief", s.Brief)
	r.texts("opening", s.Opening)
	r.texts("objectives", s.Objectives...)
	r.texts("complete", s.Complete)
	r.texts("abort", s.Abort)
	r.texts("trap", s.Trap)
	r.texts("debrief", s.Debrief...)
}

// of checks what a part belongs to.
func (r *reading) of(at string, p Part) {
	want := map[Sort]Sort{Step: Issue, Asset: Issue, Decision: Step, Person: Decision}[p.Is]
	if p.Of == "" {
		if want != Issue && want != "" {
			r.wrong(at, fmt.Sprintf("a part that is a %s belongs to a %s, and this names none", p.Is, want), "add of")
		}
		return
	}
	if of, ok := r.script.part(p.Of); !ok || of.Is != want {
		r.wrong(at+".of", fmt.Sprintf("%q is no part to which a part that is a %s can belong", p.Of, p.Is), fmt.Sprintf("name a part that is a %s", want))
	}
}

func (r *reading) inject(i Inject) {
	at := fmt.Sprintf("injects[%s]", i.ID)
	r.are(at, some(i.After), Step)
	r.are(at, some(i.Channel), Channel)
	r.are(at, i.Needs, "")
	r.textsWith(at, i.Needs, i.Text)
	if i.Hand && (i.At != 0 || i.After != "") {
		r.wrong(at, "this inject comes by the moderator's hand and by itself", "keep hand, or say when under at or after")
	}
	if i.Picture != "" && !r.picture(i.Picture) {
		if r.script.own {
			r.wrong(at, fmt.Sprintf("the scenario has no picture %q", i.Picture), "name the file among its pictures in the plan")
		} else {
			r.wrong(at, fmt.Sprintf("the library has no picture %q", i.Picture), "mend its name")
		}
	}
	if i.Live != "" && r.script.Live == "" {
		r.wrong(at, "something is to happen live, but the script has no world", "add live at the top, or take it out here")
	}
	for _, e := range i.Expect {
		r.are(at, some(e.Step), Step)
		r.are(at, some(e.Decision), Decision)
		r.are(at, some(e.Update), Update)
		if len(some(e.Step, e.Decision, e.Update)) != 1 {
			r.wrong(at, "what is expected must be one thing", "add step:, decision: or update:, one of the three")
		}
	}
}

// are checks that words name parts of a sort; of any if it is empty.
func (r *reading) are(at string, words []string, want Sort) {
	for _, w := range words {
		p, ok := r.script.part(w)
		switch {
		case !ok:
			r.wrong(at, fmt.Sprintf("%q is no part of this script", w), "add it to the parts, or mend its name")
		case want != "" && p.Is != want:
			r.wrong(at, fmt.Sprintf("%q is a part, but no %s", w, want), "name another")
		}
	}
}

// texts checks that what texts name in braces is there.
func (r *reading) texts(at string, texts ...string) { r.textsWith(at, nil, texts...) }

// textsWith is for texts that are left out where a plan lacks one of some parts.
func (r *reading) textsWith(at string, needs []string, texts ...string) {
	for _, text := range texts {
		for _, m := range slot.FindAllStringSubmatch(text, -1) {
			id, detail, detailed := strings.Cut(m[1], ".")
			p, ok := r.script.part(id)
			switch {
			case !ok:
				r.wrong(at, fmt.Sprintf("the text names {%s}, which is no part of this script", m[1]), "add it to the parts, or mend its name")
			case detailed && (p.Is != Asset || !slices.Contains([]string{"unit", "location"}, detail)):
				r.wrong(at, fmt.Sprintf("the text names {%s}, which is not known of a part that is a %s", m[1], p.Is), "of an asset, .unit and .location can be said")
			case p.Optional && p.Or == "" && !slices.Contains(needs, id):
				r.wrong(at, fmt.Sprintf("the text names {%s}, which a plan may lack", m[1]), "say under or of that part what the text says then")
			}
		}
	}
}

func (r *reading) wrong(at, say, do string) {
	p := r.source.At(at)
	if p.File == "" {
		p.File = r.file
	}
	r.problems = append(r.problems, plan.Problem{File: p.File, Line: p.Line, Column: p.Column, Width: 1, SourceLine: r.source.Line(p.File, p.Line), Key: at, Say: say, Do: do})
}

// some are those words that are not empty.
func some(words ...string) []string {
	return slices.DeleteFunc(words, func(w string) bool { return w == "" })
}
