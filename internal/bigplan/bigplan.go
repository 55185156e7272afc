// Package bigplan makes plans of any size for benchmarks: a protocol with far more issues, steps and people than any has.
package bigplan

import (
	"fmt"
	"time"

	"tocsin/evm"
	"tocsin/plan"
)

// Size says how much a plan holds.
type Size struct {
	Issues   int // each with a detector, a manual sign and a procedure of its own
	Steps    int // of each procedure
	Contacts int // people of both teams, each with two ways to be reached
}

// Whole is the size that a plan must be checked at within a second: 1,000 issues, 5,000 steps, 10,000 contacts.
func Whole() Size { return Size{Issues: 1_000, Steps: 5, Contacts: 10_000} }

// purposes make a procedure halt, find, fix, restore and tell.
var purposes = []string{"halt", "find", "fix", "restore", "tell"}

// New makes a plan of a size. It can be loaded once plan.Write has written it, and is the same each time.
func New(s Size) *plan.Plan {
	p := &plan.Plan{
		Tocsin: plan.Format, Protocol: "big-protocol", Name: "Big protocol", Version: "1.0", Owner: person(0),
		Reviewed: day(2026, 11, 2), Tested: day(2026, 11, 16),
		Scope:  plan.Scope{Incident: []string{"Money of users is lost, or could be"}, NotIncident: []string{"A question that support can answer"}, Activation: []string{"A detector reports a finding"}},
		Chains: []plan.Chain{{ID: 1, Name: "Main chain", Confirmations: 12, BlockTime: plan.Duration(12 * time.Second)}},
		Severities: []plan.Severity{
			{ID: "critical", Name: "Critical", Meaning: "Money is leaving", RespondWithin: plan.Duration(5 * time.Minute), Page: []string{"on-call"}, UpdateEvery: plan.Duration(time.Hour), SecondPerson: true},
			{ID: "high", Name: "High", Meaning: "Users cannot withdraw", RespondWithin: plan.Duration(15 * time.Minute), Page: []string{"on-call"}, UpdateEvery: plan.Duration(4 * time.Hour)},
		},
		Roles: []plan.Role{
			{ID: "incident-manager", Name: "Incident manager", Holders: []string{person(0), person(1)}, Duties: []string{"Keeps the whole in view"}},
			{ID: "technical-lead", Name: "Technical lead", Holders: []string{"engineers"}},
		},
		Rotas: []plan.Rota{{ID: "on-call", Name: "On call", TimeZone: "UTC", Start: day(2026, 11, 2), HandOver: "09:00", Shift: plan.Duration(7 * 24 * time.Hour), Members: []string{person(0), person(1), person(2)}}},
	}
	teams(p, s)
	for i := range 20 {
		p.Categories = append(p.Categories, plan.Category{ID: fmt.Sprintf("category-%d", i), Name: fmt.Sprintf("Category %d", i)})
		p.Escalation.Rules = append(p.Escalation.Rules, plan.EscalationRule{Categories: []string{fmt.Sprintf("category-%d", i)}, Core: "detection", Extended: "validation"})
	}
	for i := range s.Issues {
		issue(p, i, s.Steps)
	}
	p.Channels = []plan.Channel{{ID: "room", Name: "Responders' room", Kind: "telegram", To: "new group"}, {ID: "news", Name: "News", Kind: "blog", To: "https://news.example.com", Public: true}}
	p.Communications = []plan.Communication{
		{ID: "responders", Name: "Responders", Audience: "responders", Timing: plan.Timing{Open: true}, Channel: "room", Backup: "news", Responsible: "incident-manager"},
		{ID: "users", Name: "Users", Audience: "users", Timing: plan.Timing{Every: plan.Duration(4 * time.Hour)}, Channel: "news", Backup: "room", Responsible: person(1), Template: "What happened: {{.What}}"},
	}
	p.Exercises = plan.Exercises{Every: plan.Duration(30 * 24 * time.Hour), CleanRuns: 3, Participants: []string{"engineers"}, Moderators: []string{person(1)}}
	return p
}

