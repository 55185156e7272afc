package document

import (
	"regexp"
	"slices"
	"strings"

	"tocsin/plan"
)

// builder is a plan under construction. Readers add to it as they go; what refers to something that may stand further down
// waits until everything is read (see after).
type builder struct {
	plan     *plan.Plan
	warnings []Warning

	ids   map[string]map[string]bool   // ids that are taken, by the space they must differ in
	names map[string]map[string]string // ids by space and name as nameKey makes it
	shown map[string]map[string]string // names by space and id
	later []func()                     // what waits until everything is read
	named map[string]bool              // people whom a role has named and no list of a team yet
	notes map[string]*strings.Builder  // texts of notes that still grow, by what they are about
	next  map[string]int               // number to try next for an id that is taken

	told     map[string]bool // things below whose own heading something stood already
	overlays []func()        // what the last sections of documents that Markdown wrote add
}

// The spaces of ids. Whoever a reference to people may mean shares one.
const (
	people = "people"
)

func newBuilder() *builder {
	return &builder{
		plan:  &plan.Plan{Tocsin: plan.Format},
		ids:   map[string]map[string]bool{},
		names: map[string]map[string]string{},
		shown: map[string]map[string]string{},
		notes: map[string]*strings.Builder{},
		next:  map[string]int{},
		told:  map[string]bool{},
	}
}

// after lets f wait until all documents are read, so that it finds what stands further down.
func (b *builder) after(f func()) { b.later = append(b.later, f) }

// settle does what has waited, in order; what then asks to wait comes last.
func (b *builder) settle() {
	for len(b.later) > 0 {
		f := b.later[0]
		b.later = b.later[1:]
		f()
	}
	b.resolve()
	b.settleNotes()
	slices.SortStableFunc(b.plan.Notes, func(x, y plan.Note) int { return rank(x.About) - rank(y.About) })
	for _, add := range b.overlays {
		add()
	}
	b.settleNotes()
}

// id makes an id of a name, one that nothing of its space has yet, and registers it under the name. Spaces are the
// plan's sections ("issues"), people, and "procedure-id/" for the steps of a procedure.
func (b *builder) id(space, name string) string {
	return b.take(space, name, slug(space, name))
}

// orSlug is an id as a document gives it, or one made of the name.
func orSlug(space, name, id string) string {
	if ids.MatchString(id) {
		return id
	}
	return slug(space, name)
}

var ids = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// take registers a name under an id that somebody chose, or the nearest one that is free.
func (b *builder) take(space, name, want string) string {
	taken := b.ids[space]
	if taken == nil {
		taken = map[string]bool{}
		b.ids[space], b.names[space], b.shown[space] = taken, map[string]string{}, map[string]string{}
	}
	id, n := free(want, taken, b.next[space+" "+want])
	b.next[space+" "+want] = n
	taken[id], b.shown[space][id] = true, name
	for _, key := range []string{nameKey(name), nameKey(id)} {
		if _, known := b.names[space][key]; !known && key != "" {
			b.names[space][key] = id
		}
	}
	return id
}

// find answers the id of what has a name in a space, whether written in the plural or in other case; empty if nothing has.
func (b *builder) find(space, name string) string {
	known := b.names[space]
	key := nameKey(name)
	if id, ok := known[key]; ok {
		return id
	}
	if s, ok := strings.CutSuffix(key, "s"); ok {
		if id, ok := known[s]; ok {
			return id
		}
	}
	return known[key+"s"]
}

// category finds the category of a name or makes it.
func (b *builder) category(name string) string {
	if id := b.find("categories", name); id != "" {
		return id
	}
	id := b.id("categories", name)
	b.plan.Categories = append(b.plan.Categories, plan.Category{ID: id, Name: name})
	return id
}

// severity finds the severity of a name or makes it.
func (b *builder) severity(name string) string {
	if id := b.find("severities", name); id != "" {
		return id
	}
	id := b.id("severities", name)
	b.plan.Severities = append(b.plan.Severities, plan.Severity{ID: id, Name: name})
	return id
}

// issue adds an issue, under an id of its own if one is given, and answers it to be filled in. The pointer holds until the
// next issue is added.
func (b *builder) issue(name, id string) *plan.Issue {
	b.plan.Issues = append(b.plan.Issues, plan.Issue{ID: b.take("issues", name, orSlug("issues", name, id)), Name: name})
	return &b.plan.Issues[len(b.plan.Issues)-1]
}

