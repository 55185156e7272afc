package exercise

import (
	"fmt"
	"strings"
	"time"

	"tocsin/document/markdown"
)

// Markdown writes the report. What people wrote in it means nothing to Markdown.
func (r *Report) Markdown() string {
	w := &reportWriter{r: r}
	w.Heading(1, markdown.Escape(r.Title+": "+r.Name))
	w.Text("**EXERCISE.** Nothing in this report happened to real users or real funds.")
	w.head()
	for i := range r.Runs {
		w.run(&r.Runs[i])
	}
	w.lessons()
	w.followUps()
	if len(r.Links) > 0 {
		w.Heading(2, "Recordings and notes")
		var links []string
		for _, l := range r.Links {
			links = append(links, map[string]string{"video": "Video", "notes": "Notes", "other": "More"}[l.Kind]+": <"+l.URL+">")
		}
		w.List(links...)
	}
	w.Text("Plan `%s`; exercise `%s`.", r.Plan, r.Session)
	return strings.TrimRight(w.String(), "\n") + "\n"
}

type reportWriter struct {
	markdown.Writer
	r *Report
}

func (w *reportWriter) head() {
	r := w.r
	var items []string
	say := func(format string, args ...any) { items = append(items, fmt.Sprintf(format, args...)) }
	say("When: %s to %s UTC", r.Begun.UTC().Format("2 January 2006, 15:04"), until(r.Begun, r.Ended))
	if r.Moderator != "" {
		say("Moderator: %s", markdown.Escape(r.Moderator))
	}
	switch {
	case r.Unattended:
		say("Nobody took part: a script played the team, to try the plan")
	case r.Published:
		say("Took part: %s", persons(r.Present))
	default:
		say("Took part: %s", people(r.Came))
		if len(r.Absent) > 0 {
			say("Invited, and could not come: %s", people(r.Absent))
		}
		if len(r.Watch) > 0 {
			say("Kept the real watch meanwhile: %s", people(r.Watch))
		}
		if len(r.Seen) > 0 {
			say("Have read this report: %s", people(r.Seen))
		}
	}
	if r.Surprise {
		say("It was a surprise: nobody was told beforehand")
	}
	for _, s := range r.Stops {
		say("Stopped at %s UTC for %s: %s", s.At.UTC().Format("15:04"), span(time.Duration(s.Lasted)), markdown.Escape(s.Why))
	}
	w.List(items...)
}

// until writes the end of a session: its time of day, with the day if that is another.
func until(begun, ended time.Time) string {
	if begun.UTC().Format(time.DateOnly) == ended.UTC().Format(time.DateOnly) {
		return ended.UTC().Format("15:04")
	}
	return ended.UTC().Format("2 January 2006, 15:04")
}

func people(names []string) string {
	var list []string
	for _, n := range names {
		list = append(list, markdown.Escape(n))
	}
	return and(list)
}

func persons(n int) string {
	if n == 1 {
		return "1 person"
	}
	return fmt.Sprintf("%d people", n)
}

func (w *reportWriter) run(x *ReportRun) {
	w.Heading(2, fmt.Sprintf("Scenario %d: %s", x.Number, markdown.Escape(x.Name)))
	how := "at the table"
	if x.Live {
		how = "live, on a chain of its own"
	}
	w.Text("Played %s for %s by the exercise clock. %s", how, span(time.Duration(x.Lasted)), markdown.Escape(x.Score.Say()))
	w.section("Objectives", x.Objectives)
	if x.Conclusion != "" {
		title := "Conclusion"
		if x.Outcome == Aborted {
			title = "Not played to its end"
		}
		w.Text("**%s:** %s", title, sentence(markdown.Escape(x.Conclusion)))
	}
	w.measures(x)
	w.steps(x)
	w.owed(x)
	w.findings(x)
	w.Heading(3, "What happened when")
	var rows [][]string
	for _, l := range x.Lines {
		row := []string{Stopwatch(time.Duration(l.After)), markdown.Escape(l.Text)}
		if !w.r.Published {
			row = append(row, markdown.Escape(l.Who))
		}
		rows = append(rows, row)
	}
	head := []string{"Since the opening", "What"}
	if !w.r.Published {
		head = append(head, "Who")
	}
	w.Table(head, rows)
	w.section("Questions for the discussion", x.Debrief)
}

func (w *reportWriter) section(title string, items []string) {
	if len(items) == 0 {
		return
	}
	w.Heading(3, title)
	var list []string
	for _, i := range items {
		list = append(list, markdown.Escape(i))
	}
	w.List(list...)
}