// teams fills the core team with one in fifty, the extended team with the rest, and a group of engineers.
func teams(p *plan.Plan, s Size) {
	engineers := plan.Group{ID: "engineers", Name: "Engineers", Need: 2}
	for i := range s.Contacts {
		r := plan.Person{ID: person(i), Name: fmt.Sprintf("Person %d", i), Contact: []plan.Contact{
			{Kind: "email", To: fmt.Sprintf("person%d@example.com", i)},
			{Kind: "phone", To: fmt.Sprintf("+1999%07d", i)},
		}}
		if i >= max(3, s.Contacts/50) {
			r.Title = "Consultant"
			p.ExtendedTeam = append(p.ExtendedTeam, r)
			continue
		}
		r.TimeZone, r.Backups, r.Keys = "Europe/Vienna", []string{person((i + 1) % 3)}, []plan.Key{{Address: address(i + 1)}}
		p.CoreTeam = append(p.CoreTeam, r)
		engineers.Members = append(engineers.Members, r.ID)
	}
	p.Groups = append(p.Groups, engineers)
}

// issue adds an issue with all that belongs to it.
func issue(p *plan.Plan, i, steps int) {
	id, asset, severity := fmt.Sprintf("issue-%d", i), fmt.Sprintf("contract-%d", i), "high"
	if i%2 == 0 {
		severity = "critical"
	}
	p.Assets = append(p.Assets, plan.Asset{
		ID: asset, Name: fmt.Sprintf("Contract %d", i), Kind: "contract", Chain: 1, Address: address(i + 1_000_000),
		ABI: []string{"function pause()", "function paused() view returns (bool)", "event Paused(address account)"},
	})
	p.Detectors = append(p.Detectors, plan.Detector{
		ID: "detector-" + id, Name: fmt.Sprintf("Detector %d", i), Kind: "match", Mode: "page", Asset: asset, Event: "Paused",
		Message: fmt.Sprintf("Contract %d was paused", i),
	})
	p.Issues = append(p.Issues, plan.Issue{
		ID: id, Name: fmt.Sprintf("Issue %d", i), Category: fmt.Sprintf("category-%d", i%20), Severity: severity, Kinds: []string{"bug", "theft"}, Assets: []string{asset},
		Summary: "Something happens that nobody wants: money moves.", Symptoms: []string{"Users report a loss", "The balance falls"}, Activation: []string{"A loss is seen on the chain"},
		Detection: plan.Detection{
			Detectors: []string{"detector-" + id},
			Manual:    []plan.ManualSign{{What: "Users complain", Where: "Social media", Who: person(i % 3), Every: plan.Duration(time.Hour)}},
		},
		Procedure: id,
	})
	r := plan.Procedure{ID: id, Name: fmt.Sprintf("Procedure %d", i), Summary: "Stop it, find it, mend it, and say so."}
	for j := range steps {
		r.Steps = append(r.Steps, plan.Step{
			ID: fmt.Sprintf("step-%d", j), Name: fmt.Sprintf("Step %d", j), Purpose: purposes[j%len(purposes)], Why: "Because every block may carry another loss.",
			How: "Look at the contract's last transactions.\nThen do what the runbook of this contract says.", Expect: "It works", Verify: "Read the chain", Owner: "technical-lead",
			Budget: plan.Duration(10 * time.Minute),
		})
	}
	p.Procedures = append(p.Procedures, r)
}

func person(i int) string { return fmt.Sprintf("person-%d", i) }

func address(i int) evm.Address {
	var a evm.Address
	for j := range 4 {
		a[len(a)-1-j] = byte(i >> (8 * j))
	}
	a[0] = 1
	return a
}

func day(year int, month time.Month, d int) plan.Date {
	return plan.Date{Time: time.Date(year, month, d, 0, 0, 0, 0, time.UTC)}
}
