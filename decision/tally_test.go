package decision_test

import (
	"fmt"
	"math/rand"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/decision"
	"tocsin/plan"
)

// world is a small plan with a decision and some answers.
type world struct {
	plan     plan.Plan
	decision plan.Decision
	voices   []decision.Voice
	proposer string
	opened   time.Time
	now      time.Time
}

func (w world) String() string {
	var b strings.Builder
	for _, g := range w.plan.Groups {
		fmt.Fprintf(&b, "group %s need %d %v\n", g.ID, g.Need, g.Members)
	}
	d := w.decision
	fmt.Fprintf(&b, "required %v, additional %d of %v, stand-ins %v\n", d.Required, d.Additional.Need, d.Additional.Who, d.StandIns)
	fmt.Fprintf(&b, "proposer %s (may not approve: %v), %v after opening\n", w.proposer, d.ProposerMayNotApprove, w.now.Sub(w.opened))
	for _, v := range w.voices {
		fmt.Fprintf(&b, "%v %s %s\n", v.At.Sub(w.opened), v.Choice, v.Person)
	}
	return b.String()
}

func (w world) tally() decision.Status {
	return decision.Tally(&w.plan, &w.decision, w.voices, w.opened, w.now, w.proposer)
}

func randomWorld(r *rand.Rand) world {
	w := world{opened: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)}
	var persons, refs []string
	for i := range 3 + r.Intn(4) {
		id := string(rune('a' + i))
		persons = append(persons, id)
		w.plan.CoreTeam = append(w.plan.CoreTeam, plan.Person{ID: id})
	}
	refs = append(refs, persons...)
	some := func(from []string, most int) []string {
		var list []string
		for range r.Intn(most + 1) {
			list = append(list, from[r.Intn(len(from))])
		}
		return list
	}
	for i := range r.Intn(4) {
		id := fmt.Sprintf("G%d", i)
		w.plan.Groups = append(w.plan.Groups, plan.Group{ID: id, Need: r.Intn(4), Members: some(refs, 5)})
		refs = append(refs, id) // a later group may hold an earlier one
	}
	w.decision = plan.Decision{
		ID: "d", Required: some(refs, 3), Additional: plan.Approvers{Who: some(refs, 3), Need: r.Intn(3)},
		ProposerMayNotApprove: r.Intn(2) == 0, Expires: plan.Duration(50 * time.Minute),
	}
	w.proposer = persons[r.Intn(len(persons))]
	for range r.Intn(3) {
		w.decision.StandIns = append(w.decision.StandIns, plan.StandIn{For: refs[r.Intn(len(refs))], Who: refs[r.Intn(len(refs))], After: plan.Duration(r.Intn(60)) * plan.Duration(time.Minute)})
	}
	for range r.Intn(10) {
		w.voices = append(w.voices, decision.Voice{
			Person: persons[r.Intn(len(persons))], At: w.opened.Add(time.Duration(r.Intn(60)) * time.Minute),
			Choice: []string{decision.Approve, decision.Approve, decision.Approve, decision.Refuse}[r.Intn(4)],
		})
	}
	w.now = w.opened.Add(time.Duration(30+r.Intn(60)) * time.Minute)
	return w
}

// standsInForMember reports whether somebody stands in for a member of a required group. Tally then gives each member the
// first stand-in of the plan's order, which may count fewer than the best distribution would, and never more.
func (w world) standsInForMember() bool {
	for _, ref := range w.decision.Required {
		if _, person := w.plan.Person(ref); person {
			continue
		}
		for _, s := range w.decision.StandIns {
			if s.For != ref && slices.Contains(w.plan.Members(ref, w.opened), s.For) {
				return true
			}
		}
	}
	return false
}

// dumb counts by trying everything.
type dumb struct {
	world
	approve, refuse map[string]bool
}

