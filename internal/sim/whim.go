package sim

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"tocsin/evm"
	"tocsin/incident"
)

// person draws what somebody does about an incident that is going on; nil if nobody does anything.
func (d *draw) person() []string {
	list := d.world.book.going()
	if len(list) == 0 {
		return nil
	}
	a := list[d.rand.IntN(len(list))]
	if d.world.adopted && d.chance(5) {
		return []string{"take-up", d.somebody(), a.id}
	}
	if len(d.world.book.order) > 1 && d.chance(25) {
		into := d.world.book.order[d.rand.IntN(len(d.world.book.order))]
		return []string{"merge", d.somebody(), a.id, into.id}
	}
	if !a.trust.whole() && d.chance(6) {
		return append([]string{"do", d.somebody(), a.id}, strings.Fields(d.confidence(a))...)
	}
	if d.chance(30) {
		return append([]string{"do", d.somebody(), a.id}, strings.Fields(d.suspicion(a))...)
	}
	if d.chance(12) {
		who := d.somebody()
		return append([]string{"do", who, a.id}, strings.Fields(d.whim(a, who))...)
	}
	if d.safe && d.chance(4) {
		if words := d.owner(a); words != "" {
			return append([]string{"do", d.one("ada", "ben", "cyd", "dan"), a.id}, strings.Fields(words)...)
		}
	}
	type chore struct {
		who  string
		task incident.Task
	}
	var chores []chore
	for _, p := range d.people {
		if p.absent || d.chance(p.haste) {
			continue
		}
		for _, t := range incident.Todo(a.plan(), a.state, p.id, d.world.now) {
			if t.Kind != incident.TaskUpdate || d.chance(4) {
				chores = append(chores, chore{p.id, t})
			}
		}
	}
	if len(chores) == 0 {
		return nil
	}
	c := chores[d.rand.IntN(len(chores))]
	return append([]string{"do", c.who, a.id}, strings.Fields(d.obey(a, c.task))...)
}

// whim is what nobody asked for.
func (d *draw) whim(a *account, who string) string {
	step := "pause"
	if steps := incident.StepsOf(a.plan(), a.state); len(steps) > 0 {
		step = steps[d.rand.IntN(len(steps))].ID
	}
	last := "decision-" + strconv.Itoa(max(1, len(a.state.Decisions)))
	return d.one("dismiss", "dismiss", "reopen", "answer cannot", "answer coming-cannot-sign", "note", "ask action pause", "ask action unpause",
		"ask step stop-theft/repair", "severity low", "severity critical", "validate outage", "begin "+step, "end "+step+" skipped",
		"end "+step+" failed", "role lead "+who, "role incident-manager "+who, "sign "+last+" approve wrong", "sign "+last+" refuse right",
		"sign "+last+" approve right", "contain", "resolve", "close", "resolve despite", "close despite", "offer lead ben",
		"withdraw "+last, "reject "+last, "anyway "+last, "override "+last, "ask action freeze", "offer incident-manager "+who, "leave", "leave", "undo "+step, "add "+step, "waive team", "waive users", "reinstate users", "pin",
		"attach", "attach "+step, "reply "+step+" "+d.reply(a, step), "end "+step+" done "+d.reply(a, step))
}

// askedFirst is what happens first in a world in which much is decided by the owners of a Safe: it is asked for, and some of them sign. Not
// all of it comes to pass.
func (d *draw) askedFirst() []string {
	const incident, first = "2026-11-21-1", "decision-1"
	steps := []string{"mine leak=5", "watch", "look"}
	for _, who := range []string{"ada", d.one("ben", "ben", "cyd", "dan")} {
		steps = append(steps, "do "+who+" "+incident+" sign "+first+" approve right")
	}
	steps = append(steps, "look", "look", "do "+d.one("ada", "ben")+" "+incident+" reject "+first)
	if d.chance(3) {
		steps = append(steps, "mine "+d.one("spend", "oust", "idle"))
	}
	return slices.DeleteFunc(steps, func(string) bool { return d.chance(10) })
}