func (w *reportWriter) measures(x *ReportRun) {
	compared := map[string]string{}
	for _, c := range x.Compared {
		compared[c.Measure] = c.Say
	}
	var rows [][]string
	for i, m := range x.Score.Measures {
		took, promise, kept := "not reached", "–", ""
		if m.Reached {
			took = span(time.Duration(m.Took))
		} else if m.Promised == 0 {
			continue
		}
		if m.Promised > 0 {
			promise, kept = "within "+span(time.Duration(m.Promised)), "**not kept**"
			if m.Kept {
				kept = "kept"
			}
		}
		rows = append(rows, []string{MeasureNames[i][1], took, promise, kept, compared[m.Name]})
	}
	if len(rows) > 0 {
		w.Heading(3, "How long it took")
		w.Table([]string{"What", "After", "Promised", "", "Compared with before"}, rows)
	}
}

func (w *reportWriter) steps(x *ReportRun) {
	var rows [][]string
	for _, s := range x.Steps {
		was := markdown.Escape(s.Was)
		if !s.Good {
			was = "**" + was + "**"
		}
		rows = append(rows, []string{markdown.Escape(s.Name), was})
	}
	if len(rows) > 0 {
		w.Heading(3, "Expected steps")
		w.Table([]string{"Step", "How it went"}, rows)
	}
}

// owed tells of decisions and updates.
func (w *reportWriter) owed(x *ReportRun) {
	var rows [][]string
	for _, d := range x.Score.Decisions {
		was := "not reached"
		if d.Reached {
			was = "reached"
			if d.Took > 0 {
				was += " " + span(time.Duration(d.Took)) + " after it was asked for"
			}
			if len(d.With) > 0 {
				was += ", by " + people(d.With)
			}
		}
		rows = append(rows, []string{"Decision: " + markdown.Escape(d.Name), was})
	}
	for _, u := range x.Score.Updates {
		if was := u.words(); was != "" {
			rows = append(rows, []string{"Update: " + markdown.Escape(u.Name), was})
		}
	}
	if len(rows) > 0 {
		w.Heading(3, "Decisions and updates")
		w.Table([]string{"What", "How it went"}, rows)
	}
}

// words says how the updates of a communication went; nothing if none was owed.
func (u *UpdateRow) words() string {
	var say []string
	if u.Posted > 0 {
		say = append(say, fmt.Sprintf("%d posted, %d on time", u.Posted, u.OnTime))
	}
	if u.Missed > 0 {
		say = append(say, fmt.Sprintf("%d missed", u.Missed))
	}
	if len(say) == 0 && u.Expected {
		return "none posted"
	}
	return strings.Join(say, ", ")
}

func (w *reportWriter) findings(x *ReportRun) {
	if len(x.Score.Findings) == 0 {
		return
	}
	w.Heading(3, "What to look at")
	var list []string
	for _, f := range x.Score.Findings {
		list = append(list, markdown.Escape(f.Say))
	}
	w.List(list...)
}

func (w *reportWriter) lessons() {
	for _, k := range []struct {
		kind  LessonKind
		title string
	}{{Good, "What went well"}, {Mistake, "What went wrong"}, {Flaw, "What the plan lacks"}} {
		var list []string
		for _, l := range w.r.Lessons {
			if l.Kind != k.kind {
				continue
			}
			say := markdown.Escape(l.Text)
			if l.Step != "" {
				say += " (" + markdown.Escape(l.Step) + ")"
			}
			list = append(list, say)
		}
		if len(list) > 0 {
			w.Heading(2, k.title)
			w.List(list...)
		}
	}
}

func (w *reportWriter) followUps() {
	if len(w.r.FollowUps) == 0 {
		return
	}
	w.Heading(2, "What we do about it")
	head := []string{"What", "Until", "State"}
	if !w.r.Published {
		head = []string{"What", "Who", "Until", "State"}
	}
	var rows [][]string
	for _, f := range w.r.FollowUps {
		state := f.State
		if f.Why != "" {
			state += ": " + f.Why
		}
		row := []string{markdown.Escape(f.Text), markdown.Escape(f.Owner), f.By.UTC().Format("2 January 2006"), markdown.Escape(state)}
		if w.r.Published {
			row = append(row[:1], row[2:]...)
		}
		rows = append(rows, row)
	}
	w.Table(head, rows)
}
