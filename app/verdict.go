package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tocsin/engine"
	"tocsin/exercise"
	"tocsin/incident"
	"tocsin/plan"
)

// Verdict says how an exercise without people ended.
type Verdict struct {
	Scenario  string         `json:"scenario"`
	Name      string         `json:"name"`
	Library   string         `json:"library,omitempty"` // id in the library; empty: the plan's own
	World     string         `json:"world"`
	Misfits   []string       `json:"misfits,omitempty"` // what of the scenario does not fit the plan
	Exercise  string         `json:"exercise"`          // id
	Contained bool           `json:"contained"`
	Why       string         `json:"why,omitempty"` // not contained
	Detected  string         `json:"detected"`      // by which detector, or by hand
	Incidents []string       `json:"incidents"`
	Lost      string         `json:"lost,omitempty"`  // of what users had, in the token's smallest unit; of one with a live part
	Saved     string         `json:"saved,omitempty"` // likewise
	Took      plan.Duration  `json:"took"`            // in exercise time, from the description to the end
	Seconds   float64        `json:"seconds"`         // that it took
	Score     exercise.Score `json:"score"`
	Data      string         `json:"data"` // folder
}

// verdict reads how the exercise ended, by its record and the chain.
func (t *theatre) verdict(ctx context.Context) (*Verdict, error) {
	sv, err := t.desk.Engine.Session(ctx, t.session)
	if err != nil {
		return nil, err
	}
	r := &sv.State.Runs[0]
	v := &Verdict{
		Scenario: r.Scenario.ID, Name: r.Scenario.Name, Library: r.Library, World: r.World, Misfits: r.Misfits, Exercise: t.session, Incidents: []string{},
		Took: plan.Duration(r.To.Sub(r.From).Round(time.Second)), Seconds: r.Completed.Sub(r.Described).Seconds(), Data: t.o.Data,
	}
	list, err := sv.Incidents(ctx, 1)
	if err != nil {
		return nil, err
	}
	var states []*incident.State
	for _, x := range list {
		states = append(states, x.State)
		v.Incidents = append(v.Incidents, x.State.ID)
		if v.Detected == "" {
			v.Detected = detectedBy(x.State)
		}
	}
	if r.Outcome == exercise.Completed {
		v.Contained = true
	} else {
		v.Why = t.why(ctx, list, r)
	}
	v.Score = exercise.ScoreOf(t.plan, sv.State, 1, states)
	if r.Scenario.Live != "" {
		truth, err := t.stage.Truth(ctx)
		if err != nil {
			return nil, err
		}
		v.Lost, v.Saved = truth.Lost.Dec(), truth.Saved.Dec()
	}
	return v, nil
}

func detectedBy(s *incident.State) string {
	if len(s.Findings) == 0 {
		return "by hand"
	}
	return s.Findings[0].Detector
}

// why says in a sentence what kept the team from containing it.
func (t *theatre) why(ctx context.Context, list []*engine.View, r *exercise.Run) string {
	if len(list) == 0 {
		return "Nobody said that something was wrong."
	}
	if r.Scenario.Live != "" {
		if x, err := t.stage.Truth(ctx); err == nil && x.Begun && !x.Held {
			return "The attack was not stopped." + halted(list)
		}
	}
	for _, x := range list {
		s := x.State
		if s.Phase.AtLeast(incident.Contained) && s.Phase != incident.Dismissed {
			continue
		}
		for _, a := range s.Actions {
			if a.State == incident.Failed && a.Prepared != nil {
				return fmt.Sprintf("%s could not be carried out: %s", a.Prepared.Words.Title, a.Say)
			}
		}
		for i := range s.Decisions {
			d := &s.Decisions[i]
			if d.State != incident.Met {
				return fmt.Sprintf("%s was not decided: %s", d.Name(x.Plan), s.Status(x.Plan, d, x.Now()).Say)
			}
		}
		if s.Phase == incident.Detected {
			return "Nobody said whether it is real. " + incident.MusterOf(x.Plan, s, x.Now()).Say
		}
		for _, st := range incident.StepsOf(x.Plan, s) {
			if !st.Over() {
				say := st.Say
				if say == "" {
					say = "nobody did it."
				}
				return fmt.Sprintf("The step %s was not done: %s", st.Name, say)
			}
		}
		return "It never became contained. " + strings.TrimSpace(incident.Situation(x.Plan, s))
	}
	return "It was contained, and the exercise was broken off all the same: " + r.Conclusion
}

// halted says what became of the decisions and actions that were to stop an attack.
func halted(list []*engine.View) string {
	var b strings.Builder
	for _, v := range list {
		for i := range v.State.Decisions {
			if d := &v.State.Decisions[i]; d.State == incident.Open || d.State == incident.Expired {
				fmt.Fprintf(&b, " %s was not decided: %s", d.Name(v.Plan), v.State.Status(v.Plan, d, v.Now()).Say)
			}
		}
		for _, a := range v.State.Actions {
			if a.Prepared == nil {
				continue
			}
			fmt.Fprintf(&b, " %s: %s", a.Prepared.Words.Title, strings.ReplaceAll(a.State, "-", " "))
			if a.Say != "" {
				fmt.Fprintf(&b, ", %s", a.Say)
			}
			if a.State == incident.Unneeded {
				b.WriteString(", for its effect was read without it")
			}
			b.WriteString(".")
		}
	}
	return b.String()
}
