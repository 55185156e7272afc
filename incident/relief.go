package incident

import (
	"slices"
	"time"

	"tocsin/plan"
)

// Relief is a role whose holder nobody hears of any more, or that nobody holds since whoever could went quiet, with those who could
// take it.
type Relief struct {
	Role   string    `json:"role"`
	Holder string    `json:"holder,omitempty"` // who is asked whether they are still there; empty if nobody holds the role
	Quiet  []string  `json:"quiet,omitempty"`  // who could hold it and counts as gone, where nobody does
	Since  time.Time `json:"since"`            // when the holder was last heard of, or the last of Quiet went quiet
	Next   []string  `json:"next,omitempty"`   // who could take it: those who have come first
	Asked  string    `json:"asked,omitempty"`  // who is asked to take it already
}

// Reliefs lists the roles that somebody should take over because nothing is heard of whoever holds or held them, in the order of
// the plan. Once it is contained nobody is asked whether they are still there, so there are none.
func Reliefs(p *plan.Plan, s *State, now time.Time) []Relief {
	if s.ID == "" || s.Phase.AtLeast(Contained) {
		return nil
	}
	var list []Relief
	for _, role := range p.Roles {
		r := Relief{Role: role.ID, Holder: s.Holder(role.ID)}
		could := p.Holders(role.ID, now)
		if r.Holder != "" {
			if pg := s.ringing(r.Holder); pg == nil || !pg.Quiet {
				continue
			}
			if a := s.Answer(r.Holder); a != nil {
				r.Since = a.heard()
			}
		} else if !r.quieted(s, could) {
			continue
		}
		for _, present := range []bool{true, false} {
			for _, who := range could {
				if who != r.Holder && s.Sees(who) && s.here(who) == present && !s.cannot(who) && !slices.Contains(r.Quiet, who) {
					r.Next = append(r.Next, who)
				}
			}
		}
		if o := s.Offered(role.ID); o != nil {
			r.Asked = o.To
		}
		list = append(list, r)
	}
	return list
}

// quieted puts in who could hold the role and went quiet; false if nobody did.
func (r *Relief) quieted(s *State, could []string) bool {
	for _, who := range could {
		if a := s.Answer(who); a != nil && a.Answer == WentQuiet {
			r.Quiet = append(r.Quiet, who)
			if a.At.After(r.Since) {
				r.Since = a.At
			}
		}
	}
	return len(r.Quiet) > 0
}
