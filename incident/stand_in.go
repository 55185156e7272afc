package incident

import (
	"slices"
	"time"

	"tocsin/decision"
	"tocsin/plan"
)

// standIn is somebody who is to be called at a time because somebody else has not signed.
type standIn struct {
	who, absent string
	at          time.Time
}

// standIns lists those of an open decision's stand-ins who have not been called yet.
func standIns(p *plan.Plan, s *State, x Decision) []standIn {
	pd, _ := p.Decision(x.Decision)
	var list []standIn
	for _, in := range pd.StandIns {
		if slices.ContainsFunc(x.Approvals, func(a Approval) bool { return a.Person == in.For }) {
			continue
		}
		at := x.Opened.Add(time.Duration(in.After))
		for _, who := range p.MembersOf([]string{in.Who}, at) {
			if !s.Called(who) {
				list = append(list, standIn{who, in.For, at})
			}
		}
	}
	return list
}

// standInCounts lists when an open decision is met by an approval that is there already, for its giver's time to stand in comes.
func standInCounts(p *plan.Plan, s *State, x *Decision) []time.Time {
	var ts []time.Time
	pd, _ := p.Decision(x.Decision)
	for _, in := range pd.StandIns {
		at := x.Opened.Add(time.Duration(in.After))
		given := slices.ContainsFunc(p.MembersOf([]string{in.Who}, at), func(who string) bool { return x.approvalOf(who) != nil })
		if given && at.After(s.Last) && at.Before(x.Expires) && s.Status(p, x, at).State == decision.Met {
			ts = append(ts, at)
		}
	}
	return ts
}
