package comms_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/holiman/uint256"

	"tocsin/action"
	"tocsin/comms"
	"tocsin/decision"
	"tocsin/evm"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
)

var rewrite = flag.Bool("rewrite", false, "write the golden files anew")

var began = time.Date(2026, 12, 6, 14, 2, 10, 0, time.UTC)

func at(d time.Duration) time.Time { return began.Add(d) }

const minute = time.Minute

func vault() *plan.Plan {
	return &plan.Plan{
		Protocol: "harbour-vault", Name: "Harbour Vault",
		Severities: []plan.Severity{{ID: "critical", Name: "Critical", RespondWithin: plan.Duration(5 * minute), UpdateEvery: plan.Duration(30 * minute)}},
		Issues:     []plan.Issue{{ID: "stolen", Name: "Stolen user funds", Severity: "critical", Procedure: "stop"}},
		Procedures: []plan.Procedure{{ID: "stop", Name: "Stop it", Steps: []plan.Step{
			{ID: "pause", Name: "Pause the contract", Purpose: "halt", Budget: plan.Duration(5 * minute), Action: "pause-vault", Decision: "pause"},
			{ID: "find", Name: "Find the way in", Purpose: "find", Budget: plan.Duration(60 * minute)},
			{ID: "patch", Name: "Patch it", Purpose: "fix"},
		}}},
		Roles: []plan.Role{{ID: "incident-manager", Name: "Incident manager"}, {ID: "technical-lead", Name: "Technical lead"}},
		CoreTeam: []plan.Person{
			{ID: "janet-r", Name: "Janet Rossi", Contact: []plan.Contact{{Kind: "email", To: "janet@example.com"}}},
			{ID: "david-l", Name: "David Lindqvist"},
			{ID: "omar-k", Name: "Omar Khan"},
		},
		Channels: []plan.Channel{{ID: "room", Name: "Room", Kind: "terminal"}, {ID: "news", Name: "News", Kind: "email", Public: true}},
		Communications: []plan.Communication{
			{ID: "internal", Name: "Internal updates", Audience: "internal", Timing: plan.Timing{Every: plan.Duration(60 * minute)}, Channel: "room"},
			{ID: "users", Name: "Message to users", Audience: "users", Timing: plan.Timing{Every: plan.Duration(240 * minute)}, Channel: "news"},
			{ID: "investors", Name: "Note to investors", Audience: "investors", Timing: plan.Timing{From: "validation"}, Channel: "news"},
			{ID: "regulators", Name: "Note to the authority", Audience: "regulators", Timing: plan.Timing{From: "validation"}, Channel: "news"},
			{ID: "partners", Name: "Note to partners", Audience: "partners", Timing: plan.Timing{From: "validation"}, Channel: "news"},
			{ID: "responders", Name: "Room", Audience: "responders", Timing: plan.Timing{Open: true}, Channel: "room"},
			{ID: "report", Name: "Public report", Audience: "public", Timing: plan.Timing{From: "resolution"}, Channel: "news", Postmortem: true},
		},
		Decisions: []plan.Decision{{ID: "pause", Name: "Pause the vault"}},
		Actions:   []plan.Action{{ID: "pause-vault", Name: "Pause the vault", Undo: "unpause-vault"}, {ID: "unpause-vault", Name: "Unpause the vault", Undo: "pause-vault"}},
	}
}

func pause() *action.Prepared {
	return &action.Prepared{
		Action: "pause-vault", Kind: action.Call, Chain: 31337, Value: uint256.NewInt(0), Hash: evm.Hash{0xaa},
		Words: action.Words{
			Title: "Pause the vault", Sentence: "Calls pause() on Vault.", Changes: "Nobody can deposit or withdraw until it is lifted",
			Harms: "Depositors who need their money now",
		},
	}
}

