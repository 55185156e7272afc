package decision

import (
	"slices"
	"time"

	"tocsin/plan"
)

// Voice is one person's answer, whose signature has been verified.
type Voice struct {
	Person  string    `json:"person"`
	Choice  string    `json:"choice"`
	At      time.Time `json:"at"`
	Expires time.Time `json:"expires,omitzero"` // until when an approval stands; the decision's expiry after At if zero
}

// The states of a decision.
const (
	Open    = "open"    // not enough have answered
	Met     = "met"     // everyone needed has approved
	Refused = "refused" // it can no longer be met unless somebody changes their answer
)

// Status is how a decision stands.
type Status struct {
	State      string    `json:"state"`
	Needed     []Need    `json:"needed"`
	Missing    []string  `json:"missing,omitempty"`    // persons without whom it cannot be met as things stand
	Candidates []string  `json:"candidates,omitempty"` // persons who may approve now and have not, or no longer
	Wanted     []string  `json:"wanted,omitempty"`     // those of them who have not answered and whose approval would help
	Next       time.Time `json:"next,omitzero"`        // when it changes by itself: an approval expires, a stand-in may approve
	Say        string    `json:"say"`                  // one sentence
	Owners     *Owners   `json:"owners,omitempty"`     // of a Safe's action, once the chain has been read
}

// Need is one thing that must be met: a required person, a required group, or the further approvers.
type Need struct {
	Who     string   `json:"who,omitzero"` // reference in the plan; empty for the further approvers
	Name    string   `json:"name"`
	Need    int      `json:"need"` // how many must approve; 0 if the plan does not say
	Met     bool     `json:"met"`
	Refused bool     `json:"refused,omitzero"` // those who have not refused no longer suffice
	Never   string   `json:"never,omitzero"`   // why nobody could ever meet it; empty if they can
	By      []string `json:"by,omitempty"`     // persons whose approvals are counted here
}

// Tally counts the answers to a decision.
//
//   - Every required reference must be met. A person approves, or a stand-in does once their time has come and while the
//     person has not answered: a stand-in replaces silence, never a refusal. Of a group, as many different members as it
//     needs. A group of several that does not say how many is never met, for an open quorum never executes.
//   - A person whom several required references name counts for each of them.
//   - Besides, as many of the additional approvers as are needed, other persons than those counted for the required ones.
//   - The proposer's answer does not count where the decision says so.
//   - A later answer of a person replaces the earlier one. An approval stands until it expires, a refusal until changed.
//   - A decision that asks for nobody is never met.
//
// Rotas within groups stand for whoever was on call when the decision was opened.
func Tally(p *plan.Plan, d *plan.Decision, voices []Voice, openedAt, now time.Time, proposer string) Status {
	q := newQuorum(p, d, openedAt, proposer)
	a := q.answers(voices, now)
	counted := q.count(a)
	s := Status{State: q.judge(a, &counted), Needed: counted.needs}
	switch s.State {
	case Open:
		s.Candidates = q.candidates(a)
		s.Wanted = q.wanted(a, counted)
		s.Missing = q.missing(a, counted)
		s.Next = q.next(a)
	case Met:
		s.Next = a.nextExpiry
	}
	s.Say = q.say(s, a)
	return s
}

// answers are the answers that stand at a moment.
type answers struct {
	now        time.Time // zero: as if every stand-in's time had come
	approve    map[string]bool
	refuse     map[string]bool
	nextExpiry time.Time
}

func (q *quorum) answers(voices []Voice, now time.Time) answers {
	last := map[string]Voice{}
	for _, v := range voices {
		if v.Choice != Approve && v.Choice != Refuse || v.At.After(now) || q.excluded(v.Person) {
			continue
		}
		if before, ok := last[v.Person]; !ok || !v.At.Before(before.At) {
			last[v.Person] = v
		}
	}
	a := answers{now: now, approve: map[string]bool{}, refuse: map[string]bool{}}
	for person, v := range last {
		if v.Choice == Refuse {
			a.refuse[person] = true
			continue
		}
		until := v.Expires
		if until.IsZero() {
			until = v.At.Add(Expiry(q.decision))
		}
		if now.Before(until) {
			a.approve[person] = true
			a.nextExpiry = sooner(a.nextExpiry, until)
		}
	}
	return a
}

// Expiry is how long an approval of the decision stands.
func Expiry(d *plan.Decision) time.Duration { return d.Expires.Or(time.Hour) }

// silent reports whether a person has no answer that stands.
func (a answers) silent(person string) bool { return !a.approve[person] && !a.refuse[person] }

// best is the most that could still come: everybody approves who has not refused.
func (q *quorum) best(refuse map[string]bool) answers {
	a := answers{approve: map[string]bool{}, refuse: refuse}
	for _, person := range q.everyone {
		if !refuse[person] {
			a.approve[person] = true
		}
	}
	return a
}

// judge says how the decision stands and marks the needs that can no longer be met.
func (q *quorum) judge(a answers, c *counted) string {
	atBest := q.count(q.best(a.refuse))
	ideal := atBest
	if len(a.refuse) > 0 {
		ideal = q.count(q.best(nil))
	}
	met, refused := len(c.needs) > 0, false
	for i := range c.needs {
		n := &c.needs[i]
		switch {
		case n.Never != "":
		case !ideal.needs[i].Met && ideal.exact:
			n.Never = "the plan names too few people for it"
			if q.excluded(n.Who) {
				n.Never = "whoever proposes this may not approve it"
			}
		case !atBest.needs[i].Met && atBest.exact:
			n.Refused, refused = true, true
		}
		met = met && n.Met
	}
	switch {
	case refused:
		return Refused
	case met:
		return Met
	default:
		return Open
	}
}

// candidates are those who may approve and have not.
func (q *quorum) candidates(a answers) []string {
	var list []string
	for _, person := range q.everyone {
		if !a.approve[person] && q.may(person, a.now) {
			list = append(list, person)
		}
	}
	return list
}

// wanted are those without an answer whose approval would bring the decision nearer; all of them where it takes several at
// once.
func (q *quorum) wanted(a answers, c counted) []string {
	var helpful, unheard []string
	for _, person := range q.candidates(a) {
		if a.refuse[person] {
			continue
		}
		unheard = append(unheard, person)
		a.approve[person] = true
		if q.count(a).progress > c.progress {
			helpful = append(helpful, person)
		}
		delete(a.approve, person)
	}
	if len(helpful) == 0 && !slices.ContainsFunc(c.needs, func(n Need) bool { return n.Never != "" }) {
		return unheard
	}
	return helpful
}

// missing are the persons without whose approval a need cannot be met as things stand, whoever else comes.
func (q *quorum) missing(a answers, c counted) []string {
	var list []string
	all := q.best(a.refuse)
	all.now = a.now
	for _, person := range q.everyone {
		if !a.silent(person) {
			continue
		}
		delete(all.approve, person)
		for i, r := range q.required {
			if n := c.needs[i]; !n.Met && n.Never == "" && len(r.pool(all)) < r.need {
				list = append(list, person)
				break
			}
		}
		all.approve[person] = true
	}
	return list
}

// next is when the count changes without anybody answering.
func (q *quorum) next(a answers) time.Time {
	next := a.nextExpiry
	for _, r := range q.required {
		for _, s := range r.standIns {
			if s.from.After(a.now) {
				next = sooner(next, s.from)
			}
		}
	}
	return next
}

// sooner returns the earlier of two times, where zero is never.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || (!b.IsZero() && b.Before(a)) {
		return b
	}
	return a
}
