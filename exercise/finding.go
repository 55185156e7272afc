package exercise

import (
	"fmt"
	"slices"
	"time"

	"tocsin/incident"
	"tocsin/plan"
)

// finder gathers what a run shows. Its sentences say what happened, not whose fault it was.
type finder struct {
	p *plan.Plan
	w *walk
	x *Score
}

func (f *finder) add(level, ref, format string, args ...any) {
	f.x.Findings = append(f.x.Findings, Finding{Level: level, Ref: ref, Say: fmt.Sprintf(format, args...)})
}

func (f *finder) find(rows []StepRow) {
	r := f.w.r
	if r.Outcome == Aborted {
		f.add(LevelError, "", "The scenario was not played to its end: %s", incident.Sentence(r.Conclusion))
	}
	f.response()
	for i := range rows {
		f.step(&rows[i])
	}
	for i := range f.x.Decisions {
		f.decision(&f.x.Decisions[i])
	}
	for i := range f.x.Updates {
		f.update(&f.x.Updates[i])
	}
	slices.SortStableFunc(f.x.Findings, func(a, b Finding) int { return weight(a.Level) - weight(b.Level) })
}

func weight(level string) int {
	return slices.Index([]string{LevelError, LevelWarning, LevelNote}, level)
}

// response says what the measures show.
func (f *finder) response() {
	over := f.w.r.Outcome != ""
	main := f.w.main()
	switch {
	case main != nil || !over:
	case len(f.w.incidents) > 0 && f.halts():
		f.add(LevelError, "", "The incident was dismissed, although it was to be halted.")
		return
	case len(f.w.incidents) == 0 && f.w.r.World != "":
		f.add(LevelError, "", "Nothing was detected: no incident was opened.")
		return
	}
	if m := f.x.TimeOf(MeasureAnswer); main != nil && m.Promised > 0 {
		switch within := span(time.Duration(m.Promised)); {
		case m.Reached && !m.Kept:
			f.add(LevelError, "", "The first answer came after %s; the plan promises one within %s.", span(time.Duration(m.Took)), within)
		case !m.Reached && over:
			f.add(LevelError, "", "Nobody answered; the plan promises an answer within %s.", within)
		}
	}
	if m := f.x.TimeOf(MeasureContain); over && !m.Reached && f.halts() {
		f.add(LevelError, "", "It was not contained.")
	}
}

// halts reports whether the script expects the issue to be halted.
func (f *finder) halts() bool {
	return slices.ContainsFunc(f.w.expected(), func(ref string) bool {
		procedure, id, _ := plan.SplitStep(ref)
		st, _ := f.p.Step(procedure, id)
		return st.Purpose == "halt"
	})
}

func (f *finder) step(row *StepRow) {
	for _, text := range row.Wrong {
		if row.Ref == "" {
			f.add(LevelError, "", "Done wrongly: %s", incident.Sentence(text))
		} else {
			f.add(LevelError, row.Ref, "%s went wrong: %s", row.Name, incident.Sentence(text))
		}
	}
	switch {
	case row.Missing && row.How == StepSkipped:
		f.add(LevelError, row.Ref, "%s was expected, and was skipped.", row.Name)
	case row.Missing && row.How == StepFailed:
		f.add(LevelError, row.Ref, "%s was expected, and failed.", row.Name)
	case row.Missing && row.How == StepUnderWay:
		f.add(LevelError, row.Ref, "%s was expected, and was not finished.", row.Name)
	case row.Missing:
		f.add(LevelError, row.Ref, "%s was expected, and nobody took it up.", row.Name)
	case row.Late > 0:
		f.add(LevelWarning, row.Ref, "%s was %s later than expected.", row.Name, span(time.Duration(row.Late)))
	}
	if row.Before != "" {
		f.add(LevelWarning, row.Ref, "%s came before %s, which the plan puts first.", row.Name, row.Before)
	}
	if row.Ref == "" && len(row.Wrong) == 0 {
		f.add(LevelNote, "", "Not in the plan: %s", incident.Sentence(row.Name))
	}
}

func (f *finder) decision(row *DecisionRow) {
	switch {
	case row.Missing:
		f.add(LevelError, row.Decision, "It was to be decided: %s. It was not.", row.Name)
	case row.Late > 0:
		f.add(LevelWarning, row.Decision, "%s was decided %s later than expected.", row.Name, span(time.Duration(row.Late)))
	}
}

func (f *finder) update(row *UpdateRow) {
	switch {
	case row.Missing:
		f.add(LevelError, row.Communication, "%s: an update was expected, and none was posted.", row.Name)
	case row.Missed > 0:
		f.add(LevelError, row.Communication, "%s: %s not posted by the time the plan promises.", row.Name, updates(row.Missed))
	case row.Posted > row.OnTime:
		f.add(LevelWarning, row.Communication, "%s: %s posted late.", row.Name, updates(row.Posted-row.OnTime))
	}
	if row.Late > 0 && !row.Missing {
		f.add(LevelWarning, row.Communication, "%s: the first update was %s later than the script expects.", row.Name, span(time.Duration(row.Late)))
	}
}

func updates(n int) string {
	if n == 1 {
		return "1 update was"
	}
	return fmt.Sprintf("%d updates were", n)
}