// detected is the incident in its first minute.
func detected() *incident.State {
	return &incident.State{
		ID: "2026-12-06-1", Protocol: "harbour-vault", Plan: evm.Hash{0x01}, Title: "Stolen user funds", Issue: "stolen", Severity: "critical",
		Phase: incident.Detected, Opened: began, Last: began,
		Findings: []incident.Finding{{
			ID: "f1", Detector: "drain", Chain: 31337, Block: 41, Tx: evm.Hash{0xbb}, At: at(-12 * time.Second), Amount: "1200000000000000000000",
			Say: "1,200 HUSD left the vault in one transaction.",
		}},
		Moments: incident.Moments{FirstMaliciousTx: at(-12 * time.Second), Detected: began},
	}
}

// contained is the incident once it has stopped: paused by Omar's signature, updates posted, one of them late.
func contained() *incident.State {
	s := detected()
	s.Phase, s.Last, s.Procedure = incident.Contained, at(40*minute), "stop"
	s.Pages = []incident.Page{
		{ID: "page-1", Person: "janet-r", Requested: began, State: incident.Answered},
		{ID: "page-2", Person: "omar-k", Requested: began, State: incident.Answered},
		{ID: "page-3", Person: "david-l", Requested: began, State: incident.Exhausted},
	}
	s.Answers = []incident.Answer{{Person: "janet-r", Answer: incident.Coming, At: at(2 * minute)}, {Person: "omar-k", Answer: incident.ComingNoSign, At: at(3 * minute)}}
	s.Roles = []incident.Holding{{Role: "incident-manager", Person: "janet-r", Since: at(2 * minute)}}
	s.Steps = []incident.Step{
		{Step: "pause", State: incident.Done, By: "Tocsin", Begun: at(5 * minute), Ended: at(12 * minute)},
		{Step: "find", State: incident.UnderWay, By: "omar-k", Begun: at(13 * minute)},
	}
	s.Decisions = []incident.Decision{{
		ID: "decision-1", Decision: "pause", Subject: incident.Subject{Kind: "action", Ref: "pause-vault", Step: "pause"}, Prepared: pause(),
		Proposer: "janet-r", Opened: at(5 * minute), Settled: at(9 * minute), State: incident.Met,
		Approvals: []incident.Approval{{Person: "omar-k", Choice: decision.Approve, Signer: evm.Address{0x0f}, At: at(9 * minute)}},
	}}
	s.Actions = []incident.Action{{
		ID: "action-1", Action: "pause-vault", Step: "pause", Decision: "decision-1", Prepared: pause(), State: incident.Verified, Ordered: at(9 * minute),
		Sends: []incident.Transaction{{Hash: evm.Hash{0xc0}}, {Hash: evm.Hash{0xcc}}}, Got: "true", Block: 58,
		Landed: &incident.Landing{Tx: evm.Hash{0xcc}, Block: 57, Status: 1, At: at(11 * minute)}, Verified: at(12 * minute),
	}}
	s.Updates = []incident.Update{
		{ID: "internal-1", Communication: "internal", Number: 1, Due: at(35 * minute), State: incident.Posted, Posted: at(30 * minute), By: "janet-r", Text: "Omar found the hole; do not tell the press."},
		{ID: "users-1", Communication: "users", Number: 1, Due: at(20 * minute), State: incident.Posted, Posted: at(25 * minute), By: "janet-r", Text: "Deposits are paused.\n| not a table | <b>"},
		{ID: "internal-2", Communication: "internal", Number: 2, Due: at(38 * minute), State: incident.Owed},
		{ID: "users-2", Communication: "users", Number: 2, Due: at(260 * minute), State: incident.Owed},
	}
	s.Notes = []incident.Note{{By: "david-l", At: at(20 * minute), Text: "Janet's phone is +1 555 0100"}}
	s.Pins = []incident.Pin{{Link: "https://chat.example.com/room", By: "janet-r", At: at(3 * minute)}}
	s.Added = []incident.Added{{ID: "added-1", Name: "Call the exchange | now", After: "pause", By: "omar-k", At: at(14 * minute)}}
	s.Evidence = []incident.Evidence{
		{ID: "evidence-1", Step: "find", Form: incident.EvidenceTransaction, What: evm.Hash{0xbb}.String(), Chain: 31337, Note: "the first", By: "omar-k", At: at(15 * minute)},
		{ID: "evidence-2", Form: incident.EvidenceText, What: "They <asked> for it", By: "janet-r", At: at(16 * minute)},
	}
	s.Moments.FirstAnswer, s.Moments.Validated, s.Moments.Decided = at(2*minute), at(4*minute), at(9*minute)
	s.Moments.Contained, s.Moments.FirstPublic = at(13*minute), at(25*minute)
	return s
}

