// Package check owns what a plan leaves open: it reads a plan as a careful colleague would and says what would go wrong in
// an emergency, why, and how to mend it. It looks at paper only; what is wrong with the world is readiness.
package check

import (
	"cmp"
	"slices"
	"time"

	"tocsin/plan"
)

// Level says how much a gap matters.
type Level string

// The levels, worst first.
const (
	Error   Level = "error"   // in an emergency this would fail
	Warning Level = "warning" // in an emergency this would cost time
	Note    Level = "note"    // worth knowing
)

// Levels lists the levels, worst first.
func Levels() []Level { return []Level{Error, Warning, Note} }

// AtLeast reports whether a level is as bad as another, or worse.
func (l Level) AtLeast(other Level) bool {
	return slices.Index(Levels(), l) <= slices.Index(Levels(), other)
}

// Gap is something that the plan leaves open.
type Gap struct {
	Code    string `json:"code"` // stable, kebab-case
	Level   Level  `json:"level"`
	Subject string `json:"subject"` // what has the gap, by its place in the plan: issues[stolen-user-funds]; empty for the whole plan
	File    string `json:"file,omitzero"`
	Line    int    `json:"line,omitzero"`
	Column  int    `json:"column,omitzero"`
	Say     string `json:"message"` // what is wanting
	Why     string `json:"why"`     // what it would cost
	Mend    string `json:"mend"`    // what to write instead

	impact int // of the worst issue that it concerns: the lower the worse
}

// Check lists the gaps of a plan: errors first, then warnings and notes; within a level by what would hurt most: by kind of
// gap, then by the worst issue concerned, then in the order of the plan's files. Positions come from src, which may be nil.
// What depends on the day is left out; see CheckAt.
func Check(p *plan.Plan, src *plan.Source) []Gap { return CheckAt(p, src, time.Time{}) }

// CheckAt lists the gaps of a plan as Check does, with those that come with time: a review or an exercise that is overdue.
func CheckAt(p *plan.Plan, src *plan.Source, now time.Time) []Gap {
	if p == nil {
		return nil
	}
	c := newChecker(p, src, now)
	c.checkSecrets()
	c.checkCare()
	c.checkOpen()
	c.checkCompiled() // first of those that look at detection: it notes which detectors run
	c.checkIssues()
	c.checkKinds()
	c.checkDetectors()
	c.checkWatch()
	c.checkProcedures()
	c.checkEscalation()
	c.checkCategories()
	c.checkNames()
	c.checkTeam()
	c.checkUnlisted()
	c.checkRoles()
	c.checkRotas()
	c.checkIndispensable()
	c.checkCommunications()
	c.checkTemplates()
	c.checkDecisions()
	c.checkActions()
	c.checkPrepared()
	c.checkAssets()
	c.checkExercises()
	c.checkRetention()
	c.sort()
	return c.gaps
}

// Failed reports whether gaps are such that the plan should not be relied on.
func Failed(gaps []Gap) bool {
	return slices.ContainsFunc(gaps, func(g Gap) bool { return g.Level == Error })
}

func (c *checker) sort() {
	rank := make(map[string]int, len(codes))
	for i, code := range codes {
		rank[code] = i
	}
	// How each issue is detected is read as one list, the worst issue first.
	rank["issue-detected-by-hand"] = rank["issue-without-detection"]
	rank["issue-detected-silently"] = rank["issue-without-detection"]
	for i := range c.gaps {
		c.gaps[i].impact = c.impactOf(c.gaps[i].Subject)
	}
	slices.SortStableFunc(c.gaps, func(a, b Gap) int {
		return cmp.Or(
			cmp.Compare(slices.Index(Levels(), a.Level), slices.Index(Levels(), b.Level)),
			cmp.Compare(rank[a.Code], rank[b.Code]),
			cmp.Compare(a.impact, b.impact),
			cmp.Compare(a.File, b.File),
			cmp.Compare(a.Line, b.Line),
		)
	})
}

// add notes a gap of what stands at a path of the plan.
func (c *checker) add(level Level, code, path, say, why, mend string) {
	c.addAt(c.source.At(path), level, code, path, say, why, mend)
}

// addAt notes a gap of what stands at a place of the plan's files.
func (c *checker) addAt(at plan.Place, level Level, code, path, say, why, mend string) {
	c.gaps = append(c.gaps, Gap{
		Code: code, Level: level, Subject: path, File: at.File, Line: at.Line, Column: at.Column,
		Say: say, Why: why, Mend: mend,
	})
}
