package incident

import (
	"slices"
	"strings"
	"time"

	"tocsin/decision"
	"tocsin/plan"
)

// MusterOf says who is needed, who has come and who is still being called. An incident is short of people until it has an
// incident manager, the owner of its first open step, and enough approvers who come or have signed.
func MusterOf(p *plan.Plan, s *State, now time.Time) Muster {
	m := wantingOf(p, s, now)
	m.People = standing(s.trusted(p), s)
	return m
}

// wantingOf is the muster without the list of people, which costs the more the more of them are called.
func wantingOf(p *plan.Plan, s *State, now time.Time) Muster {
	p = s.trusted(p)
	var m Muster
	var here []string
	for _, a := range s.Answers {
		if a.Comes() {
			here = append(here, a.Person)
		}
	}
	if _, ok := p.Role(RoleIncidentManager); ok {
		w := Want{For: "incident manager"}
		if h := s.Holder(RoleIncidentManager); h != "" {
			w.Met, w.People = true, []string{h}
		} else {
			w.People = p.Holders(RoleIncidentManager, now)
		}
		m.Wanted = append(m.Wanted, w)
	} else {
		m.Wanted = append(m.Wanted, Want{For: "a responder", Met: len(here) > 0, People: here})
	}
	if v := firstOpen(p, s); v != nil && v.Owner != "" {
		// Holders as they were when it opened: a rota that turns meanwhile takes nobody away who is there.
		w := Want{For: "step " + v.Name, People: p.Holders(v.Owner, s.Opened)}
		if h := s.Holder(v.Owner); h != "" && !slices.Contains(w.People, h) {
			w.People = append([]string{h}, w.People...)
		}
		for _, who := range w.People {
			if slices.Contains(here, who) {
				w.Met, w.People = true, []string{who}
				break
			}
		}
		m.Wanted = append(m.Wanted, w)
	}
	for i := range s.Decisions {
		d := &s.Decisions[i]
		if d.State != Open || d.Subject.Kind == SubjectUpdate {
			continue
		}
		w := Want{For: "decision " + d.Name(p)}
		st := s.statusIfAllCome(p, d, now)
		w.Met = st.State == decision.Met
		w.People = s.approversWanted(p, d, now)
		m.Wanted = append(m.Wanted, w)
		if o := outOfReach(p, s, d, now); o != nil {
			m.OutOfReach = append(m.OutOfReach, *o)
		}
	}
	var missing []string
	for _, w := range m.Wanted {
		if !w.Met {
			missing = append(missing, w.For)
		}
	}
	if s.Phase.AtLeast(Contained) || s.Phase.Over() {
		missing = nil
	}
	m.Short = len(missing) > 0
	if m.Short {
		m.Say = "Still wanted: somebody for " + strings.Join(missing, "; ") + "."
		if len(s.Alarms) > 0 && s.deserted() {
			m.Say = "Nobody has come. Everybody was called at " + clock(s.Everyone) + " and is called until somebody answers. " + m.Say
		}
		for _, o := range m.OutOfReach {
			if len(s.Alarms) == 0 || !s.deserted() {
				m.Say += " " + o.Say
			}
		}
	} else {
		m.Say = "Enough people have come."
	}
	return m
}

// firstOpen is the first step that is neither done nor skipped, nil if there is none.
func firstOpen(p *plan.Plan, s *State) *StepView {
	for _, v := range course(p, s) {
		if !v.Over() {
			return &v
		}
	}
	return nil
}

// standing lists everybody called or come, in the order of calling.
func standing(p *plan.Plan, s *State) []There {
	var list []There
	seen := map[string]bool{}
	add := func(who string, since time.Time) {
		if seen[who] {
			return
		}
		seen[who] = true
		t := There{Person: who, Name: NameOf(p, who), Since: since}
		for _, h := range s.Roles {
			if h.Person == who {
				if r, ok := p.Role(h.Role); ok {
					t.Roles = append(t.Roles, r.Name)
				}
			}
		}
		t.State, t.Since = s.standingOf(who, since)
		list = append(list, t)
	}
	for _, pg := range s.Pages {
		add(pg.Person, pg.Requested)
	}
	for _, a := range s.Answers {
		add(a.Person, a.At)
	}
	return list
}

// StandingAsked is the standing of somebody who has come and is asked whether they are still there.
const StandingAsked = "asked"

func (s *State) standingOf(who string, since time.Time) (string, time.Time) {
	if !s.Sees(who) {
		return "out", since
	}
	if pg := s.ringing(who); pg != nil && pg.Quiet {
		return StandingAsked, pg.Requested
	} else if pg != nil && !s.here(who) {
		if s.Phase.AtLeast(Contained) {
			return "told", pg.Requested
		}
		return "ringing", pg.Requested
	}
	for i := range s.Decisions {
		for _, a := range s.Decisions[i].Approvals {
			if st := s.Decisions[i].State; a.Person == who && (st == Open || st == Met) {
				return "signed", a.At
			}
		}
	}
	if a := s.Answer(who); a != nil && a.Left {
		return "left", a.At
	} else if a != nil {
		return a.Answer, a.At
	}
	for _, pg := range s.Pages {
		if pg.Person == who && pg.State == Exhausted {
			return "no-answer", pg.Ended
		}
	}
	return "told", since
}
