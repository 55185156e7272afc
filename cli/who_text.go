package cli

import (
	"fmt"
	"io"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/plan"
)

// moments are the moments at which people are told, in order, with what who prints above and instead of them.
var moments = []whoMoment{
	{"detection", "Upon detection, if nobody answers", "nobody is told"},
	{"validation", "Upon validation, besides", "nobody else"},
	{incident.MomentProcedure, "When the procedure comes to it", ""},
	{"containment", "Upon containment, besides", "nobody else"},
	{"resolution", "Upon resolution, besides", "nobody else"},
}

type whoMoment struct{ id, title, none string }

func whoHead(w io.Writer, p *plan.Plan, i plan.Issue, at time.Time) {
	how := ""
	if s, ok := p.Severity(i.Severity); ok {
		how = " (" + s.Name + ")"
	}
	clock := at.Format("Monday, 2 January 2006, 15:04 MST")
	if at.Location() != time.UTC {
		clock = fmt.Sprintf("%s in %s, %s UTC", at.Format("Monday, 2 January 2006, 15:04"), at.Location(), at.UTC().Format("15:04"))
	}
	fmt.Fprintf(w, "%s%s, detected on %s.\n", i.Name, how, clock)
}

// print prints who is told at a moment: a line for each page, in the order of their first calls.
func (m whoMoment) print(w io.Writer, told []incident.Told) {
	var order []string
	pages := map[string][]incident.Told{}
	for _, x := range told {
		if x.Moment == m.id {
			if pages[x.Page] == nil {
				order = append(order, x.Page)
			}
			pages[x.Page] = append(pages[x.Page], x)
		}
	}
	switch {
	case len(order) > 0:
		fmt.Fprintf(w, "\n%s:\n", m.title)
	case m.none != "":
		fmt.Fprintf(w, "\n%s: %s\n", m.title, m.none)
	}
	for _, id := range order {
		fmt.Fprintf(w, "  %-6s %s\n", "+"+minutes(pages[id][0].After), pageLine(pages[id]))
	}
}

// pageLine says in words how one person is called.
func pageLine(calls []incident.Told) string {
	first := calls[0]
	name := first.Name
	if plan.Open(name) {
		name = first.Person
	}
	if first.How == "" {
		return fmt.Sprintf("%s cannot be reached (%s)", name, first.Why)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "page %s by %s", name, contactWord(first.How))
	again := len(calls)
	for n, x := range calls[1:] {
		if x.How == first.How { // the ladder begins again
			again = n + 1
			break
		}
		fmt.Fprintf(&b, ", +%s by %s", minutes(x.After), contactWord(x.How))
	}
	if again < len(calls) {
		fmt.Fprintf(&b, ", again from +%s", minutes(calls[again].After))
	}
	fmt.Fprintf(&b, " (%s)", first.Why)
	return b.String()
}

// minutes writes a duration that is mostly in minutes.
func minutes(d time.Duration) string {
	if d == 0 {
		return "0m"
	}
	return plan.Duration(d).String()
}

func contactWord(kind string) string {
	switch kind {
	case "email":
		return "e-mail"
	case "sms":
		return "text message"
	case "terminal":
		return "the server's terminal"
	case "telegram", "slack", "discord", "signal":
		return upper(kind)
	}
	return kind
}

// whoDecides prints what must be decided, and by whom.
func whoDecides(w io.Writer, p *plan.Plan, asked []incident.Agreement) {
	if len(asked) == 0 {
		fmt.Fprintf(w, "\nNo decision is needed.\n")
		return
	}
	fmt.Fprintf(w, "\nWhat must be decided:\n")
	for _, a := range asked {
		optional := ""
		if a.Optional {
			optional = ", if it is wanted"
		}
		fmt.Fprintf(w, "  %s%s, for: %s\n      %s\n", a.Decision.Name, optional, strings.Join(a.For, "; "), mustApprove(p, a))
		for _, in := range a.Decision.StandIns {
			fmt.Fprintf(w, "      %s may stand in for %s", p.NameOf(in.Who), p.NameOf(in.For))
			if in.After > 0 {
				fmt.Fprintf(w, " after %s without an answer", in.After)
			}
			fmt.Fprintln(w, ".")
		}
	}
}

// mustApprove says whose approval a decision needs.
func mustApprove(p *plan.Plan, a incident.Agreement) string {
	if len(a.Status.Needed) == 0 {
		return a.Status.Say
	}
	var who []string
	for _, n := range a.Status.Needed {
		switch _, person := p.Person(n.Who); {
		case n.Never != "":
			return a.Status.Say
		case n.Who == "":
			who = append(who, fmt.Sprintf("%d of the further approvers", n.Need))
		case person || n.Need == 0:
			who = append(who, n.Name)
		default:
			who = append(who, fmt.Sprintf("%d of %s", n.Need, n.Name))
		}
	}
	return "Needs " + join(who) + "."
}

// either lists ids as alternatives.
func either(ids []string) string { return strings.Join(ids, ", ") }
