package web

import (
	"bytes"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"tocsin/exercise"
	"tocsin/exercise/library"
	"tocsin/fault"
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

// pictured reports whether the page can show the picture of something given: those of the library stand in Tocsin itself.
func (p *exercisePage) pictured(g exercise.Given) bool {
	_, ok := library.Picture(g.Picture)
	return ok
}

// picture is the address of a picture that was given. It counts what was given, so that nobody can ask for another.
func (p *exercisePage) picture(run, number int) string {
	return p.Base + "/pictures/" + strconv.Itoa(run) + "/" + strconv.Itoa(number)
}

// exercisePicture answers with a picture that was given.
func (c *Console) exercisePicture(w http.ResponseWriter, r *http.Request, s *session) {
	_, sheet, err := c.exerciseOf(r.Context(), s, r.PathValue("id"))
	if err != nil {
		c.fail(w, r, err)
		return
	}
	for _, run := range sheet.Runs {
		for _, g := range run.Given {
			if strconv.Itoa(run.Number) != r.PathValue("run") || strconv.Itoa(g.Number) != r.PathValue("number") {
				continue
			}
			if b, ok := library.Picture(g.Picture); ok {
				w.Header().Set("Content-Type", "image/svg+xml")
				w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
				_, _ = bytes.NewReader(b).WriteTo(w)
				return
			}
		}
	}
	c.fail(w, r, fault.New(fault.NotFound, "There is no such picture."))
}
