package arm

import (
	"time"

	"tocsin/action"
	"tocsin/plan"
)

// Standing is how what the plan does about an issue by itself stands at a time.
type Standing struct {
	Issue    string     `json:"issue"`
	Name     string     `json:"name"`   // of the issue
	Action   string     `json:"action"` // id in the plan
	Does     string     `json:"does"`   // what the action does, in a sentence
	Decision string     `json:"decision"`
	Acts     []Detector `json:"detectors"`
	Veto     []Detector `json:"veto"`
	Armed    *Arm       `json:"armed,omitempty"` // nil: it is not
	Open     *Arm       `json:"asked,omitempty"` // nil: nothing waits for signatures
	Ready    bool       `json:"ready"`           // a finding would act now
	Why      string     `json:"why,omitempty"`   // why not
	Used     []Use      `json:"used"`            // within the period
	AtMost   int        `json:"at_most"`
	Per      string     `json:"per"`
	Unfit    []string   `json:"unfit,omitempty"` // why the plan can never arm it
}

// Detector is one that acts, or stops that.
type Detector struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	With string `json:"with,omitempty"` // name of the one that must agree, or why none is needed
	Test *Test  `json:"backtest,omitempty"`
}

// Look says how everything stands that a plan does by itself, in the plan's order.
func Look(p *plan.Plan, s *State, now time.Time) []Standing {
	list := []Standing{}
	for i := range p.Issues {
		if p.Issues[i].Automatic != nil {
			list = append(list, look(p, s, &p.Issues[i], now))
		}
	}
	return list
}

func look(p *plan.Plan, s *State, i *plan.Issue, now time.Time) Standing {
	x := i.Automatic
	out := Standing{
		Issue: i.ID, Name: issueName(p, i.ID), Action: x.Action, Decision: x.Decision, Acts: []Detector{}, Veto: []Detector{}, Used: []Use{},
		AtMost: x.Times(), Per: plan.Duration(x.Period()).String(),
	}
	if pr, err := action.Prepare(p, x.Action); err == nil {
		out.Does = pr.Words.Sentence
	}
	for _, f := range Unfit(p, i) {
		out.Unfit = append(out.Unfit, f.Say)
	}
	if f, ok := Unsigned(p, i, now); ok {
		out.Unfit = append(out.Unfit, f.Say)
	}
	for _, id := range x.Detectors {
		d := Detector{ID: id, Name: called(p, id)}
		if of, ok := p.Detector(id); ok {
			switch {
			case of.ActReason != "":
				d.With = of.ActReason
			case of.ActTogether != "":
				d.With = called(p, of.ActTogether)
			}
		}
		if t, ok := s.Test(p, id); ok {
			d.Test = &t
		}
		out.Acts = append(out.Acts, d)
	}
	for _, id := range x.Veto {
		out.Veto = append(out.Veto, Detector{ID: id, Name: called(p, id)})
	}
	if a, ok := s.Of(p, i.ID, now); ok {
		out.Armed = &a
	}
	if a, ok := s.Open(p, i.ID, now); ok {
		out.Open = &a
	}
	for _, u := range s.Uses {
		if u.Issue == i.ID && now.Sub(u.At) < x.Period() {
			out.Used = append(out.Used, u)
		}
	}
	_, out.Why = Ready(p, s, i.ID, now)
	out.Ready = out.Why == ""
	return out
}
