package exercise

import (
	"fmt"
	"strings"
	"time"

	"tocsin/document/paper"
)

// Markdown writes the report. What people wrote in it means nothing to Markdown.
func (r *Report) Markdown() string { return r.Paper().Markdown() }

// Paper is the report as a document, for people to read, print and keep.
func (r *Report) Paper() *paper.Paper {
	w := &reportWriter{r: r}
	x := &paper.Paper{Kind: "Report of an exercise", Title: r.Title, Name: r.Name}
	if r.Published {
		x.Kind = "Report of an exercise, without names"
	}
	lead := paper.Part{}
	lead.Add(paper.Of(paper.Bold("EXERCISE."), paper.Say(" Nothing in this report happened to real users or real funds.")))
	lead.List(w.head())
	x.Lead = lead.Blocks
	body := &paper.Part{}
	for i := range r.Runs {
		body.Below(w.run(&r.Runs[i]))
	}
	w.lessons(body)
	body.Below(w.followUps())
	links := paper.Part{Title: "Recordings and notes"}
	var items []paper.Words
	for _, l := range r.Links {
		kind := map[string]string{"video": "Video", "notes": "Notes", "other": "More"}[l.Kind]
		items = append(items, paper.Of(paper.Say(kind+": "), paper.Words{{Text: l.URL, URL: l.URL}}))
	}
	links.List(items)
	body.Below(links)
	x.Parts = body.Parts
	x.Foot = paper.Of(paper.Say("Plan "), code(r.Plan), paper.Say("; exercise "), code(r.Session), paper.Say("."))
	return x
}

func code(text string) paper.Words { return paper.Words{{Text: text, Code: true}} }

// said sets each of a list of texts.
func said(texts []string) []paper.Words {
	var list []paper.Words
	for _, t := range texts {
		list = append(list, paper.Say(t))
	}
	return list
}

type reportWriter struct{ r *Report }

func (w *reportWriter) head() []paper.Words {
	r := w.r
	var items []paper.Words
	say := func(format string, args ...any) { items = append(items, paper.Say(fmt.Sprintf(format, args...))) }
	say("When: %s to %s UTC", r.Begun.UTC().Format("2 January 2006, 15:04"), until(r.Begun, r.Ended))
	if r.Moderator != "" {
		say("Moderator: %s", r.Moderator)
	}
	switch {
	case r.Unattended:
		say("Nobody took part: a script played the team, to try the plan")
	case r.Published:
		say("Took part: %s", persons(r.Present))
	default:
		say("Took part: %s", and(r.Came))
		if len(r.Absent) > 0 {
			say("Invited, and could not come: %s", and(r.Absent))
		}
		if len(r.Watch) > 0 {
			say("Kept the real watch meanwhile: %s", and(r.Watch))
		}
		if len(r.Seen) > 0 {
			say("Have read this report: %s", and(r.Seen))
		}
	}
	if r.Surprise {
		say("It was a surprise: nobody was told beforehand")
	}
	for _, s := range r.Stops {
		say("Stopped at %s UTC for %s: %s", s.At.UTC().Format("15:04"), span(time.Duration(s.Lasted)), s.Why)
	}
	return items
}

// until writes the end of a session: its time of day, with the day if that is another.
func until(begun, ended time.Time) string {
	if begun.UTC().Format(time.DateOnly) == ended.UTC().Format(time.DateOnly) {
		return ended.UTC().Format("15:04")
	}
	return ended.UTC().Format("2 January 2006, 15:04")
}

func persons(n int) string {
	if n == 1 {
		return "1 person"
	}
	return fmt.Sprintf("%d people", n)
}

func (w *reportWriter) lessons(body *paper.Part) {
	for _, k := range []struct {
		kind  LessonKind
		title string
	}{{Good, "What went well"}, {Mistake, "What went wrong"}, {Flaw, "What the plan lacks"}} {
		x := paper.Part{Title: k.title}
		var list []paper.Words
		for _, l := range w.r.Lessons {
			if l.Kind != k.kind {
				continue
			}
			say := l.Text
			if l.Step != "" {
				say += " (" + l.Step + ")"
			}
			list = append(list, paper.Say(say))
		}
		x.List(list)
		body.Below(x)
	}
}

func (w *reportWriter) followUps() paper.Part {
	x := paper.Part{Title: "What we do about it"}
	head := []string{"What", "Who", "Until", "State"}
	if w.r.Published {
		head = []string{"What", "Until", "State"}
	}
	var rows [][]paper.Words
	for _, f := range w.r.FollowUps {
		state := f.State
		if f.Why != "" {
			state += ": " + f.Why
		}
		row := []string{f.Text, f.Owner, f.By.UTC().Format("2 January 2006"), state}
		if w.r.Published {
			row = append(row[:1], row[2:]...)
		}
		rows = append(rows, said(row))
	}
	x.Table(head, rows)
	return x
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
