package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/plan"
)

// command runs a command line with an input and returns what it printed, what it complained about, and its exit code.
func command(t *testing.T, in string, args ...string) (out, complaint string, code int) {
	t.Helper()
	var o, e strings.Builder
	code = Run(t.Context(), args, strings.NewReader(in), &o, &e)
	return o.String(), e.String(), code
}

func TestWho(t *testing.T) {
	out, complaint, code := command(t, "", "who", "unknown-bug", "--plan", "../examples/vault", "--at", "2026-11-09 08:59")
	if code != exitFine || complaint != "" {
		t.Fatalf("exit %d: %s", code, complaint)
	}
	for _, want := range []string{
		"Unknown bug (High), detected on Monday, 9 November 2026, 08:59 in Europe/Vienna, 07:59 UTC.\n",
		"Upon detection, if nobody answers:\n  +0m    page Janet R by e-mail, +2m by the server's terminal, +4m by chat, +6m by phone, again from +8m (told on detection)\n",
		"  +15m   page Carmen E by e-mail",
		"Upon validation, besides:\n  +0m    page David L by e-mail",
		"Upon resolution, besides: nobody else\n",
		"What must be decided:\n  Upgrade the contract, for: Upgrade\n      Needs 2 of Responders.\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("who does not say %q:\n%s", want, out)
		}
	}
	later, _, _ := command(t, "", "who", "unknown-bug", "--plan", "../examples/vault", "--at", "2026-11-09 09:00")
	if !strings.Contains(later, "nobody answers:\n  +0m    page David L by e-mail") || !strings.Contains(later, "besides:\n  +0m    page Janet R by e-mail") {
		t.Errorf("after the hand-over it is David's turn:\n%s", later)
	}
}

func TestWhoAsJSON(t *testing.T) {
	out, _, code := command(t, "", "who", "stolen-user-funds", "--plan", "../examples/vault", "--at", "2026-12-24T03:00:00+01:00", "--json")
	var got struct {
		Issue, At string
		Told      []toldLine
		Decisions []askedLine
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != exitFine {
		t.Fatalf("exit %d, %v: %s", code, err, out)
	}
	if got.Issue != "stolen-user-funds" || got.At != "2026-12-24T02:00:00Z" || len(got.Decisions) != 5 {
		t.Errorf("%s at %s with %d decisions", got.Issue, got.At, len(got.Decisions))
	}
	first := toldLine{"detection", "0s", "2026-12-24T02:00:00Z", "janet", "Janet R", "email", "told on detection"}
	if got.Told[0] != first {
		t.Errorf("first %+v, want %+v", got.Told[0], first)
	}
	told, err := incident.Forecast(vaultPlan(t), "stolen-user-funds", time.Date(2026, 12, 24, 2, 0, 0, 0, time.UTC))
	if err != nil || len(told) != len(got.Told) {
		t.Errorf("%d calls are printed of %d (%v)", len(got.Told), len(told), err)
	}
}

func vaultPlan(t *testing.T) *plan.Plan {
	t.Helper()
	p, _, err := plan.Load(os.DirFS("../examples/vault"))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestWhoCannotBeReached(t *testing.T) {
	dir := t.TempDir()
	text := "tocsin: 1\nprotocol: p\nname: P\nissues: [{id: gone, name: Gone}]\ncore_team:\n" +
		"  - {id: ada, name: Ada, contact: [{kind: phone, to: TBD}], backups: [ben]}\n  - {id: ben, name: TBD, contact: [{kind: sms, to: \"+1999555001\"}]}\n" +
		"escalation: {rules: [{who: [ada], when: detection}]}\n"
	if err := os.WriteFile(filepath.Join(dir, "plan.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, _, code := command(t, "", "who", "gone", "--plan", dir, "--at", "2026-12-24T02:00:00Z")
	want := "  +0m    Ada cannot be reached (told on detection)\n  +0m    page ben by text message, again from +2m (backup for Ada)\n"
	if code != exitFine || !strings.Contains(out, want) || !strings.Contains(out, "02:00 UTC.\n") || !strings.Contains(out, "No decision is needed.") {
		t.Errorf("exit %d, want %q in:\n%s", code, want, out)
	}
}

func TestWhoRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		say  string
	}{
		"near":    {[]string{"stolen-user-fund", "--plan", "../examples/vault"}, `no issue "stolen-user-fund". Did you mean stolen-user-funds?`},
		"far":     {[]string{"flood", "--plan", "../examples/vault"}, "The plan names: stolen-user-funds, protocol-ddos, gas-spike, unknown-bug, "},
		"time":    {[]string{"gas-spike", "--plan", "../examples/vault", "--at", "tomorrow"}, `"tomorrow" is not a time. Write --at "2026-12-24 03:00" for the clock of Europe/Vienna`},
		"nothing": {nil, "Who takes an issue of the plan."},
		"both":    {[]string{"gas-spike", "--plan", "../examples/vault", "--data", "x"}, "Both a plan folder and a data folder are named."},
		"no plan": {[]string{"gas-spike", "--plan", "nowhere"}, "nowhere is not a folder that can be read."},
	} {
		out, complaint, code := command(t, "", append([]string{"who"}, c.args...)...)
		if code != exitUnusable || out != "" || !strings.Contains(complaint, c.say) {
			t.Errorf("%s: exit %d, %q, want %q", name, code, out+complaint, c.say)
		}
	}
}
