package document

import (
	"regexp"
	"slices"
	"strings"

	"tocsin/document/markdown"
	"tocsin/plan"
)

// readIssues reads a table of issues: what could happen, of which category, and how it would be noticed.
func readIssues(w *walker, p *part, i int) int {
	t := &p.blocks[i]
	if t.Kind != markdown.Table || p.section != "" && p.section != "issues" && p.own {
		return 0
	}
	c := newColumns(t)
	name := c.find("issue", "issues", "potential issue", "incident", "threat", "emergency", "event~", "scenario", "risk")
	detection := c.find("detection", "detected by", "detect", "how detected", "monitoring", "signal", "signals", "alert")
	category := c.find("category", "type", "kind~", "class~")
	if name < 0 || p.section != "issues" && (detection < 0 || category < 0) {
		return 0
	}
	severity := c.find("severity", "priority", "level~", "sev~")
	procedure := c.find("procedure", "response~", "playbook", "runbook")
	id := c.find("id~")
	p.page.markHeader(t)
	for _, row := range t.Rows {
		if empty(row) || text(row, name) == "" {
			w.lose(p, row, "this row names no issue")
			continue
		}
		s := w.issue(text(row, name), text(row, id))
		s.Category = filled(text(row, category))
		s.Severity = filled(text(row, severity))
		s.Procedure = filled(text(row, procedure))
		w.detection(s, text(row, detection))
		w.rest(p, c, row, "issues["+s.ID+"]", s)
		p.page.mark(lineOf(row), lineOf(row), placed)
	}
	return 1
}

// filled answers a text, or nothing if it only stands in for one still to be written.
func filled(s string) string {
	if plan.Open(s) {
		return ""
	}
	return s
}

var (
	spikeWords = regexp.MustCompile(`(?i)\b(spikes?|surges?|sudden|jump|unusual (number|amount|volume)|increased?)\b`)
	// metrics are what a spike can be one of, the narrower first.
	metrics = []struct {
		name  string
		words *regexp.Regexp
	}{
		{"failed_share", regexp.MustCompile(`(?i)\b(share|rate|percentage) of (failed|failing|reverted|reverting)( transactions?| txs?)?\b|\bfailure rate\b`)},
		{"failed_transactions", regexp.MustCompile(`(?i)\b(failed|failing|reverted|reverting) (transactions?|txn?s?|calls)\b|\breverts\b`)},
		{"gas_price", regexp.MustCompile(`(?i)\bgas( price| prices| fees?| cost| costs)?\b`)},
		{"outflow", regexp.MustCompile(`(?i)\b(outflows?|withdrawals?)\b`)},
		{"transactions", regexp.MustCompile(`(?i)\b(transactions?|txn?s?)\b`)},
		{"events", regexp.MustCompile(`(?i)\b(events?|logs?)\b`)},
	}
)

// detection reads how an issue is noticed: a spike becomes a detector of that kind, to be completed by its owners and
// shared by the issues that name the same one; all else is a sign that people look for.
func (b *builder) detection(s *plan.Issue, signs string) {
	for _, sign := range strings.FieldsFunc(signs, func(r rune) bool { return r == '\n' || r == ';' }) {
		sign = strings.TrimSpace(sign)
		switch {
		case sign == "" || plan.Open(sign):
		case b.find("detectors", sign) != "":
			if id := b.find("detectors", sign); !slices.Contains(s.Detection.Detectors, id) {
				s.Detection.Detectors = append(s.Detection.Detectors, id)
			}
		case spikeWords.MatchString(sign):
			d := plan.Detector{ID: b.id("detectors", sign), Name: sign, Kind: "spike", Metric: metric(sign)}
			b.plan.Detectors = append(b.plan.Detectors, d)
			s.Detection.Detectors = append(s.Detection.Detectors, d.ID)
		default:
			s.Detection.Manual = append(s.Detection.Manual, plan.ManualSign{What: sign})
		}
	}
}

// metric finds what a spike is one of; empty if the text names nothing that can be counted, or several things.
func metric(sign string) string {
	found := ""
	for _, m := range metrics {
		if !m.words.MatchString(sign) {
			continue
		}
		if found != "" {
			return ""
		}
		found = m.name
		sign = m.words.ReplaceAllString(sign, "")
	}
	return found
}
