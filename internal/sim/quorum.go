package sim

import (
	"reflect"
	"slices"
	"time"

	"tocsin/decision"
	"tocsin/evm"
	"tocsin/incident"
	"tocsin/plan"
)

// voting is what is said to decisions, counted from the events alone.
type voting struct {
	asked   map[string]incident.EventDecisionOpened
	opened  map[string]time.Time
	voices  map[string]map[string]incident.Approval // decision → person
	ordered map[string]incident.EventActionOrdered
	signed  map[string]bool // actions

	safes    map[string]incident.EventSafeAsked // decision → what the Safe's owners were asked for last
	over     map[string]map[string]incident.Overriding
	anyway   map[string]bool // decisions that somebody has sent although the plan's rule is not met
	recalled map[string]bool // decisions that somebody took back
}

func newVoting() voting {
	return voting{
		asked: map[string]incident.EventDecisionOpened{}, opened: map[string]time.Time{}, voices: map[string]map[string]incident.Approval{},
		ordered: map[string]incident.EventActionOrdered{}, signed: map[string]bool{},
		safes: map[string]incident.EventSafeAsked{}, over: map[string]map[string]incident.Overriding{}, anyway: map[string]bool{}, recalled: map[string]bool{},
	}
}

// vote holds what is ordered and signed to the plan that the incident runs under.
func (a *account) vote(h incident.Happened) error {
	v := &a.voting
	switch e := h.Event.(type) {
	case incident.EventDecisionOpened:
		v.asked[e.ID], v.opened[e.ID], v.voices[e.ID] = e, h.At, map[string]incident.Approval{}
		if e.Armed != nil {
			return a.byItself(e, h.At)
		}
	case incident.EventApproval:
		v.voices[e.Decision][e.Approval.Person] = e.Approval
	case incident.EventSafeAsked:
		return a.askedSafe(e)
	case incident.EventOverride:
		if v.over[e.Decision] == nil {
			v.over[e.Decision] = map[string]incident.Overriding{}
		}
		v.over[e.Decision][e.Override.Person] = e.Override
	case incident.EventSentAnyway:
		v.anyway[e.Decision] = true
	case incident.EventWithdrawn:
		v.recalled[e.Decision] = true
	case incident.EventActionOrdered:
		v.ordered[e.ID] = e
		return a.quorum("ordered", e, h.At)
	case incident.EventActionRetried:
		delete(v.signed, e.ID)
		return a.quorum("ordered again", v.ordered[e.ID], h.At)
	case incident.EventActionSigned:
		first := !v.signed[e.ID] || e.Void != ""
		if v.signed[e.ID] = true; first {
			return a.quorum("signed", v.ordered[e.ID], h.At)
		}
	}
	return nil
}

// decides is a decision as the plan has it under which it was asked for.
func (a *account) decides(asked incident.EventDecisionOpened) plan.Decision {
	p := a.world.ground.plans[asked.Message.Plan.Hex()]
	d, _ := p.Decision(asked.Decision)
	return d
}

// quorum holds what is done with an action to the plan that the incident runs under, by counting as dumbly as can be.
func (a *account) quorum(done string, e incident.EventActionOrdered, at time.Time) error {
	asked, ok := a.voting.asked[e.Decision]
	d, named := a.plan().Decision(asked.Decision)
	does, called := e.Action, asked.Subject.Ref
	if asked.Subject.Kind == incident.SubjectRejection {
		a.world.say("%s is %s, which rejects what %s authorises", e.ID, done, asked.Subject.Ref)
		does, called = a.voting.asked[asked.Subject.Ref].Subject.Ref, "reject/"+asked.Subject.Ref
	}
	bad := func(why string, args ...any) error {
		return breaks("quorum", "%s was %s "+why, append([]any{e.ID, done}, args...)...)
	}
	switch {
	case !ok || !named || !slices.Contains(d.Actions, does) || called != e.Action:
		return bad("without a decision for it")
	case a.voting.recalled[e.Decision]:
		return bad("although somebody had taken the decision back")
	case asked.Armed != nil && !a.phase.Over(): // byItself has held it to what was signed in advance
		return nil
	case !a.phase.AtLeast(incident.Validated) || a.phase.Over():
		return bad("while the incident is %s", a.phase)
	case !at.Before(asked.Expires):
		return bad("after its decision had expired")
	case !reflect.DeepEqual(a.decides(asked), d):
		return bad("by what was signed under a plan that decides otherwise")
	}
	owners, wanted := a.owners(e.Decision)
	if len(owners) < wanted {
		return bad("with %d of the %d owners of the Safe", len(owners), wanted)
	}
	if a.voting.anyway[e.Decision] && wanted > 0 || a.overridden(e.Decision, d) {
		a.world.say("%s is %s without those who would have to agree", e.ID, done)
		return nil
	}
	said := map[string]bool{} // who has agreed and is not counted yet
	for who, v := range a.voting.voices[e.Decision] {
		if v.Choice != decision.Approve || a.trust.out(who) {
			continue
		}
		if v.Form == incident.FormSafe {
			if owners[v.Signer] == who {
				said[who] = true
			}
			continue
		}
		signer, err := asked.Message.With(v.Choice).Signer(v.Signature)
		p, _ := a.plan().Person(who)
		if err != nil || !slices.ContainsFunc(p.Keys, func(k plan.Key) bool { return evm.Address(k.Address) == signer }) {
			return bad("by what %s has not signed", who)
		}
		said[who] = !a.trust.things[incident.DistrustKey+" "+signer.Hex()]
	}
	for _, who := range d.Required {
		if !said[who] {
			i := slices.IndexFunc(d.StandIns, func(in plan.StandIn) bool {
				return in.For == who && said[in.Who] && !at.Before(a.voting.opened[e.Decision].Add(time.Duration(in.After)))
			})
			if i < 0 {
				return bad("without %s", who)
			}
			who = d.StandIns[i].Who
		}
		delete(said, who)
	}
	more := 0
	for _, who := range d.Additional.Who {
		if said[who] {
			more++
		}
	}
	if more < d.Additional.Need {
		return bad("with %d of the %d who have to agree besides", more, d.Additional.Need)
	}
	return nil
}
