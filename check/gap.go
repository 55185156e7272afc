// Package check owns what a plan leaves open: it reads a plan as a careful colleague would and says what would go wrong in
// an emergency, why, and how to mend it. It looks at paper only; what is wrong with the world is readiness.
package check

import (
	"slices"
	"strings"

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
}

// Check lists the gaps of a plan: errors first, then warnings and notes, each in the order of the plan's files. Positions
// come from src, which may be nil.
func Check(p *plan.Plan, src *plan.Source) []Gap {
	if p == nil {
		return nil
	}
	c := &checker{plan: p, source: src}
	c.checkCare()
	c.checkIssues()
	c.checkDetectors()
	c.checkProcedures()
	c.checkEscalation()
	c.checkTeam()
	c.checkCommunications()
	c.checkDecisions()
	c.checkActions()
	c.checkCompiled()
	c.checkTemplates()
	c.checkPrepared()
	rank := map[Level]int{Error: 0, Warning: 1, Note: 2}
	slices.SortStableFunc(c.gaps, func(a, b Gap) int {
		if a.Level != b.Level {
			return rank[a.Level] - rank[b.Level]
		}
		if a.File != b.File {
			return strings.Compare(a.File, b.File)
		}
		return a.Line - b.Line
	})
	return c.gaps
}

// Failed reports whether gaps are such that the plan should not be relied on.
func Failed(gaps []Gap) bool {
	return slices.ContainsFunc(gaps, func(g Gap) bool { return g.Level == Error })
}

type checker struct {
	plan   *plan.Plan
	source *plan.Source
	gaps   []Gap
}

// add notes a gap of what stands at a path of the plan.
func (c *checker) add(level Level, code, path, say, why, mend string) {
	at := c.source.At(path)
	c.gaps = append(c.gaps, Gap{
		Code: code, Level: level, Subject: path, File: at.File, Line: at.Line, Column: at.Column,
		Say: say, Why: why, Mend: mend,
	})
}