func (w world) dumb() dumb {
	d := dumb{world: w, approve: map[string]bool{}, refuse: map[string]bool{}}
	for _, person := range w.plan.CoreTeam {
		var last *decision.Voice
		for i := range w.voices {
			v := &w.voices[i]
			if v.Person == person.ID && !v.At.After(w.now) && (last == nil || !v.At.Before(last.At)) {
				last = v
			}
		}
		switch {
		case last == nil || d.excluded(person.ID):
		case last.Choice == decision.Refuse:
			d.refuse[person.ID] = true
		case w.now.Sub(last.At) < 50*time.Minute:
			d.approve[person.ID] = true
		}
	}
	return d
}

func (d dumb) excluded(person string) bool {
	return d.decision.ProposerMayNotApprove && d.proposer == person
}

// met tries every set of persons as the further approvers.
func (d dumb) met() bool {
	if len(d.decision.Required) == 0 && d.decision.Additional.Need == 0 {
		return false
	}
	further := d.plan.MembersOf(d.decision.Additional.Who, d.opened)
	for set := range 1 << len(d.plan.CoreTeam) {
		size, ok := 0, true
		rest := map[string]bool{}
		for i, p := range d.plan.CoreTeam {
			if set>>i&1 == 1 {
				size++
				ok = ok && d.approve[p.ID] && slices.Contains(further, p.ID)
			} else if d.approve[p.ID] {
				rest[p.ID] = true
			}
		}
		if !ok || size != d.decision.Additional.Need {
			continue
		}
		for _, ref := range d.decision.Required {
			ok = ok && d.required(ref, rest)
		}
		if ok {
			return true
		}
	}
	return false
}

func (d dumb) required(ref string, rest map[string]bool) bool {
	members, need := d.plan.Members(ref, d.opened), 1
	if g, ok := d.plan.Group(ref); ok {
		if need = g.Need; need == 0 && len(members) == 1 {
			need = 1
		}
	}
	if need == 0 || len(members) == 0 {
		return false
	}
	var persons []string
	for p := range rest {
		persons = append(persons, p)
	}
	return d.places(ref, members, persons, map[string]bool{}) >= need
}

// places gives every person every place they could take, and returns the most places that are taken.
func (d dumb) places(ref string, members, persons []string, taken map[string]bool) int {
	if len(persons) == 0 {
		return 0
	}
	person, others := persons[0], persons[1:]
	best := d.places(ref, members, others, taken)
	take := func(place string) {
		if !taken[place] {
			taken[place] = true
			best = max(best, 1+d.places(ref, members, others, taken))
			delete(taken, place)
		}
	}
	if slices.Contains(members, person) {
		take(person)
	}
	for _, s := range d.decision.StandIns {
		if d.now.Sub(d.opened) < time.Duration(s.After) || !slices.Contains(d.plan.Members(s.Who, d.opened), person) || s.For == person {
			continue
		}
		_, single := d.plan.Person(s.For)
		switch {
		case s.For == ref && !single:
			take("one more: " + person)
		case slices.Contains(members, s.For) && !d.approve[s.For] && !d.refuse[s.For]:
			take(s.For)
		}
	}
	return best
}