func happened() []incident.Happened {
	janet := journal.Actor{Kind: journal.Person, ID: "janet-r", Via: "session"}
	return []incident.Happened{
		{At: began, Actor: journal.Actor{Kind: journal.Detector, ID: "drain"}, Event: incident.EventOpened{ID: "2026-12-06-1", Title: "Stolen user funds", Severity: "critical"}},
		{At: at(2 * minute), Actor: janet, Event: incident.EventAnswered{Person: "janet-r", Answer: incident.Coming, Note: "on the train | [click](https://evil.example) <script>"}},
		{At: at(4 * minute), Actor: janet, Event: incident.EventValidated{By: "janet-r", Severity: "critical"}},
		{At: at(20 * minute), Actor: janet, Event: incident.EventNoted{By: "david-l", Text: "Janet's phone is +1 555 0100"}},
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *rewrite {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is now\n%s\nand was\n%s\n(-rewrite takes the new one)", name, got, want)
	}
}

func communication(t *testing.T, p *plan.Plan, id string) plan.Communication {
	t.Helper()
	c, ok := p.Communication(id)
	if !ok {
		t.Fatalf("no communication %s", id)
	}
	return c
}

// merged is an incident that goes on in another one.
func merged() *incident.State {
	s := detected()
	s.Phase, s.Into = incident.Merged, &incident.Into{Incident: "2026-11-21-2", By: "janet", Phase: incident.Detected}
	return s
}

func TestDrafts(t *testing.T) {
	p := vault()
	dismissed, resolved := detected(), contained()
	dismissed.Phase, resolved.Phase = incident.Dismissed, incident.Resolved
	merged := merged()
	for _, c := range []struct {
		file, communication string
		state               *incident.State
		after               time.Duration
	}{
		{"internal-detected.txt", "internal", detected(), minute},
		{"internal-contained.txt", "internal", contained(), 40 * minute},
		{"users-detected.txt", "users", detected(), minute},
		{"users-contained.txt", "users", contained(), 40 * minute},
		{"users-resolved.txt", "users", resolved, 600 * minute},
		{"users-dismissed.txt", "users", dismissed, 5 * minute},
		{"users-merged.txt", "users", merged, 40 * minute},
		{"internal-merged.txt", "internal", merged, 40 * minute},
		{"investors-contained.txt", "investors", contained(), 40 * minute},
		{"regulators-contained.txt", "regulators", contained(), 40 * minute},
		{"partners-contained.txt", "partners", contained(), 40 * minute},
		{"responders-contained.txt", "responders", contained(), 40 * minute},
	} {
		t.Run(c.file, func(t *testing.T) {
			got := comms.Draft(p, c.state, communication(t, p, c.communication), at(c.after))
			golden(t, c.file, got)
			if c.communication == "users" || c.communication == "partners" {
				if remarks := comms.PlainLanguage(got); len(remarks) > 0 {
					t.Errorf("our own draft is not plain: %+v", remarks)
				}
			}
		})
	}
}

func TestPostmortems(t *testing.T) {
	s := contained()
	golden(t, "postmortem.md", comms.Postmortem(vault(), s, happened(), at(24*60*minute)))
	golden(t, "postmortem-public.md", comms.PublicPostmortem(vault(), s, happened(), at(24*60*minute)))
	if got := comms.Postmortem(vault(), merged(), happened(), at(24*60*minute)); !strings.Contains(got, "- Stands at: merged into incident 2026-11-21-2, in whose post-mortem") {
		t.Errorf("of what was merged it says\n%s", got)
	}
	golden(t, "postmortem-empty.md", comms.Postmortem(&plan.Plan{}, &incident.State{}, nil, began))
}
