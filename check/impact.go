package check

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"tocsin/plan"
)

// kindsByHarm is which kind of issue hurts more where the plan ranks nothing.
var kindsByHarm = []string{"theft", "admin-access", "bug", "front-end", "disclosure", "subsystem", "social-account", "denial-of-service", "overload"}

// impact ranks an issue: the lower the worse. Its severity decides, then its kind.
func (c *checker) impact(i *plan.Issue) int {
	rank := 0 // an issue without a severity counts as the worst, as it does when it opens
	if at, ok := c.severities[i.Severity]; ok {
		rank = at
	}
	kind := len(kindsByHarm)
	for _, k := range kindsOf(i) {
		kind = min(kind, slices.Index(kindsByHarm, k))
	}
	return rank*100 + kind
}

// rankImpacts notes for everything that belongs to issues how bad the worst of them is.
func (c *checker) rankImpacts() {
	worse := func(section, id string, impact int) {
		if id == "" {
			return
		}
		path := section + "[" + id + "]"
		if at, ok := c.impacts[path]; !ok || impact < at {
			c.impacts[path] = impact
		}
	}
	for n := range c.plan.Issues {
		i := &c.plan.Issues[n]
		impact := c.impact(i)
		worse("issues", i.ID, impact)
		worse("categories", i.Category, impact)
		worse("procedures", i.Procedure, impact)
		for _, d := range i.Detection.Detectors {
			worse("detectors", d, impact)
		}
		for _, a := range i.Assets {
			worse("assets", a, impact)
		}
		if r := c.procedures[i.Procedure]; r != nil {
			for k := range r.Steps {
				worse("decisions", r.Steps[k].Decision, impact)
				worse("actions", r.Steps[k].Action, impact)
			}
		}
	}
}

// impactOf is the impact of what stands at a path: of the thing at its beginning.
func (c *checker) impactOf(path string) int {
	if end := strings.IndexByte(path, ']'); end > 0 {
		if impact, ok := c.impacts[path[:end+1]]; ok {
			return impact
		}
	}
	return math.MaxInt
}

// list writes names in a sentence: "a", "b" and "c"; beyond five, how many more there are.
func list(names []string) string {
	const most = 5
	quoted := make([]string, 0, most+1)
	for i, n := range names {
		if i == most && len(names) > most+1 {
			quoted = append(quoted, fmt.Sprintf("%d more", len(names)-most))
			break
		}
		quoted = append(quoted, `"`+clip(n)+`"`)
	}
	return and(quoted)
}

// plain writes names of people in a sentence, without quotes.
func plain(names []string) string {
	const most = 5
	if len(names) > most+1 {
		names = append(slices.Clone(names[:most]), fmt.Sprintf("%d more", len(names)-most))
	}
	return and(names)
}

func and(parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:len(parts)-1], ", ") + " and " + parts[len(parts)-1]
}

// clip shortens a text that somebody wrote so that a sentence can quote it.
func clip(s string) string { return clipTo(s, 60) }

// clipLong leaves room for a whole question.
func clipLong(s string) string { return clipTo(s, 200) }

func clipTo(s string, most int) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// count writes a number with what is counted.
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
