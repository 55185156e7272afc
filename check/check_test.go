package check

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"tocsin/plan"
)

func sound(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("testdata/sound.yaml")
	if err != nil {
		t.Fatal(err)
	}
	// Lia, of whom only a spoken yes is asked, would be a warning; the tests give her a key.
	return strings.Replace(string(b), `contact: [{kind: chat, to: "@lia"}]`,
		`contact: [{kind: chat, to: "@lia"}]`+"\n    keys: [{address: \"0x120F4209596fef7D4D07E3BA410d5dA8E88ccA3d\"}]", 1)
}

func gapsOf(t *testing.T, text string) []Gap {
	t.Helper()
	p, src, err := plan.Load(fstest.MapFS{"plan.yaml": {Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	return Check(p, src)
}

func TestASoundPlanHasNoGaps(t *testing.T) {
	for _, g := range gapsOf(t, sound(t)) {
		t.Errorf("%s %s %s: %s", g.Level, g.Code, g.Subject, g.Say)
	}
}

// Each case edits the sound plan and expects a gap, and no other but those under also.
var cases = []struct {
	code    string
	level   Level
	subject string
	line    string   // part of the line that the gap points at
	edit    []string // old, new, old, new …
	also    []string
}{
	{"plan-not-reviewed", Warning, "", "", []string{"reviewed: 2026-11-01\n", ""}, nil},
	{"plan-not-tested", Warning, "", "", []string{"tested: 2026-11-01\n", ""}, nil},
	{"issue-without-detection", Warning, "issues[theft]", "id: theft", []string{"kind: match, asset: vault, transaction: true, mode: act", "kind: report"}, []string{"detector-unready"}},
	{"issue-without-detection", Warning, "issues[theft]", "id: theft", []string{"detectors: [withdrawals]\n", "\n"}, []string{"detector-without-issue"}},
	{"issue-without-procedure", Error, "issues[theft]", "id: theft", []string{"    procedure: stop\n", ""}, nil},
	{"cheap-detector-acts", Error, "detectors[withdrawals].mode", "id: withdrawals", []string{"kind: match, asset: vault, transaction: true", "kind: spike, asset: vault, metric: transactions, window: 1m, minimum: 9"}, nil},
	{"detector-unfinished", Warning, "detectors[withdrawals]", "id: withdrawals", []string{"asset: vault, transaction: true, mode", "mode"}, nil},
	{"detector-without-issue", Note, "detectors[spare]", "id: spare", []string{"mode: act}", "mode: act}\n  - {id: spare, name: Spare, kind: match, asset: vault, transaction: true}"}, nil},
	{"action-without-effect", Error, "actions[pause]", "id: pause", []string{"    effect: {asset: vault, function: paused() returns (bool), want: \"true\"}\n", ""}, nil},
	{"action-without-effect", Warning, "actions[pause]", "id: pause", []string{"kind: call\n    asset: vault\n    function: pause()\n    effect: {asset: vault, function: paused() returns (bool), want: \"true\"}\n", "kind: hook\n    url: https://example.com\n"}, []string{"action-unready"}},
	{"step-without-owner", Warning, "procedures[stop].steps[tell]", "id: tell", []string{"name: Tell\n        owner: lead\n", "name: Tell\n"}, nil},
	{"step-owner-nobody", Error, "procedures[stop].steps[tell].owner", "owner: ghost", []string{"name: Tell\n        owner: lead\n", "name: Tell\n        owner: ghost\n", "name: Lead}", "name: Lead}\n  - {id: ghost, name: Ghost, holders: [police]}", "groups:", "  - {id: police, name: Police, body: true, contact: [{kind: chat, to: x}]}\ngroups:"}, nil},
	{"decision-does-not-cover", Error, "procedures[stop].steps[tell].decision", "decision: speak", []string{"steps: [stop/tell]", "updates: [outside]"}, nil},
	{"decision-does-not-cover", Error, "procedures[stop].steps[pause].decision", "decision: speak", []string{"decision: pause\n", "decision: speak\n"}, nil},
	{"nobody-told-on-detection", Error, "categories[attack]", "id: attack", []string{"core: detection", "core: validation"}, nil},
	{"nobody-told-on-detection", Error, "categories[attack]", "id: attack", []string{"categories: [attack]\n      core", "severities: [low]\n      core"}, nil},
	{"nobody-told-on-detection", Error, "categories[calm]", "id: calm", []string{"{id: attack, name: Attack}", "{id: attack, name: Attack}\n  - {id: calm, name: Calm}"}, nil},
	{"message-without-owner", Warning, "communications[outside]", "id: outside", []string{", responsible: lia", ""}, nil},
	{"message-owner-nobody", Error, "communications[outside].responsible", "id: outside", []string{"contact: [{kind: chat, to: \"@lia\"}]\n", "contact: [{kind: chat, to: TBD}]\n", "required: [lia]", "required: [ada]"}, []string{"contact-tbd", "person-without-contact"}},
	{"public-channel-for-team", Error, "communications[inside].channel", "id: inside", []string{"channel: room, responsible", "channel: square, responsible"}, nil},
	{"public-channel-for-team", Error, "communications[inside].also[0]", "id: inside", []string{"channel: room, responsible", "channel: room, also: [square], responsible"}, nil},
	{"contact-tbd", Warning, "core_team[ada].contact[1]", "ada@example.com", []string{"to: ada@example.com}", "to: ada@example.com}, {kind: phone, to: tbd}"}, nil},
	{"person-without-contact", Warning, "extended_team[mia]", "id: mia", []string{"groups:", "  - {id: mia, name: Mia}\ngroups:"}, nil},
	{"person-without-contact", Error, "core_team[cy]", "id: cy", []string{"extended_team:", "  - {id: cy, name: Cy}\nextended_team:"}, nil},
	{"decision-authorises-nothing", Warning, "decisions[idle]", "id: idle", []string{"actions:\n  - id", "  - {id: idle, name: Idle, required: [ada]}\nactions:\n  - id"}, nil},
	{"decision-without-approvers", Error, "decisions[speak]", "id: speak", []string{"required: [lia], ", "additional: {who: [lia]}, "}, nil},
	{"group-without-need", Error, "decisions[pause].required[1]", "id: pause, name", []string{", need: 2", ""}, nil},
	{"quorum-impossible", Error, "decisions[pause].required[1]", "id: pause, name", []string{"need: 2", "need: 3"}, nil},
	{"quorum-impossible", Error, "decisions[pause].required[1]", "id: pause, name", []string{"    keys: [{address: \"0x647A567Ce312C5Aa0Dbf2FA6B1965A463a0f1c03\"}]\n", ""}, nil},
	{"quorum-impossible", Error, "decisions[pause].additional", "id: pause, name", []string{"required: [ada, team]", "required: [ada, team], additional: {who: [lia], need: 2}"}, nil},
	{"approver-unreachable", Error, "decisions[speak].required[0]", "id: speak", []string{"contact: [{kind: chat, to: \"@lia\"}]\n", "body: true\n", "responsible: lia", "responsible: ada"}, []string{"person-without-contact"}},
	{"approver-without-key", Warning, "decisions[speak].required[0]", "id: speak", []string{"    keys: [{address: \"0x120F4209596fef7D4D07E3BA410d5dA8E88ccA3d\"}]\n", ""}, nil},
	{"approver-without-key", Error, "decisions[pause].required[0]", "id: pause, name", []string{"    keys: [{address: \"0x25EA031cb0829a34f24114472eF0AFdD9F9f2614\"}]\n", "", "need: 2", "need: 1"}, nil},
	{"action-without-decision", Error, "actions[unpause]", "id: unpause", []string{"actions:\n  - id", "actions:\n  - {id: unpause, name: Unpause, kind: call, asset: vault, function: unpause()}\n  - id"}, nil},
	{"detector-broken", Error, "detectors[withdrawals].where", "id: withdrawals", []string{"transaction: true,", "transaction: true, where: 'tx.value > later',"}, nil},
	{"detector-broken", Error, "detectors[withdrawals].event", "id: withdrawals", []string{"transaction: true", "event: Withdraw"}, nil},
	{"detector-unready", Warning, "detectors[withdrawals].internal", "id: withdrawals", []string{"transaction: true", "transaction: true, internal: true"}, nil},
	{"detector-unready", Note, "detectors[withdrawals].metric", "id: withdrawals", []string{"kind: match, asset: vault, transaction: true, mode: act", "kind: spike, asset: vault, metric: gas_price, window: 1m"}, nil},
	{"detector-unready", Note, "detectors[withdrawals].kind", "id: withdrawals", []string{"kind: match, asset: vault, transaction: true, mode: act", "kind: webhook, secret: HOOK_SECRET"}, nil},
	{"template-broken", Error, "communications[outside].template", "id: outside", []string{"responsible: lia", "template: '{{.Nonsense}}', responsible: lia"}, nil},
	{"action-broken", Error, "actions[pause]", "id: pause", []string{"    function: pause()\n", "    function: pause(uint256 until)\n"}, nil},
	{"action-broken", Error, "actions[pause]", "id: pause", []string{"want: \"true\"", "want: \"maybe\""}, nil},
	{"action-unready", Warning, "actions[pause].kind", "kind: safe", []string{"kind: call", "kind: safe\n    safe: vault"}, nil},
	{"plan-without-issues", Error, "", "", nil, nil},
}

func TestEachGap(t *testing.T) {
	for _, c := range cases {
		t.Run(c.code+" of "+c.subject, func(t *testing.T) {
			text := "tocsin: 1\nprotocol: bare\nname: Bare\nreviewed: 2026-11-01\ntested: 2026-11-01\n"
			if c.edit != nil {
				text = edited(t, sound(t), c.edit)
			}
			gaps := gapsOf(t, text)
			var g Gap
			var others []string
			for _, x := range gaps {
				if x.Code == c.code {
					g = x
				} else {
					others = append(others, x.Code)
				}
			}
			slices.Sort(others)
			if len(gaps) != 1+len(c.also) || !slices.Equal(others, c.also) || g.Level != c.level || g.Subject != c.subject {
				for _, x := range gaps {
					t.Logf("%s %s of %q: %s", x.Level, x.Code, x.Subject, x.Say)
				}
				t.Fatalf("want %s %s of %q, and besides %v", c.level, c.code, c.subject, c.also)
			}
			if c.level == Error && !Failed(gaps) || c.level != Error && c.also == nil && Failed(gaps) {
				t.Errorf("Failed answers %v", Failed(gaps))
			}
			if c.line != "" {
				lines := strings.Split(text, "\n")
				if g.File != "plan.yaml" || g.Line < 1 || !strings.Contains(lines[g.Line-1], c.line) {
					t.Errorf("points at %s:%d", g.File, g.Line)
				}
			}
			for _, s := range []string{g.Say, g.Why, g.Mend} {
				if !strings.HasSuffix(s, ".") {
					t.Errorf("%q is not a sentence", s)
				}
			}
		})
	}
}

// edited replaces texts that stand once in a plan.
func edited(t *testing.T, text string, edit []string) string {
	t.Helper()
	for i := 0; i+1 < len(edit); i += 2 {
		if n := strings.Count(text, edit[i]); n != 1 {
			t.Fatalf("%q stands %d times in the sound plan", edit[i], n)
		}
		text = strings.Replace(text, edit[i], edit[i+1], 1)
	}
	return text
}

// Every code that Check can answer has a case above.
func TestEachCodeHasACase(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	code := regexp.MustCompile(`c\.add\([A-Za-z.]+, "([a-z-]+)"`)
	found := 0
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range code.FindAllStringSubmatch(string(b), -1) {
			found++
			tested := false
			for _, c := range cases {
				tested = tested || c.code == m[1]
			}
			if !tested {
				t.Errorf("%s: the gap %s has no case", f, m[1])
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d codes found", found)
	}
}

// The example says no more than the truth: this release does not measure the price of gas.
func TestTheExampleHasOneNote(t *testing.T) {
	p, src, err := plan.Load(os.DirFS("../examples/vault"))
	if err != nil {
		t.Fatal(err)
	}
	gaps := Check(p, src)
	if len(gaps) != 1 || gaps[0].Level != Note || gaps[0].Subject != "detectors[gas-price-spike].metric" || gaps[0].Line == 0 {
		t.Errorf("%+v", gaps)
	}
}

func TestCheckWithoutASource(t *testing.T) {
	if gaps := Check(&plan.Plan{}, nil); len(gaps) == 0 {
		t.Error("an empty plan has no gaps")
	}
	if gaps := Check(nil, nil); gaps != nil {
		t.Error("no plan has gaps")
	}
}
