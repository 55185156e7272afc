package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"tocsin/engine"
	"tocsin/incident"
)

// shown is what show prints as JSON.
type shown struct {
	Incident *incident.State   `json:"incident"`
	Muster   incident.Muster   `json:"muster"`
	Tasks    []incident.Task   `json:"tasks"`
	Steps    []shownStep       `json:"steps"`
	Timeline []shownEvent      `json:"timeline"`
	Reliefs  []incident.Relief `json:"reliefs,omitempty"` // roles whose holder nothing is heard of
}

type shownStep struct {
	ID     string    `json:"id"`
	Name   string    `json:"name"`
	State  string    `json:"state"`
	By     string    `json:"by,omitempty"`
	Say    string    `json:"say,omitempty"`
	Answer string    `json:"answer,omitempty"`
	Due    time.Time `json:"due,omitzero"`    // until when the plan allows time for it
	Added  bool      `json:"added,omitempty"` // on the spot
}

type shownEvent struct {
	At    time.Time `json:"at"`
	Kind  string    `json:"kind"`
	Actor string    `json:"actor"`
	Say   string    `json:"say"`
}

// show prints an incident; the tasks are those of person, and the timeline is the whole one or its end.
func (t *terminal) show(ctx context.Context, v *engine.View, person string, whole bool) error {
	p, s := v.Plan, v.State
	now := v.Now()
	out := shown{Incident: s, Muster: incident.MusterOf(p, s, now), Tasks: []incident.Task{}, Steps: []shownStep{}}
	if person != "" {
		out.Tasks = append(out.Tasks, incident.Todo(p, s, person, now)...)
	}
	out.Reliefs = incident.Reliefs(p, s, now)
	for _, st := range incident.StepsOf(p, s) {
		out.Steps = append(out.Steps, shownStep{st.ID, st.Name, st.State, st.By, st.Say, st.Answer, st.Due, st.Added != nil})
	}
	happened, err := v.Happened(ctx)
	if err != nil {
		return err
	}
	for _, h := range happened {
		actor := h.Actor.ID
		if actor == "" {
			actor = h.Actor.Kind
		}
		out.Timeline = append(out.Timeline, shownEvent{h.At, h.Event.Kind(), actor, incident.Describe(p, s, h)})
	}
	return t.print(out, func(w io.Writer) {
		kind := "REAL"
		if s.Exercise != nil {
			kind = "EXERCISE"
		}
		sev, _ := p.Severity(s.Severity)
		fmt.Fprintf(w, "%s: %s\n%s  %s, %s, opened %s\n", kind, s.Title, s.ID, s.Phase, strings.ToLower(sev.Name), s.Opened.Format("2006-01-02 15:04:05 UTC"))
		fmt.Fprintln(w, clip(incident.Situation(p, s)))
		if v.ReadOnly != nil {
			fmt.Fprintln(w, "This release can only show it:", v.ReadOnly)
		}
		for _, x := range s.Distrusted {
			fmt.Fprintln(w, distrustedOf(p, x))
		}
		for _, x := range s.Seconds {
			fmt.Fprintf(w, "%s asked at %s to %s. A second person has to confirm it. %s\n", incident.NameOf(p, x.By), moment(x.At), x.AskedIn(p), clip(x.Why))
		}
		for _, who := range s.Hidden {
			fmt.Fprintf(w, "HIDDEN from %s\n", incident.NameOf(p, who))
		}
		for _, x := range s.Pins {
			fmt.Fprintf(w, "%s: %s\n", x.Title(), clip(x.Link))
		}
		writeReports(w, s.Findings)
		if person != "" {
			fmt.Fprintf(w, "\nNow, for %s:\n", incident.NameOf(p, person))
			writeTasks(w, p, s, out.Tasks, person, now)
		}
		if len(out.Steps) > 0 {
			fmt.Fprintln(w, "\nProcedure:")
			for i, st := range out.Steps {
				line := fmt.Sprintf("  %2d. %-28s %-10s %s  %s", i+1, st.Name, strings.ReplaceAll(st.State, "-", " "), st.ID, st.Say)
				fmt.Fprintln(w, strings.TrimRight(line, " "))
				if st.Answer != "" {
					fmt.Fprintf(w, "     answered: %s\n", clip(st.Answer))
				}
				if !st.Due.IsZero() && now.After(st.Due) {
					fmt.Fprintf(w, "     overdue since %s\n", moment(st.Due))
				}
			}
		}
		for i := range s.Decisions {
			d := &s.Decisions[i]
			pd, _ := p.Decision(d.Decision)
			fmt.Fprintf(w, "\nDecision %s: %s, %s. %s\n", d.ID, pd.Name, d.State, s.Status(p, d, now).Say)
		}
		for _, u := range s.Updates {
			if u.State == incident.Owed || u.State == incident.Asked {
				c, _ := p.Communication(u.Communication)
				fmt.Fprintf(w, "\nUpdate %s: %s, owed by %s\n", u.ID, c.Name, u.Due.Format("2006-01-02 15:04 UTC"))
			}
		}
		if len(s.Evidence) > 0 {
			fmt.Fprintln(w, "\nEvidence:")
		}
		for _, e := range s.Evidence {
			fmt.Fprintf(w, "  %s  %s  %s  %s\n", moment(e.At), incident.NameOf(p, e.By), clip(e.What), clip(e.Note))
		}
		fmt.Fprintf(w, "\nPeople: %s\n", out.Muster.Say)
		for _, o := range out.Muster.OutOfReach {
			for _, instead := range append(slices.Clone(o.StandIns), o.Instead...) {
				fmt.Fprintf(w, "  Instead: %s\n", instead)
			}
		}
		for _, r := range out.Reliefs {
			fmt.Fprintf(w, "  %s\n", reliefOf(p, s, r))
		}
		for _, x := range out.Muster.People {
			fmt.Fprintf(w, "  %-20s %s  %s\n", x.Name, x.State, strings.Join(x.Roles, ", "))
		}
		writeTimeline(w, out.Timeline, s, whole)
	})
}

// reportsShown is how many reports stand in the overview of an incident, the newest.
const reportsShown = 3

// writeReports prints what people wrote who used the public form.
func writeReports(w io.Writer, list []incident.Finding) {
	told := slices.DeleteFunc(slices.Clone(list), func(f incident.Finding) bool { return f.Text == "" })
	if more := len(told) - reportsShown; more > 0 {
		fmt.Fprintf(w, "\n%d earlier reports stand in the console.\n", more)
		told = told[more:]
	}
	for _, f := range told {
		fmt.Fprintf(w, "\n%s  %s\n", moment(f.At), f.Say)
		writeTold(w, f)
	}
}

// writeTold prints the words of a report, and how to reach whoever wrote them.
func writeTold(w io.Writer, f incident.Finding) {
	for line := range strings.Lines(string(f.Text)) {
		fmt.Fprintf(w, "    > %s\n", strings.TrimRight(line, "\n"))
	}
	if f.Contact != "" {
		fmt.Fprintf(w, "    To be reached at %s\n", f.Contact)
	}
}
