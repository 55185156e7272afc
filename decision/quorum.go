package decision

import (
	"slices"
	"time"

	"tocsin/fault"
	"tocsin/plan"
)

// quorum is a decision's rules with every reference resolved to persons.
type quorum struct {
	plan       *plan.Plan
	decision   *plan.Decision
	proposer   string
	required   []required
	additional []string // persons
	need       int      // of the additional ones
	everyone   []string // whom the decision names in any way, in the plan's order
}

// required is one reference that must be met.
type required struct {
	ref      string
	name     string
	single   bool // the reference is a person
	need     int
	never    string
	members  []string // the proposer among them, who may be replaced
	standIns []standIn
	excluded func(string) bool
}

// standIn may approve in somebody's place from a time on.
type standIn struct {
	who    string
	member string // whom they replace; empty if the whole group
	from   time.Time
}

func newQuorum(p *plan.Plan, d *plan.Decision, openedAt time.Time, proposer string) *quorum {
	q := &quorum{plan: p, decision: d, proposer: proposer, need: max(d.Additional.Need, 0)}
	seen := map[string]bool{}
	for _, ref := range d.Required {
		if seen[ref] {
			continue
		}
		seen[ref] = true
		q.required = append(q.required, q.resolve(ref, openedAt))
	}
	for _, question := range d.Unsettled {
		q.required = append(q.required, required{name: "an answer to: " + question, never: "the plan leaves it open", excluded: q.excluded})
	}
	q.additional = p.MembersOf(d.Additional.Who, openedAt)
	for _, r := range q.required {
		q.name(r.members...)
	}
	q.name(q.additional...)
	for _, r := range q.required {
		for _, s := range r.standIns {
			q.name(s.who)
		}
	}
	return q
}

func (q *quorum) name(persons ...string) {
	for _, person := range persons {
		if !slices.Contains(q.everyone, person) && !q.excluded(person) {
			q.everyone = append(q.everyone, person)
		}
	}
}

func (q *quorum) excluded(person string) bool {
	return q.decision.ProposerMayNotApprove && person == q.proposer
}

func (q *quorum) resolve(ref string, openedAt time.Time) required {
	r := required{ref: ref, name: ref, members: q.plan.Members(ref, openedAt), excluded: q.excluded}
	if person, ok := q.plan.Person(ref); ok {
		r.single, r.need, r.name = true, 1, name(&person)
	} else if g, ok := q.plan.Group(ref); ok {
		if g.Name != "" {
			r.name = g.Name
		}
		r.need = max(g.Need, 0)
	} else if role, ok := q.plan.Role(ref); ok {
		r.name = role.Name
	} else if u, ok := q.plan.Unlist(ref); ok {
		r.name = u.Name
	}
	switch {
	case len(r.members) == 0:
		r.never = "it stands for nobody"
	case r.need == 0 && len(r.members) == 1:
		r.need = 1
	case r.need == 0:
		r.never = "the plan does not say how many of them must approve"
	}
	for _, s := range q.decision.StandIns {
		if s.For != ref && !slices.Contains(r.members, s.For) {
			continue
		}
		member := s.For
		if s.For == ref && !r.single {
			member = ""
		}
		for _, who := range q.plan.Members(s.Who, openedAt) {
			if who != s.For {
				r.standIns = append(r.standIns, standIn{who: who, member: member, from: openedAt.Add(time.Duration(s.After))})
			}
		}
	}
	return r
}

// due reports whether the stand-in's time has come.
func (s standIn) due(a answers) bool { return a.now.IsZero() || !a.now.Before(s.from) }

// pool lists the persons whose approvals count for the reference.
func (r required) pool(a answers) []string {
	var list []string
	for _, m := range r.members {
		if a.approve[m] {
			list = append(list, m)
		}
	}
	replaced := map[string]bool{}
	for _, s := range r.standIns {
		if !a.approve[s.who] || !s.due(a) || slices.Contains(list, s.who) {
			continue
		}
		if s.member != "" {
			// Each silent member of a group is replaced once; for a single person any stand-in will do.
			if !a.silent(s.member) || (!r.single && (replaced[s.member] || slices.Contains(r.members, s.who))) {
				continue
			}
			replaced[s.member] = true
		}
		list = append(list, s.who)
	}
	return list
}

// counted is what some answers amount to.
type counted struct {
	needs    []Need
	progress int  // approvals counted, each where it is needed
	exact    bool // false if the search for the best use of approvals was cut short; then it errs towards not met
}

// count uses approvals as well as they can be used.
func (q *quorum) count(a answers) counted {
	c := counted{exact: true}
	pools := make([]pool, len(q.required))
	for i, r := range q.required {
		persons := r.pool(a)
		pools[i] = pool{persons: persons, slack: max(len(persons)-r.need, 0)}
		if r.never != "" {
			pools[i].slack = len(persons)
		}
	}
	var further []string
	if q.need > 0 {
		var volunteers []string
		for _, person := range q.additional {
			if a.approve[person] {
				volunteers = append(volunteers, person)
			}
		}
		further, c.exact = spare(volunteers, pools, q.need)
	}
	for i, r := range q.required {
		n := Need{Who: r.ref, Name: r.name, Need: r.need, Never: r.never}
		for _, person := range pools[i].persons {
			if !slices.Contains(further, person) {
				n.By = append(n.By, person)
			}
		}
		n.Met = r.never == "" && len(n.By) >= r.need
		if r.never == "" {
			c.progress += min(len(n.By), r.need)
		}
		c.needs = append(c.needs, n)
	}
	if q.need > 0 {
		c.needs = append(c.needs, Need{Name: furtherName(q.need), Need: q.need, Met: len(further) >= q.need, By: further})
		c.progress += min(len(further), q.need)
	}
	return c
}

// may reports whether a person's approval could count at a moment.
func (q *quorum) may(person string, now time.Time) bool {
	if q.excluded(person) {
		return false
	}
	if slices.Contains(q.additional, person) {
		return true
	}
	for _, r := range q.required {
		if slices.Contains(r.members, person) {
			return true
		}
		for _, s := range r.standIns {
			if s.who == person && s.due(answers{now: now}) {
				return true
			}
		}
	}
	return false
}

// MayAnswer reports whether a person may approve or refuse now; a fault of code forbidden says why not.
func MayAnswer(p *plan.Plan, d *plan.Decision, person string, openedAt, now time.Time, proposer string) error {
	q := newQuorum(p, d, openedAt, proposer)
	if q.may(person, now) {
		return nil
	}
	who := q.called(person)
	if q.excluded(person) {
		return fault.New(fault.Forbidden, "%s proposed this, and the plan wants somebody else to decide it.", who)
	}
	var from time.Time
	for _, r := range q.required {
		for _, s := range r.standIns {
			if s.who == person {
				from = sooner(from, s.from)
			}
		}
	}
	if !from.IsZero() {
		return fault.New(fault.Forbidden, "%s may stand in from %s on.", who, from.UTC().Format(time.RFC3339))
	}
	return fault.New(fault.Forbidden, "The plan does not name %s among those who decide %s.", who, title(d))
}