// issueNamed answers the issue of a name, nil if there is none.
func (b *builder) issueNamed(name string) *plan.Issue {
	return byID(b.plan.Issues, func(i *plan.Issue) string { return i.ID }, b.find("issues", name))
}

// procedure finds the procedure of a name or adds it. The pointer holds until the next procedure is added.
func (b *builder) procedure(name string) *plan.Procedure {
	if r := byID(b.plan.Procedures, func(r *plan.Procedure) string { return r.ID }, b.find("procedures", name)); r != nil {
		return r
	}
	b.plan.Procedures = append(b.plan.Procedures, plan.Procedure{ID: b.id("procedures", name), Name: name})
	return &b.plan.Procedures[len(b.plan.Procedures)-1]
}

// step adds a step to a procedure and answers it. The pointer holds until the next step is added.
func (b *builder) step(r *plan.Procedure, name, id string) *plan.Step {
	r.Steps = append(r.Steps, plan.Step{ID: b.take(r.ID+"/", name, orSlug(r.ID+"/", name, id)), Name: name})
	return &r.Steps[len(r.Steps)-1]
}

// person adds somebody to a team, the core team or the extended one. The pointer holds until the next person is added.
func (b *builder) person(core bool, name, id string) *plan.Person {
	if r := b.met(core, name); r != nil {
		return r
	}
	team := &b.plan.ExtendedTeam
	if core {
		team = &b.plan.CoreTeam
	}
	*team = append(*team, plan.Person{ID: b.take(people, name, orSlug(people, name, id)), Name: name})
	return &(*team)[len(*team)-1]
}

// role finds the role of a name or adds it. The pointer holds until the next role is added.
func (b *builder) role(name string) *plan.Role {
	if r := byID(b.plan.Roles, func(r *plan.Role) string { return r.ID }, b.find(people, name)); r != nil {
		return r
	}
	b.plan.Roles = append(b.plan.Roles, plan.Role{ID: b.id(people, name), Name: name})
	return &b.plan.Roles[len(b.plan.Roles)-1]
}

// note keeps a text about a section or a thing of the plan. What is kept about the same becomes one note, with between
// standing between the texts.
func (b *builder) note(about, text, between string) {
	if strings.TrimSpace(text) == "" {
		return
	}
	note := b.notes[about]
	if note == nil {
		note = &strings.Builder{}
		b.notes[about] = note
		if n := byID(b.plan.Notes, func(n *plan.Note) string { return "." + n.About }, "."+about); n != nil {
			note.WriteString(n.Text)
		} else {
			b.plan.Notes = append(b.plan.Notes, plan.Note{About: about})
		}
	}
	if note.Len() > 0 {
		note.WriteString(between)
	}
	note.WriteString(text)
}

// settleNotes gives the notes of the plan the texts that have grown.
func (b *builder) settleNotes() {
	for i := range b.plan.Notes {
		if note := b.notes[b.plan.Notes[i].About]; note != nil {
			b.plan.Notes[i].Text = note.String()
		}
	}
	clear(b.notes)
}

// byID finds the thing of an id in a list; nil if there is none.
func byID[T any](things []T, id func(*T) string, want string) *T {
	if want == "" {
		return nil
	}
	for i := len(things) - 1; i >= 0; i-- { // what is looked for is mostly what was added last
		if id(&things[i]) == want {
			return &things[i]
		}
	}
	return nil
}

// items counts the things of a plan by section; sections without any are left out.
func items(p *plan.Plan) map[string]int {
	n := map[string]int{
		"chains": len(p.Chains), "assets": len(p.Assets), "severities": len(p.Severities), "categories": len(p.Categories),
		"issues": len(p.Issues), "detectors": len(p.Detectors), "procedures": len(p.Procedures), "escalation": len(p.Escalation.Rules),
		"roles": len(p.Roles), "core_team": len(p.CoreTeam), "extended_team": len(p.ExtendedTeam), "groups": len(p.Groups),
		"rotas": len(p.Rotas), "unlisted": len(p.Unlisted), "channels": len(p.Channels), "communications": len(p.Communications),
		"decisions": len(p.Decisions), "actions": len(p.Actions), "exercises": len(p.Exercises.Steps) + len(p.Exercises.Scenarios), "notes": len(p.Notes),
	}
	for i := range p.Procedures {
		n["steps"] += len(p.Procedures[i].Steps)
	}
	for key, count := range n {
		if count == 0 {
			delete(n, key)
		}
	}
	return n
}
