package exercise

import (
	"fmt"
	"time"

	"tocsin/document/paper"
	"tocsin/incident"
)

// run writes how one scenario went.
func (w *reportWriter) run(x *ReportRun) paper.Part {
	part := paper.Part{Title: fmt.Sprintf("Scenario %d: %s", x.Number, x.Name)}
	how := "at the table"
	if x.Live {
		how = "live, on a chain of its own"
	}
	part.Add(paper.Say(fmt.Sprintf("Played %s for %s by the exercise clock. %s", how, span(time.Duration(x.Lasted)), x.Score.Say())))
	if x.Conclusion != "" {
		title := "Conclusion:"
		if x.Outcome == Aborted {
			title = "Not played to its end:"
		}
		part.Add(paper.Of(paper.Bold(title), paper.Say(" "+incident.Sentence(x.Conclusion))))
	}
	part.Below(listed("Objectives", x.Objectives))
	part.Below(w.measures(x))
	part.Below(w.steps(x))
	part.Below(w.owed(x))
	var findings []string
	for _, f := range x.Score.Findings {
		findings = append(findings, f.Say)
	}
	part.Below(listed("What to look at", findings))
	part.Below(w.lines(x))
	part.Below(listed("Questions for the discussion", x.Debrief))
	return part
}

func listed(title string, items []string) paper.Part {
	x := paper.Part{Title: title}
	x.List(said(items))
	return x
}

func (w *reportWriter) lines(x *ReportRun) paper.Part {
	part := paper.Part{Title: "What happened when"}
	head := []string{"Since the opening", "What", "Who"}
	if w.r.Published {
		head = head[:2]
	}
	var rows [][]paper.Words
	for _, l := range x.Lines {
		rows = append(rows, said([]string{Stopwatch(time.Duration(l.After)), l.Text, l.Who}[:len(head)]))
	}
	part.Table(head, rows)
	return part
}

func (w *reportWriter) measures(x *ReportRun) paper.Part {
	part := paper.Part{Title: "How long it took"}
	part.Add(paper.Say(MeasuredFrom))
	compared := map[string]string{}
	for _, c := range x.Compared {
		compared[c.Measure] = c.Say
	}
	var rows [][]paper.Words
	for _, m := range x.Score.Measures {
		took, promise, kept := "not reached", "–", paper.Words{}
		if m.Reached {
			took = span(time.Duration(m.Took))
		} else if m.Promised == 0 {
			continue
		}
		if m.Promised > 0 {
			promise, kept = "within "+span(time.Duration(m.Promised)), paper.Bold("not kept")
			if m.Kept {
				kept = paper.Say("kept")
			}
		}
		rows = append(rows, []paper.Words{paper.Say(MeasureName(m.Name)), paper.Say(took), paper.Say(promise), kept, paper.Say(compared[m.Name])})
	}
	part.Table([]string{"What", "After", "Promised", "", "Compared with before"}, rows)
	return part
}

// MeasureName is what a measure is called; its own name for one that is not known.
func MeasureName(measure string) string {
	for _, n := range MeasureNames {
		if n[0] == measure {
			return n[1]
		}
	}
	return measure
}

func (w *reportWriter) steps(x *ReportRun) paper.Part {
	part := paper.Part{Title: "Expected steps"}
	var rows [][]paper.Words
	for _, s := range x.Steps {
		rows = append(rows, []paper.Words{paper.Say(s.Name), {{Text: s.Was, Bold: !s.Good}}})
	}
	part.Table([]string{"Step", "How it went"}, rows)
	return part
}

// owed tells of decisions and updates.
func (w *reportWriter) owed(x *ReportRun) paper.Part {
	part := paper.Part{Title: "Decisions and updates"}
	var rows [][]paper.Words
	for _, d := range x.Score.Decisions {
		was := "not reached"
		if d.Reached {
			was = "reached"
			if d.Took > 0 {
				was += " " + span(time.Duration(d.Took)) + " after it was asked for"
			}
			if len(d.With) > 0 {
				was += ", by " + and(d.With)
			}
		}
		rows = append(rows, said([]string{"Decision: " + d.Name, was}))
	}
	for _, u := range x.Score.Updates {
		if was := u.words(); was != "" {
			rows = append(rows, said([]string{"Update: " + u.Name, was}))
		}
	}
	part.Table([]string{"What", "How it went"}, rows)
	return part
}