// owner is what one of those who may has done with what a Safe's owners are asked for; empty if there is nothing.
func (d *draw) owner(a *account) string {
	for i := range a.state.Decisions {
		x := &a.state.Decisions[len(a.state.Decisions)-1-i]
		if x.Prepared == nil || x.Prepared.Safe == nil {
			continue
		}
		if !a.state.Unsent(x.ID) {
			return d.one("reject ", "reject ", "reject ", "withdraw ") + x.ID
		}
		return d.one("override ", "override ", "override ", "withdraw ", "anyway ", "anyway ", "reject ") + x.ID
	}
	return ""
}

// reply is an answer to a step's question, nonsense if it asks nothing.
func (d *draw) reply(a *account, step string) string {
	st, _ := a.plan().Step(a.state.Procedure, step)
	if st.Question == nil {
		return d.one("", "", "Yes")
	}
	b := st.Question.Branches[d.rand.IntN(len(st.Question.Branches))]
	return strings.ReplaceAll(b.Answer, " ", "_")
}

// confidence is whom or what somebody trusts again.
func (d *draw) confidence(a *account) string {
	var things []string
	for _, who := range a.trust.hidden {
		things = append(things, "reveal "+who)
	}
	for _, thing := range slices.Sorted(maps.Keys(a.trust.things)) {
		things = append(things, "trust "+thing)
	}
	return d.one(things...)
}

// suspicion is whom or what somebody trusts no longer.
func (d *draw) suspicion(a *account) string {
	who := d.somebody()
	p, _ := a.plan().Person(who)
	things := []string{
		"hide " + who, "hide " + who, "distrust person " + who, "distrust person " + who, "distrust account " + who + "@example.com",
		"distrust channel " + d.one("email", "phone", "room", "feed"), "distrust host example.com",
	}
	for _, k := range p.Keys {
		things = append(things, "distrust key "+evm.Address(k.Address).Hex())
	}
	return d.one(things...)
}

// obey is what a task asks for, most of the time.
func (d *draw) obey(a *account, t incident.Task) string {
	switch t.Kind {
	case incident.TaskAnswer:
		return "answer " + d.one(incident.Coming, incident.Coming, incident.Coming, incident.ComingNoSign, incident.Cannot)
	case incident.TaskValidate:
		return d.one("validate", "validate", "validate", "validate", "dismiss")
	case incident.TaskSign:
		if d.chance(8) {
			return "sign " + t.Ref + d.one(" refuse right", " approve wrong")
		}
		return "sign " + t.Ref + " approve right"
	case incident.TaskStep:
		return "end " + t.Ref + " done " + d.reply(a, t.Ref)
	case incident.TaskUpdate:
		return "post " + t.Ref
	case incident.TaskSecond:
		return d.second(a, t)
	case incident.TaskAccept:
		return d.one("accept ", "accept ", "decline ") + t.Ref
	case incident.TaskContain:
		return "contain"
	case incident.TaskResolve:
		return "resolve"
	case incident.TaskClose:
		return "close"
	case incident.TaskRetry:
		return "retry " + t.Ref
	}
	return "task " + t.Kind // nobody here knows how: the world breaks
}

// second is what somebody says who confirms what another wants.
func (d *draw) second(a *account, t incident.Task) string {
	for _, x := range a.state.Seconds {
		if verb := map[string]string{"restrict": "hide", "reveal": "reveal", "distrust": "distrust", "trust": "trust"}[x.What]; x.What == t.Ref && verb != "" {
			return verb + " " + x.To
		}
	}
	verb, what, _ := strings.Cut(strings.Fields(t.Ref)[0], "-")
	switch {
	case strings.Contains(t.Ref, "despite"):
		return verb + " despite"
	case verb == "waive":
		return "waive " + what
	case verb == "lower":
		return "severity low"
	}
	return verb
}
