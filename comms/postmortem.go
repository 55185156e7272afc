package comms

import (
	"fmt"
	"strings"
	"time"

	"tocsin/evm"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
)

// Postmortem drafts the team's own post-mortem in Markdown: all that the record holds, and questions where only people
// know the answer. It names persons; PublicPostmortem does not.
func Postmortem(p *plan.Plan, s *incident.State, happened []incident.Happened, now time.Time) string {
	d := report{p: p, s: s}
	d.heading(1, "Post-mortem: "+escape(s.Title))
	if s.Exercise != nil {
		d.text("**%s**", exerciseMark)
	}
	d.text("Draft made from the record of incident %s at %s. Its tables are what the record holds; what is marked *to be written* only people know.", escape(s.ID), moment(now))
	d.summary()
	d.impact()
	d.timeline(happened)
	d.decisions()
	d.transactions()
	d.updates()
	d.promises()
	d.evidence()
	d.added()
	d.people()
	d.heading(2, "What went well")
	d.open("everybody who took part", "What helped? What should we do again?")
	d.heading(2, "What went badly")
	d.open("everybody who took part", "What cost time? What did we not know, not have, or not dare? Look for what, not for whom.")
	d.heading(2, "Where we were lucky")
	d.open("everybody who took part", "What would have gone worse an hour earlier, or with somebody else awake?")
	d.heading(2, "Follow-ups")
	d.open("the incident manager", "Who does what about it, by when?")
	d.table([]string{"What", "Who", "By when"}, [][]string{{"", "", ""}})
	return strings.TrimSpace(d.String()) + "\n"
}

// report is a post-mortem being written.
type report struct {
	markdown
	p *plan.Plan
	s *incident.State
}

func (d *report) name(id string) string { return escape(incident.NameOf(d.p, id)) }

// open leaves a question to people.
func (d *report) open(who, ask string) { d.text("*To be written by %s: %s*", who, ask) }

func (d *report) issue() string {
	if i, ok := d.p.Issue(d.s.Issue); ok {
		return escape(i.Name)
	}
	return "not an issue of the plan"
}

func (d *report) summary() {
	s := d.s
	sev, _ := d.p.Severity(s.Severity)
	d.heading(2, "Summary")
	d.list(
		"Protocol: "+escape(d.p.Name), "Issue: "+d.issue(), "Severity: "+escape(sev.Name), "Opened: "+moment(s.Opened), "Stands at: "+standsAt(s),
		"Plan in force: "+code(s.Plan),
	)
	for _, f := range s.Findings {
		if f.Retracted == "" {
			d.text("It began with: %s", escape(f.Say))
			break
		}
	}
	d.open("the incident manager", "What happened, in a paragraph for somebody who was not there?")
}

// standsAt is how far an incident has come. One that was merged has its post-mortem with the one that it goes on in.
func standsAt(s *incident.State) string {
	if s.Into == nil {
		return string(s.Phase)
	}
	return "merged into incident " + s.Into.Incident + ", in whose post-mortem the whole of it is told"
}

func (d *report) impact() {
	d.heading(2, "Impact")
	for _, a := range inEffect(d.p, d.s) {
		if a.Words.Changes != "" || a.Words.Harms != "" {
			d.text("Our own action “%s”: %s", escape(a.Words.Title), strings.TrimSpace(incident.Sentence(escape(a.Words.Changes))+" "+incident.Sentence(escape(a.Words.Harms))))
		}
	}
	d.open("the technical lead", "What was lost or could not be used, by whom, how long, and what was it worth?")
}

func (d *report) timeline(happened []incident.Happened) {
	d.heading(2, "Timeline")
	d.text("All times are UTC.")
	d.table([]string{"Moment", "Day", "Time", "After detection"}, moments(d.s, momentNames))
	d.corrections()
	var rows [][]string
	for _, h := range happened {
		if _, ok := h.Event.(incident.EventNoted); ok && h.Actor.Kind != journal.Person {
			continue
		}
		rows = append(rows, []string{h.At.UTC().Format(time.DateOnly), clock(h.At), escape(incident.Describe(d.p, d.s, h))})
	}
	d.table([]string{"Day", "Time", "What"}, rows)
}

// named is a moment of the metrics with a name.
type named struct {
	name string
	of   func(incident.Moments) time.Time
}

var momentNames = []named{
	{"First malicious transaction", func(m incident.Moments) time.Time { return m.FirstMaliciousTx }},
	{"Detected", func(m incident.Moments) time.Time { return m.Detected }},
	{"First answer", func(m incident.Moments) time.Time { return m.FirstAnswer }},
	{"Mustered", func(m incident.Moments) time.Time { return m.Mustered }},
	{"Responders' room open", func(m incident.Moments) time.Time { return m.Room }},
	{"Validated", func(m incident.Moments) time.Time { return m.Validated }},
	{"Decided", func(m incident.Moments) time.Time { return m.Decided }},
	{"Contained", func(m incident.Moments) time.Time { return m.Contained }},
	{"First public statement", func(m incident.Moments) time.Time { return m.FirstPublic }},
	{"Resolved", func(m incident.Moments) time.Time { return m.Resolved }},
	{"Closed", func(m incident.Moments) time.Time { return m.Closed }},
	{"Dismissed", func(m incident.Moments) time.Time { return m.Dismissed }},
}

