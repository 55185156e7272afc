package cli

import (
	"fmt"
	"io"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/plan"
)

// writeTasks prints what is somebody's to do, each with the command that does it but for --data.
func writeTasks(w io.Writer, p *plan.Plan, s *incident.State, list []incident.Task, person string, now time.Time) {
	if len(list) == 0 {
		fmt.Fprintln(w, "  nothing")
	}
	for i, task := range list {
		fmt.Fprintf(w, "  %d. %s%s\n     %s\n", i+1, task.Title, dueAt(task.Due, now), strings.ReplaceAll(strings.TrimSpace(task.Say), "\n", "\n     "))
		if command := commandOf(p, s, task, person); command != "" {
			fmt.Fprintf(w, "     tocsin %s\n", command)
		}
	}
}

// commandOf is the command that does a task; empty if it depends on more than the task tells.
func commandOf(p *plan.Plan, s *incident.State, task incident.Task, person string) string {
	of := func(verb string, more ...string) string {
		return strings.Join(append([]string{"incident", verb, s.ID}, more...), " ") + " --as " + person
	}
	switch task.Kind {
	case incident.TaskAnswer:
		return of("answer", incident.Coming)
	case incident.TaskValidate, incident.TaskContain, incident.TaskResolve, incident.TaskClose:
		return of(task.Kind)
	case incident.TaskAccept, incident.TaskRetry:
		return of(task.Kind, task.Ref)
	case incident.TaskSign:
		return "sign " + s.ID + " " + task.Ref + " --keystore FILE"
	case incident.TaskStep:
		if s.Step(task.Ref).State == incident.UnderWay {
			return of("step", task.Ref, "done")
		}
		return of("step", task.Ref, "begin")
	case incident.TaskUpdate:
		u := s.Update(task.Ref)
		if u == nil {
			return ""
		}
		more := []string{task.Ref}
		for _, ch := range incident.ByHand(p, s, u) {
			more = append(more, "--posted", ch.ID)
		}
		return of("update", more...)
	case incident.TaskSecond:
		if c, ok := strings.CutPrefix(task.Ref, "waive-"); ok {
			return of("waive", c)
		}
		switch task.Ref {
		case incident.TaskResolve, incident.TaskClose, "dismiss":
			return of(task.Ref)
		}
	}
	return ""
}

// dueAt says until when something is due, with the day if that is not today, or since when it is overdue.
func dueAt(due, now time.Time) string {
	if due.IsZero() {
		return ""
	}
	due = due.UTC()
	at := due.Format("15:04:05 UTC")
	if due.Format(time.DateOnly) != now.UTC().Format(time.DateOnly) {
		at = due.Format("2 January 15:04 UTC")
	}
	if due.Before(now) {
		return ", overdue since " + at
	}
	return ", by " + at
}
