package plan_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/evm"
	"tocsin/plan"
)

func example(t *testing.T) *plan.Plan {
	t.Helper()
	p, _, err := plan.Load(os.DirFS("../examples/vault"))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// demoAddress is the account of a demo key. Anybody can compute its private key; that is what makes it one.
func demoAddress(t *testing.T, name string) evm.Address {
	t.Helper()
	key, err := crypto.ToECDSA(crypto.Keccak256([]byte("tocsin demo key: " + name)))
	if err != nil {
		t.Fatal(err)
	}
	return crypto.PubkeyToAddress(key.PublicKey)
}

// Nobody may take the keys of the example for real ones, and the demo must be able to sign with them.
func TestExampleHoldsDemoKeysOnly(t *testing.T) {
	p := example(t)
	n := 0
	for _, r := range slices.Concat(p.CoreTeam, p.ExtendedTeam) {
		for _, k := range r.Keys {
			if want := demoAddress(t, r.ID); k.Address != want {
				t.Errorf("%s signs with %s, the demo key is %s", r.ID, k.Address, want)
			}
			n++
		}
	}
	if n != 7 {
		t.Errorf("%d keys", n)
	}
	deployer := demoAddress(t, "deployer")
	for nonce, id := range []string{"husd", "vault"} {
		a, _ := p.Asset(id)
		if want := crypto.CreateAddress(deployer, uint64(nonce)); a.Address != want {
			t.Errorf("%s stands at %s, the deployer creates it at %s", id, a.Address, want)
		}
	}
	vault, _ := p.Asset("vault")
	if want := demoAddress(t, "executor").Hex(); !slices.Equal(vault.Pausers, []string{want}) {
		t.Errorf("the vault is paused by %v, the executor is %s", vault.Pausers, want)
	}
	for _, a := range p.Actions {
		if a.Sender != (evm.Address{}) {
			t.Errorf("%s names a sender; the executor's account is meant", a.ID)
		}
	}
}

// The example holds every fact of the outline that it was written after.
func TestExampleFacts(t *testing.T) {
	p := example(t)
	for id, want := range map[string]string{"protocol-ddos": "hacker-attack", "stolen-user-funds": "hacker-attack", "gas-spike": "network-problem", "unknown-bug": "protocol-problem"} {
		i, _ := p.Issue(id)
		if i.Category != want || i.Procedure == "" || len(i.Detection.Detectors) == 0 {
			t.Errorf("issue %s: category %q, procedure %q, detectors %v", id, i.Category, i.Procedure, i.Detection.Detectors)
		}
		for _, d := range i.Detection.Detectors {
			// A shortfall is what a theft looks like, and what follows from a right in wrong hands.
			if got := p.IssuesOf(d); len(got) != 1 && d != "vault-shortfall" {
				t.Errorf("detector %s is shared by %v", d, got)
			}
		}
	}
	var steps []string
	r, _ := p.Procedure("stolen-user-funds")
	for _, s := range r.Steps[:6] {
		steps = append(steps, s.Name)
	}
	if got := strings.Join(steps, ", "); got != "Pause the contract, Identify the exploit, Create and test a patch, Emergency upgrade, Quantify the losses, Determine the clean-up" {
		t.Errorf("steps: %s", got)
	}
	for _, c := range []struct{ category, core, extended string }{
		{"hacker-attack", "detection", "validation"}, {"protocol-problem", "validation", "validation"}, {"network-problem", "validation", "resolution"},
	} {
		if !slices.ContainsFunc(p.Escalation.Rules, func(r plan.EscalationRule) bool {
			return slices.Equal(r.Categories, []string{c.category}) && r.Core == c.core && r.Extended == c.extended
		}) {
			t.Errorf("escalation of %s", c.category)
		}
	}
	for id, want := range map[string]string{
		"janet":   "Janet R||hacker-attack protocol-problem|janet@example.com @janet +19995551212",
		"david":   "David L||protocol-problem network-problem|david@example.com @david +19995551213",
		"eveline": "Eveline B|Security Consultant||eveline@external.com @eveline +19995551214",
		"martin":  "Martin K|Community Liaison||martin@example.com @marting +19995551215",
		"officer": "Officer|Law Enforcement||officer@fedlaw.com +19995551216",
	} {
		r, _ := p.Person(id)
		var to []string
		for _, c := range r.Contact {
			if c.Kind != "terminal" {
				to = append(to, c.To)
			}
		}
		if got := r.Name + "|" + r.Title + "|" + strings.Join(r.Categories, " ") + "|" + strings.Join(to, " "); got != want {
			t.Errorf("%s: %s", id, got)
		}
	}
	for id, want := range map[string]string{
		"responders":           "open until completion|responders-room|first-responder",
		"internal-updates":     "hourly|internal|responder",
		"users":                "every 4h|twitter telegram discord|martin",
		"internal-post-mortem": "resolution + 2d|operations|responder",
		"public-post-mortem":   "resolution + 5d|blog|hanna",
	} {
		m, _ := p.Communication(id)
		if got := m.Timing.String() + "|" + strings.Join(append([]string{m.Channel}, m.Also...), " ") + "|" + m.Responsible; got != want {
			t.Errorf("message %s: %s", id, got)
		}
	}
	for id, want := range map[string]string{
		"pause-contract": "carmen oscar|administrators", "upgrade-contract": "responders|administrators",
		"access-emergency-fund": "carmen felix|", "notify-law-enforcement": "carmen oscar|",
	} {
		d, _ := p.Decision(id)
		if got := strings.Join(d.Required, " ") + "|" + strings.Join(d.Additional.Who, " "); got != want || d.Additional.Need != 0 {
			t.Errorf("decision %s: %s, need %d", id, got, d.Additional.Need)
		}
	}
	for id, title := range map[string]string{"carmen": "CEO", "oscar": "COO", "felix": "CFO", "hanna": "Head of support"} {
		if r, _ := p.Person(id); r.Title != title {
			t.Errorf("%s is %q", id, r.Title)
		}
	}
}

// Each file of the example names the schema, so that editors help whoever copies it.
func TestExampleFilesNameTheSchema(t *testing.T) {
	_, src, err := plan.Load(os.DirFS("../examples/vault"))
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range src.Files {
		if !strings.HasPrefix(string(b), "# yaml-language-server: $schema=../../plan/schema.json\n") {
			t.Errorf("%s does not begin with the schema", name)
		}
	}
}
