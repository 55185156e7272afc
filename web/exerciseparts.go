package web

import (
	"slices"
	"strings"

	"tocsin/exercise"
	"tocsin/plan"
)

// here reports whether the person has said that they take part.
func (p *exercisePage) here() bool {
	return slices.ContainsFunc(p.Sheet.Invited, func(g exercise.Guest) bool { return g.Person == p.Sheet.Person && g.Came })
}

// mayEnd reports whether the person may say what became of a follow-up.
func (p *exercisePage) mayEnd(x exercise.FollowUp) bool {
	return p.Sheet.Moderates || x.Owner == p.Sheet.Person || x.Asked == p.Sheet.Person
}

// channel is what the plan calls a channel.
func (p *exercisePage) channel(id string) string {
	if i := slices.IndexFunc(p.Plan.Channels, func(c plan.Channel) bool { return c.ID == id }); i >= 0 && p.Plan.Channels[i].Name != "" {
		return p.Plan.Channels[i].Name
	}
	return id
}

// allSteps are the steps of all procedures, as a person chooses among them.
func (p *exercisePage) allSteps() []option {
	var list []option
	for _, proc := range p.Plan.Procedures {
		for _, st := range proc.Steps {
			ref := plan.StepRef(proc.ID, st.ID)
			list = append(list, option{ref, proc.Name + ": " + exercise.StepName(p.Plan, ref)})
		}
	}
	return list
}

// marked is a mark in words.
func (p *exercisePage) marked(m exercise.Mark) string {
	var parts []string
	if m.Step != "" {
		parts = append(parts, exercise.StepName(p.Plan, m.Step))
	}
	if m.Text != "" {
		parts = append(parts, m.Text)
	}
	say := strings.Join(parts, ": ")
	if m.Person != "" {
		say += " (" + p.name(m.Person) + ")"
	}
	return say + ": " + markSay(m.Kind)
}

// keep is what one or several people do.
func keep(n int) string {
	if n == 1 {
		return "keeps"
	}
	return "keep"
}