// moments lists those that have come, in the order of a whole incident.
func moments(s *incident.State, names []named) [][]string {
	var rows [][]string
	m := s.Times()
	from := m.Detected
	for _, n := range names {
		at := n.of(m)
		if at.IsZero() {
			continue
		}
		after := ""
		switch {
		case from.IsZero() || at.Equal(from):
		case at.Before(from):
			after = length(from.Sub(at)) + " before"
		case at.Equal(m.FirstMaliciousTx): // the chain's clock is ahead of ours: nothing is detected before it happens
		default:
			after = length(at.Sub(from))
		}
		rows = append(rows, []string{n.name, at.UTC().Format(time.DateOnly), clock(at), after})
	}
	return rows
}

func (d *report) decisions() {
	d.heading(2, "Decisions")
	if len(d.s.Decisions) == 0 {
		d.text("None was asked for.")
	}
	for i := range d.s.Decisions {
		x := &d.s.Decisions[i]
		d.heading(3, escape(x.Name(d.p)))
		say := fmt.Sprintf("About %s %s. Asked at %s", escape(x.Subject.Kind), escape(x.Subject.Ref), moment(x.Opened))
		if x.Proposer != "" {
			say += " by " + d.name(x.Proposer)
		}
		if x.Settled.IsZero() {
			say += "; it is " + escape(x.State) + "."
		} else {
			say += fmt.Sprintf("; %s after %s.", escape(x.State), length(x.Settled.Sub(x.Opened)))
		}
		d.text("%s", say)
		if x.Prepared != nil {
			d.text("What was signed for: %s Hash of the action: %s.", escape(x.Prepared.Words.Sentence), code(x.Prepared.Hash))
		}
		var rows [][]string
		for _, a := range x.Approvals {
			with := code(a.Signer)
			if name := incident.KeyName(d.p, a); name != a.Signer.Hex() {
				with = escape(name)
			}
			if at := a.Attested; at != nil {
				with = fmt.Sprintf("not signed: attested by %s, who called them back over %s", d.name(at.By), escape(at.How))
			}
			if why := d.s.Discounts(x, a, d.s.Last); why != "" {
				with += ". Does not count: " + escape(why)
			}
			rows = append(rows, []string{clock(a.At), d.name(a.Person), escape(a.Choice), with})
		}
		d.table([]string{"Time", "Who", "Said", "Signed with"}, rows)
		d.reviewed(x)
	}
}

func (d *report) transactions() {
	d.heading(2, "Transactions")
	seen := map[evm.Hash]bool{}
	var found [][]string
	for _, f := range d.s.Findings {
		if f.Tx == (evm.Hash{}) || seen[f.Tx] {
			continue
		}
		seen[f.Tx] = true
		say := escape(f.Say)
		if f.Retracted != "" {
			say += " (no longer counts: " + escape(f.Retracted) + ")"
		}
		found = append(found, []string{code(f.Tx), decimal(int(f.Block)), clock(f.At), say})
	}
	ours := ourTransactions(d.s)
	if len(found)+len(ours) == 0 {
		d.text("The record holds none.")
		return
	}
	if len(found) > 0 {
		d.text("What was found:")
	}
	d.table([]string{"Transaction", "Block", "Time", "What was found"}, found)
	if len(ours) > 0 {
		d.text("What we sent:")
	}
	d.table([]string{"Action", "Transaction", "Block", "Time", "Result"}, ours)
}

// ourTransactions lists what the incident's actions sent and what became of it.
func ourTransactions(s *incident.State) [][]string {
	var rows [][]string
	for i := range s.Actions {
		a := &s.Actions[i]
		title := a.Action
		if a.Prepared != nil && a.Prepared.Words.Title != "" {
			title = a.Prepared.Words.Title
		}
		if len(a.Sends) == 0 {
			rows = append(rows, []string{escape(title), "none sent", "", "", escape(a.State)})
			continue
		}
		for _, tx := range a.Sends {
			row := []string{escape(title), code(tx.Hash), "", "", "sent; has not landed"}
			if l := a.Landed; l != nil && l.Tx == tx.Hash {
				row[2], row[3] = decimal(int(l.Block)), clock(l.At)
				switch {
				case l.Status == 0:
					row[4] = "failed on the chain"
				case a.State == incident.Verified:
					row[4] = fmt.Sprintf("worked: read as %s at block %d", escape(a.Got), a.Block)
				default:
					row[4] = "landed; not proven to have worked"
				}
			}
			rows = append(rows, row)
		}
	}
	return rows
}