func TestTallyAgreesWithDumbCounter(t *testing.T) {
	states := map[string]int{}
	for seed := range int64(5000) {
		w := randomWorld(rand.New(rand.NewSource(seed)))
		s, d := w.tally(), w.dumb()
		states[s.State]++
		approximate := w.standsInForMember()
		fail := func(format string, args ...any) {
			t.Helper()
			t.Fatalf("seed %d: %s\n%s%+v", seed, fmt.Sprintf(format, args...), w, s)
		}
		if met := d.met(); (s.State == decision.Met) != met && (s.State == decision.Met || !approximate) && s.State != decision.Refused {
			fail("it is met: %v", met)
		} else if met && s.State == decision.Refused && !approximate {
			fail("it is refused although it is met")
		}
		never := len(s.Needed) == 0
		for _, n := range s.Needed {
			never = never || n.Never != ""
			for _, person := range n.By {
				if !d.approve[person] {
					fail("%s is counted without a standing approval", person)
				}
				if n.Who == "" && slices.ContainsFunc(s.Needed, func(o decision.Need) bool { return o.Who != "" && slices.Contains(o.By, person) }) {
					fail("%s is counted as a further approver and as a required one", person)
				}
			}
		}
		for _, person := range s.Candidates {
			if d.approve[person] || d.excluded(person) {
				fail("%s is a candidate", person)
			}
			if err := decision.MayAnswer(&w.plan, &w.decision, person, w.opened, w.now, w.proposer); err != nil {
				fail("the candidate %s may not answer: %v", person, err)
			}
		}
		if approximate {
			continue
		}
		// What could still come: everybody approves, but for those who refused.
		later, ever := d, d
		later.now, ever.now = w.opened.Add(1000*time.Hour), w.opened.Add(1000*time.Hour)
		later.approve, ever.approve, ever.refuse = map[string]bool{}, map[string]bool{}, map[string]bool{}
		for _, p := range w.plan.CoreTeam {
			if !d.excluded(p.ID) {
				later.approve[p.ID] = !d.refuse[p.ID]
				ever.approve[p.ID] = true
			}
		}
		switch s.State {
		case decision.Open:
			if possible := later.met(); possible == never {
				fail("it is open; it can be met: %v", possible)
			}
		case decision.Refused:
			if later.met() {
				fail("it is refused, but can be met without those who refused")
			}
			if !never && !ever.met() {
				fail("it is refused, but could never have been met")
			}
		}
	}
	for _, state := range []string{decision.Open, decision.Met, decision.Refused} {
		if states[state] < 300 {
			t.Errorf("only %d of the worlds are %s: the test shows little", states[state], state)
		}
	}
}

// The order in which answers are stored must not matter where they are at different times.
func TestTallyIgnoresOrder(t *testing.T) {
	for seed := range int64(500) {
		r := rand.New(rand.NewSource(seed))
		w := randomWorld(r)
		at := map[time.Time]bool{}
		w.voices = slices.DeleteFunc(w.voices, func(v decision.Voice) bool {
			double := at[v.At]
			at[v.At] = true
			return double
		})
		want := w.tally()
		r.Shuffle(len(w.voices), func(i, j int) { w.voices[i], w.voices[j] = w.voices[j], w.voices[i] })
		if got := w.tally(); !reflect.DeepEqual(got, want) {
			t.Fatalf("seed %d: %+v, in another order %+v\n%s", seed, want, got, w)
		}
	}
}

// A plan of 300 people and several overlapping groups is counted at once.
func TestTallyOfALargePlan(t *testing.T) {
	w := world{opened: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)}
	w.now = w.opened.Add(time.Minute)
	var all []string
	for i := range 300 {
		id := fmt.Sprintf("p%d", i)
		all = append(all, id)
		w.plan.CoreTeam = append(w.plan.CoreTeam, plan.Person{ID: id})
		if i%2 == 0 {
			w.voices = append(w.voices, decision.Voice{Person: id, Choice: decision.Approve, At: w.opened})
		}
	}
	for g := range 8 {
		var members []string
		for i, id := range all {
			if i>>(g%8)&1 == 0 {
				members = append(members, id)
			}
		}
		w.plan.Groups = append(w.plan.Groups, plan.Group{ID: fmt.Sprintf("G%d", g), Need: 40, Members: members})
		w.decision.Required = append(w.decision.Required, fmt.Sprintf("G%d", g))
	}
	w.decision.Additional = plan.Approvers{Who: all, Need: 60}
	if s := w.tally(); s.State != decision.Met {
		t.Errorf("%s: %s", s.State, s.Say)
	}
	w.decision.Additional.Need = 149
	if s := w.tally(); s.State == decision.Met {
		t.Errorf("met with too few")
	}
}
