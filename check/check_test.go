package check

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"tocsin/plan"
)

func sound(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("testdata/sound.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func gapsOf(t *testing.T, text string) []Gap {
	t.Helper()
	p, src, err := plan.Load(fstest.MapFS{"plan.yaml": {Data: []byte(text)}, "contacts.age": {Data: []byte("age-encryption.org/v1\n")}})
	if err != nil {
		t.Fatal(err)
	}
	return CheckAt(p, src, time.Date(2026, 11, 21, 13, 0, 0, 0, time.UTC))
}

func TestASoundPlanHasNoGaps(t *testing.T) {
	for _, g := range gapsOf(t, sound(t)) {
		t.Errorf("%s %s %s: %s", g.Level, g.Code, g.Subject, g.Say)
	}
}

// Each case edits the sound plan and expects a gap, and no other but those under also. What the edit takes away or changes is
// what mends the gap.
var cases = []struct {
	code    string
	level   Level
	subject string
	line    string   // part of the line that the gap points at
	edit    []string // old, new, old, new …
	also    []string
}{
	{"plan-not-reviewed", Warning, "", "", []string{"reviewed: 2026-11-01\n", ""}, nil},
	{"review-overdue", Warning, "reviewed", "reviewed:", []string{"reviewed: 2026-11-01", "reviewed: 2026-05-01"}, nil},
	{"review-overdue", Warning, "reviewed", "reviewed:", []string{"reviewed: 2026-11-01", "reviewed: 2036-11-01"}, nil},
	{"exercise-overdue", Warning, "tested", "tested:", []string{"\ntested: 2026-11-01", "\ntested: 2036-11-01"}, nil},
	{"plan-not-tested", Warning, "", "", []string{"\ntested: 2026-11-01", ""}, nil},
	{"exercise-overdue", Warning, "tested", "tested:", []string{"\ntested: 2026-11-01", "\ntested: 2026-05-01"}, nil},
	{"exercise-overdue", Warning, "tested", "tested:", []string{"\ntested: 2026-11-01", "\ntested: 2026-10-01", "exercises:\n", "exercises:\n  then_every: 30d\n"}, nil},
	{"plan-without-owner", Note, "", "", []string{"owner: ada\nreviewed", "reviewed"}, nil},
	{"scope-missing", Note, "scope", "not_incident:", []string{"  incident: [Money leaves]\n", ""}, nil},
	{"reports-kept-forever", Warning, "retention", "retention:", []string{", reports: 90d", "", "mode: act}\n", "mode: act}\n  - {id: form, name: Form, kind: report, mode: page}\n"}, []string{"detector-without-issue"}},
	{"retention-missing", Note, "retention", "", []string{"retention: {incidents: 365d, reports: 90d}\n", ""}, nil},
	{"contacts-sealed", Note, "contacts", "contacts:", []string{"groups:", sealedFile + "groups:", "contact: [{kind: chat, to: \"@lia\"}]\n", "body: false\n"}, nil},
	{"adoption-missing", Warning, "decisions", "", []string{"  - {id: adopt, name: Adopt, additional: {who: [ada, ben, cy], need: 1}, adopts: true}\n", ""}, nil},
	{"severity-out-of-order", Warning, "severities[critical].respond_within", "respond_within: 2d", []string{"respond_within: 5m", "respond_within: 2d"}, nil},
	{"severity-without-response-time", Warning, "severities[low]", "id: low", []string{", respond_within: 1d", ""}, nil},
	{"value-open", Warning, "name", "name: TBD", []string{"name: Sound", "name: TBD"}, nil},
	{"value-open", Warning, "exercises.scenarios[drill].opening", "id: drill", []string{"opening: The vault empties", "opening: \"[to be written]\""}, nil},
	{"secret-in-plan", Error, "", "deployer", []string{"# A small", "# deployer 0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318\n# A small"}, nil},

	{"issue-without-detection", Error, "issues[theft].detection", "", []string{"      detectors: [withdrawals]\n      manual: [{what: Complaints, who: ada}, {what: The console stands still, who: ada}]\n", "      detectors: []\n", "detectors:\n  - {id: withdrawals, name: Withdrawals, act_reason: Only a thief can do this, kind: match, asset: vault, transaction: true, mode: act}\n", ""}, nil},
	{"issue-without-detection", Warning, "issues[theft].detection", "", []string{"\n      manual: [{what: Complaints, who: ada}, {what: The console stands still, who: ada}]", "", "kind: match, asset: vault, transaction: true, mode: act", "kind: report"}, []string{"watch-unwatched"}},
	{"issue-detected-by-hand", Warning, "issues[theft].detection", "", []string{"detectors: [withdrawals]\n", "\n"}, []string{"detector-without-issue"}},
	{"issue-detected-silently", Warning, "issues[theft].detection", "", []string{", mode: act", ""}, nil},
	{"issue-without-procedure", Error, "issues[theft]", "id: theft", []string{"    procedure: stop\n", ""}, []string{"procedure-without-issue", "procedure-without-scenario"}},
	{"issue-unranked", Warning, "issues[slip]", "id: slip", []string{"detectors:\n  - ", slip("")}, nil},
	{"issue-unranked", Warning, "issues[theft]", "id: theft", []string{"    severity: critical\n", ""}, nil},
	{"detection-shared", Warning, "issues[theft].detection", "detectors: [withdrawals]", []string{"detectors:\n  - ", slip("category: attack, "), "detectors: [slips]", "detectors: [withdrawals]", slipDetector, ""}, []string{"issue-unranked"}},
	{"kind-not-considered", Note, "issues", "id: theft", []string{", disclosure]", "]"}, nil},
	{"cheap-detector-acts", Error, "detectors[withdrawals].mode", "id: withdrawals", []string{"kind: match, asset: vault, transaction: true", "kind: spike, asset: vault, metric: transactions, window: 1m, minimum: 9"}, nil},
	{"detector-acts-alone", Error, "detectors[withdrawals].mode", "id: withdrawals", []string{"act_reason: Only a thief can do this, ", ""}, nil},
	{"second-detector-worthless", Error, "detectors[withdrawals].act_together", "id: withdrawals", []string{"act_reason: Only a thief can do this", "act_together: withdrawals"}, nil},
	{"second-detector-worthless", Error, "detectors[withdrawals].act_together", "id: withdrawals", []string{"act_reason: Only a thief can do this", "act_together: again", "detectors: [withdrawals]", "detectors: [withdrawals, again]", "mode: act}", "mode: act}\n" + second("again", "page", "asset: vault, transaction: true")}, nil},
	{"second-detector-worthless", Error, "detectors[withdrawals].act_together", "id: withdrawals", []string{"act_reason: Only a thief can do this", "act_together: calls", "detectors: [withdrawals]", "detectors: [withdrawals, calls]", "mode: act}", "mode: act}\n" + second("calls", "observe", "asset: vault, function: \"pay()\"")}, nil},
	{"second-detector-worthless", Error, "detectors[withdrawals].act_together", "id: withdrawals", []string{"act_reason: Only a thief can do this", "act_together: calls", "mode: act}", "mode: act}\n" + second("calls", "page", "asset: vault, function: \"pay()\"")}, []string{"detector-without-issue"}},
	{"second-detector-worthless", Error, "detectors[withdrawals].act_together", "id: withdrawals", []string{"act_reason: Only a thief can do this", "act_together: calls", "detectors: [withdrawals]", "detectors: [withdrawals, calls]", "mode: act}", "mode: act}\n" + second("calls", "page", "")}, []string{"detector-unfinished"}},
	{"automatic-never", Error, "issues[theft].automatic.decision", "decision: reopen", []string{"    procedure: stop\n", "    procedure: stop\n    automatic:\n      action: pause\n      detectors: [withdrawals]\n      veto: [works]\n      decision: pause\n", "mode: act}\n", "mode: act}\n  - {id: works, name: Works, kind: match, asset: vault, transaction: true, mode: observe}\n", "[works]\n      decision: pause\n", "[works]\n      decision: reopen\n"}, nil},
	{"automatic-never", Error, "issues[theft].automatic.detectors", "detectors: [works]", []string{"    procedure: stop\n", "    procedure: stop\n    automatic:\n      action: pause\n      detectors: [withdrawals]\n      veto: [works]\n      decision: pause\n", "mode: act}\n", "mode: act}\n  - {id: works, name: Works, kind: match, asset: vault, transaction: true, mode: observe}\n", "      detectors: [withdrawals]\n      veto: [works]\n", "      detectors: [works]\n      veto: [withdrawals]\n"}, []string{"detector-without-issue"}},
	{"automatic-never", Error, "issues[theft].automatic.within", "within: 31d", []string{"    procedure: stop\n", "    procedure: stop\n    automatic:\n      action: pause\n      detectors: [withdrawals]\n      veto: [works]\n      decision: pause\n", "mode: act}\n", "mode: act}\n  - {id: works, name: Works, kind: match, asset: vault, transaction: true, mode: observe}\n", "[works]\n      decision: pause\n", "[works]\n      decision: pause\n      within: 31d\n"}, nil},
	{"automatic-without-veto", Note, "issues[theft].automatic", "action: pause", []string{"    procedure: stop\n", "    procedure: stop\n    automatic:\n      action: pause\n      detectors: [withdrawals]\n      veto: [works]\n      decision: pause\n", "mode: act}\n", "mode: act}\n  - {id: works, name: Works, kind: match, asset: vault, transaction: true, mode: observe}\n", "      veto: [works]\n", ""}, []string{"detector-without-issue"}},
	{"automatic-veto-dead", Error, "issues[theft].automatic.veto", "veto: [works]", []string{"    procedure: stop\n", "    procedure: stop\n    automatic:\n      action: pause\n      detectors: [withdrawals]\n      veto: [works]\n      decision: pause\n", "mode: act}\n", "mode: act}\n  - {id: works, name: Works, kind: match, asset: vault, transaction: true, mode: observe}\n", "asset: vault, transaction: true, mode: observe", "asset: vault, mode: observe"}, []string{"detector-unfinished"}},
	{"validates-by-nothing", Warning, "issues[theft].validate", "validate: auto", []string{"    procedure: stop\n", "    procedure: stop\n    validate: automatically\n", "detectors: [withdrawals]", "detectors: [withdrawals, busy]", "mode: act}", "mode: act}\n  - {id: busy, name: Busy, kind: spike, asset: vault, metric: transactions, window: 1m, minimum: 9, mode: page}"}, nil},
	{"validates-by-nothing", Warning, "issues[theft].validate", "validate: auto", []string{"    procedure: stop\n", "    procedure: stop\n    validate: automatically\n", "detectors: [withdrawals]\n", "\n"}, []string{"detector-without-issue", "issue-detected-by-hand"}},
	{"validates-by-nothing", Warning, "issues[theft].validate", "validate: auto", []string{"    procedure: stop\n", "    procedure: stop\n    validate: automatically\n", ", mode: act", ""}, []string{"issue-detected-silently"}},
	{"detector-unfinished", Warning, "detectors[withdrawals]", "id: withdrawals", []string{"asset: vault, transaction: true, mode", "mode"}, []string{"issue-detected-by-hand"}},
	{"detector-without-issue", Note, "detectors[spare]", "id: spare", []string{"mode: act}", "mode: act}\n  - {id: spare, name: Spare, kind: match, asset: vault, transaction: true}"}, nil},
	{"detector-broken", Error, "detectors[withdrawals].where", "id: withdrawals", []string{"transaction: true,", "transaction: true, where: 'tx.value > later',"}, []string{"issue-detected-by-hand"}},
	{"detector-broken", Error, "detectors[withdrawals].event", "id: withdrawals", []string{"transaction: true", "event: Withdraw"}, []string{"issue-detected-by-hand"}},
	{"detector-broken", Error, "detectors[withdrawals].internal", "id: withdrawals", []string{"transaction: true", "event: \"Withdraw(address)\", internal: true"}, []string{"issue-detected-by-hand"}},
	{"detector-broken", Error, "detectors[withdrawals].mapping.say", "id: withdrawals", []string{"kind: match, asset: vault, transaction: true, mode: act", "kind: webhook, mode: page, secret: HOOK_SECRET, mapping: {say: title}"}, []string{"issue-detected-by-hand"}},
	{"detector-unready", Note, "detectors[withdrawals].asset", "id: withdrawals", []string{"kind: match, asset: vault, transaction: true, mode: act", "kind: web, asset: vault"}, []string{"issue-detected-by-hand"}},
	{"detector-never-fires", Error, "detectors[withdrawals].where", "id: withdrawals", []string{"transaction: true,", "transaction: true, where: 'tx.value > 9 && tx.value < 5',"}, nil},
	{"detector-never-fires", Error, "detectors[withdrawals].minimum", "id: withdrawals", []string{"kind: match, asset: vault, transaction: true, mode: act", "kind: spike, asset: vault, metric: transactions, window: 1s, minimum: 1000000000, mode: page"}, nil},
	{"detector-name-taken", Error, "detectors[blind].id", "id: blind", []string{"mode: act}", "mode: act}\n  - {id: blind, name: Spare, kind: match, asset: vault, transaction: true}"}, []string{"detector-without-issue"}},
	{"watch-unwatched", Note, "detectors", "id: withdrawals", []string{", {what: The console stands still, who: ada}", ""}, nil},
	{"nobody-told-when-blind", Error, "escalation", "rules:", []string{"      core: detection", "      who: [dee]\n      when: detection", "extended_team:", "  - {id: dee, name: Dee}\nextended_team:"}, []string{"nobody-told-on-detection", "person-without-contact"}},
	{"nobody-told-on-detection", Error, "categories[attack]", "id: attack", []string{"core: detection", "core: validation"}, nil},
	{"nobody-told-on-detection", Error, "categories[attack]", "id: attack", []string{"categories: [attack]\n      core", "severities: [low]\n      core"}, nil},
	{"nobody-told-on-detection", Error, "issues[slip]", "id: slip", []string{"detectors:\n  - ", slip("severity: low, "), "categories: [attack]\n      core", "severities: [critical]\n      core"}, nil},
	{"category-without-issue", Note, "categories[calm]", "id: calm", []string{"{id: attack, name: Attack}", "{id: attack, name: Attack}\n  - {id: calm, name: Calm}"}, nil},
	{"category-without-responder", Error, "categories[attack]", "id: attack", []string{"{id: attack, name: Attack}", "{id: attack, name: Attack}\n  - {id: hack, name: Attacks by hackers}", "name: Ada\n", "name: Ada\n    categories: [hack]\n", "name: Ben\n", "name: Ben\n    categories: [hack]\n", "name: Cy\n", "name: Cy\n    categories: [hack]\n"}, nil},
	{"names-clash", Warning, "categories[raid]", "id: raid", []string{"{id: attack, name: Attack}", "{id: attack, name: Attack}\n  - {id: raid, name: Attack by night}"}, []string{"category-without-issue"}},
	{"names-clash", Warning, "roles[lead]", "id: lead,", []string{"channels:\n", "  - {id: leads, name: leads, members: [ada]}\nchannels:\n"}, nil},

	{"procedure-incomplete", Note, "procedures[stop]", "id: stop", []string{"purpose: fix", "purpose: find"}, nil},
	{"procedure-incomplete", Warning, "procedures[stop]", "id: stop", []string{"purpose: halt", "purpose: find"}, nil},
	{"step-without-owner", Warning, "procedures[stop].steps[tell]", "id: tell", []string{"happened\n        owner: lead\n", "happened\n"}, nil},
	{"step-owner-nobody", Error, "procedures[stop].steps[tell].owner", "owner: ghost", []string{"happened\n        owner: lead\n", "happened\n        owner: ghost\n", "holders: [ada, ben]}", "holders: [ada, ben]}\n  - {id: ghost, name: Ghost, holders: [police]}", "groups:", "  - {id: police, name: Police, body: true, contact: [{kind: chat, to: x}]}\ngroups:"}, nil},
	{"step-details-open", Warning, "procedures[stop].steps[tell].how", "how: (as", []string{"how: Say what happened", "how: (as agreed later)"}, nil},
	{"step-details-open", Warning, "procedures[stop].steps[tell]", "id: tell", []string{"        how: Say what happened\n", ""}, nil},
	{"halt-without-verification", Warning, "procedures[stop].steps[tell]", "id: tell", []string{"how: Say what", "purpose: halt\n        how: Say what"}, nil},
	{"restore-without-decision", Warning, "procedures[stop].steps[open]", "id: open", []string{"        decision: reopen\n", ""}, []string{"decision-unused"}},
	{"procedure-without-issue", Note, "procedures[spare]", "id: spare", []string{"escalation:\n", spareProcedure + "escalation:\n", "issues: [theft]", "issues: [theft], steps: [spare/all]"}, []string{"scenario-does-not-fit"}},
	{"procedure-without-scenario", Note, "procedures[spare]", "id: spare", []string{"escalation:\n", spareProcedure + "escalation:\n"}, []string{"procedure-without-issue"}},
	{"decision-does-not-cover", Error, "procedures[stop].steps[tell].decision", "decision: speak", []string{"steps: [stop/tell]", "updates: [outside]"}, nil},
	{"decision-does-not-cover", Error, "procedures[stop].steps[pause].decision", "decision: speak", []string{"decision: pause\n", "decision: speak\n"}, []string{"decision-unused"}},
	{"exercises-missing", Warning, "exercises", "", []string{"exercises:\n  scenarios:\n    - {id: drill, name: Drill, issues: [theft], opening: The vault empties}\n", ""}, nil},
	{"worst-issue-without-scenario", Warning, "issues[theft]", "id: theft", []string{", issues: [theft]", ""}, []string{"procedure-without-scenario", "scenario-does-not-fit"}},
	{"issue-without-scenario", Note, "issues[noise]", "id: noise", []string{"    procedure: stop\n", "    procedure: stop\n" + noise, "escalation:\n", spareProcedure + "escalation:\n"}, []string{"detection-shared"}},
	{"scenario-does-not-fit", Note, "exercises.scenarios[drill]", "id: drill", []string{", issues: [theft]", ", issues: [theft], steps: [spare/all]", "escalation:\n", spareProcedure + "escalation:\n"}, []string{"procedure-without-issue"}},
	{"scenario-does-not-fit", Warning, "exercises.scenarios[drill]", "id: drill", []string{", issues: [theft]", ", issues: [theft], from: nothing-like-it"}, nil},
	{"scenario-does-not-fit", Note, "exercises.scenarios[drill]", "id: drill", []string{", issues: [theft]", ", issues: [theft], from: bank-run, bind: {issue: theft, vault: vault, sound: stop/tell, steady: stop/pause, tell: stop/tell, wide: stop/tell, normal: stop/open, users: outside, nobody: outside}"}, nil},

	{"unlisted", Error, "unlisted[boss]", "id: boss", []string{"groups:", "unlisted: [{id: boss, name: Boss}]\ngroups:", "responsible: lia", "responsible: boss"}, nil},
	{"unlisted", Warning, "unlisted[boss]", "id: boss", []string{"groups:", "unlisted: [{id: boss, name: Boss}]\ngroups:", "members: [ada, ben]", "members: [ada, ben, boss]"}, nil},
	{"unlisted", Note, "unlisted[boss]", "id: boss", []string{"groups:", "unlisted: [{id: boss, name: Boss}]\ngroups:"}, nil},
	{"message-without-owner", Warning, "communications[outside]", "id: outside", []string{", responsible: lia", ""}, nil},
	{"message-owner-nobody", Error, "communications[outside].responsible", "id: outside", []string{"contact: [{kind: chat, to: \"@lia\"}]\n", "contact: [{kind: chat, to: TBD}]\n", "required: [lia], stand_ins: [{for: lia", "required: [ada], stand_ins: [{for: ada"}, []string{"contact-tbd", "person-without-contact"}},
	{"message-owned-by-everybody", Warning, "communications[outside].responsible", "id: outside", []string{"holders: [ada, ben]}", "holders: [ada, ben]}\n  - {id: all, name: Responders}", "responsible: lia", "responsible: all"}, nil},
	{"message-owned-by-everybody", Warning, "communications[outside].responsible", "id: outside", []string{"channels:\n", "  - {id: most, name: Staff, members: [ada, ben, cy]}\nchannels:\n", "responsible: lia", "responsible: most"}, nil},
	{"message-incomplete", Warning, "communications[outside]", "id: outside", []string{"timing: hourly, channel: square", "channel: square"}, nil},
	{"message-without-template", Note, "communications[outside]", "id: outside", []string{", template: \"{{.What}}\"", ""}, nil},
	{"message-without-backup", Warning, "communications[inside]", "id: inside", []string{"channel: room, backup: hall", "channel: room"}, nil},
	{"backup-same-channel", Warning, "communications[inside].backup", "id: inside", []string{"channel: room, backup: hall", "channel: room, backup: room"}, nil},
	{"backup-shares-provider", Warning, "communications[inside].backup", "id: inside", []string{"name: Hall, kind: telegram", "name: Hall, kind: slack", "channel: hall, backup: room", "channel: hall, backup: desk", "{id: square,", "{id: desk, name: Desk, kind: signal-less}\n  - {id: square,", "kind: signal-less", "kind: other"}, nil},
	{"public-channel-for-team", Error, "communications[inside].channel", "id: inside", []string{"channel: room, backup: hall", "channel: square, backup: hall"}, nil},
	{"public-channel-for-team", Error, "communications[inside].also[0]", "id: inside", []string{"channel: room, backup: hall", "channel: room, also: [square], backup: hall"}, nil},
	{"channel-on-own-domain", Warning, "communications[inside].channel", "id: inside", []string{"to: \"#room\"", "to: \"https://chat.sound.example\"", "assets:\n  - ", "assets:\n" + appDomain + "  - ", "channel: hall, backup: room", "channel: hall, backup: desk", "{id: square,", "{id: desk, name: Desk, kind: other}\n  - {id: square,", "resolution + 2d, channel: room", "resolution + 2d, channel: desk", "assets: [vault]", "assets: [vault, app]"}, nil},
	{"responders-without-room", Warning, "communications", "", []string{"  - {id: gather, name: Gather, audience: responders, timing: open until completion, channel: hall, backup: room, responsible: lead}\n", ""}, nil},
	{"users-not-told", Warning, "communications", "", []string{"audience: users", "audience: partners"}, nil},
	{"post-mortem-missing", Note, "communications", "", []string{"  - {id: after, name: After, audience: internal, timing: resolution + 2d, channel: room, responsible: ada, postmortem: true}\n", ""}, nil},
	{"template-broken", Error, "communications[outside].template", "id: outside", []string{"{{.What}}", "{{.Nonsense}}"}, nil},

	{"contact-tbd", Warning, "core_team[ada].contact[1]", "ada@example.com", []string{"to: ada@example.com}", "to: ada@example.com}, {kind: phone, to: tbd}"}, nil},
	{"person-without-contact", Warning, "extended_team[mia]", "id: mia", []string{"groups:", "  - {id: mia, name: Mia}\ngroups:"}, nil},
	{"person-without-contact", Error, "core_team[dee]", "id: dee", []string{"extended_team:", "  - {id: dee, name: Dee}\nextended_team:"}, nil},
	{"one-way-to-reach-all", Warning, "core_team", "id: ada", []string{"kind: email, to: ada@example.com", "kind: phone, to: \"+19995551214\""}, nil},
	{"team-email-on-own-domain", Warning, "assets[app]", "id: app", []string{"to: ada@example.com", "to: ada@sound.example", "assets:\n  - ", "assets:\n" + appDomain + "  - ", "assets: [vault]", "assets: [vault, app]"}, nil},
	{"team-email-on-own-domain", Note, "assets[app]", "id: app", []string{"to: ada@example.com}", "to: ada@sound.example}, {kind: phone, to: \"+19995551215\"}", "assets:\n  - ", "assets:\n" + appDomain + "  - ", "assets: [vault]", "assets: [vault, app]"}, nil},
	{"contact-shared", Warning, "core_team[cy].contact[0]", "+1 999 555-1212", []string{"+19995551213", "+1 999 555-1212"}, nil},
	{"key-public", Error, "core_team[cy].keys[0]", "0xf39F", []string{"0x541f18CB2BAEA19F43eEa9C94FD8D1121bC9Bc83", "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"}, nil},
	{"key-shared", Error, "core_team[cy].keys[0]", "0xd289", []string{"0x541f18CB2BAEA19F43eEa9C94FD8D1121bC9Bc83", "0xd289E2eE6A28295D1EB5aB7B8D30a2E5B3E932D2"}, nil},
	{"passkey-unproven", Error, "core_team[cy].keys[1]", "kind: passkey", []string{"{address: \"0x541f18CB2BAEA19F43eEa9C94FD8D1121bC9Bc83\"}", "{address: \"0x541f18CB2BAEA19F43eEa9C94FD8D1121bC9Bc83\"}, {kind: passkey, passkey: AAECAw}"}, nil},
	{"role-with-one-holder", Warning, "roles[lead]", "id: lead", []string{"holders: [ada, ben]", "holders: [ada]"}, nil},
	{"rota-without-time-zone", Warning, "rotas[watch]", "id: watch", []string{"groups:", "rotas:\n  - {id: watch, name: Watch, start: 2026-11-02, members: [ada, ben]}\ngroups:"}, nil},
	{"rota-not-begun", Warning, "rotas[watch].start", "id: watch", []string{"groups:", "rotas:\n  - {id: watch, name: Watch, time_zone: Europe/Vienna, start: 2036-11-02, members: [ada, ben]}\ngroups:"}, nil},
	{"rota-of-one", Note, "rotas[watch].members", "id: watch", []string{"groups:", "rotas:\n  - {id: watch, name: Watch, time_zone: Europe/Vienna, start: 2026-11-02, members: [ada]}\ngroups:"}, nil},
	{"rota-member-unreachable", Warning, "rotas[watch].members[1]", "id: watch", []string{"groups:", "  - {id: mia, name: Mia}\nrotas:\n  - {id: watch, name: Watch, time_zone: Europe/Vienna, start: 2026-11-02, members: [ada, mia]}\ngroups:"}, []string{"person-without-contact"}},
	{"rota-member-unreachable", Warning, "rotas[watch].cover[0]", "person: mia", []string{"groups:", "  - {id: mia, name: Mia}\nrotas:\n  - {id: watch, name: Watch, time_zone: Europe/Vienna, start: 2026-11-02, members: [ada, ben], cover: [{from: 2026-11-09, to: 2026-11-10, person: mia}]}\ngroups:"}, []string{"person-without-contact"}},
	{"person-indispensable", Warning, "core_team[ada]", "id: ada", []string{"for: ada, who: cy, after: 9m", "for: team, who: cy, after: 9m", "required: [lia]", "required: [ada]", "responsible: lia", "responsible: ada"}, []string{"decision-stops-with-one-away", "decision-stops-with-one-away"}},

	{"asset-without-chain", Error, "assets[vault]", "id: vault", []string{"kind: contract, chain: 1,", "kind: contract,"}, []string{"action-broken", "detector-broken", "issue-detected-by-hand"}},
	{"asset-without-address", Error, "assets[vault].address", "id: vault", []string{"address: \"0x88bC4F6FCb5515C41D03673c039C596FA63952a9\"", "address: TBD"}, nil},
	{"asset-without-pause", Note, "assets[oven]", "id: oven", []string{"assets:\n  - ", "assets:\n  - {id: oven, name: Oven, kind: contract, chain: 1, address: \"0x9d782321232617e36488C7FAaF27dfF6E2CdB4c1\"}\n  - "}, []string{"asset-without-issue"}},
	{"asset-without-pause", Warning, "assets[oven]", "id: oven", []string{"assets:\n  - ", "assets:\n  - {id: oven, name: Oven, kind: contract, chain: 1, address: \"0x9d782321232617e36488C7FAaF27dfF6E2CdB4c1\"}\n  - ", "assets: [vault]", "assets: [vault, oven]"}, nil},
	{"asset-without-issue", Note, "assets[app]", "id: app", []string{"assets:\n  - ", "assets:\n" + appDomain + "  - "}, nil},
	{"asset-without-holder", Warning, "assets[app]", "id: app", []string{"assets:\n  - ", "assets:\n" + appDomain + "  - ", "holder: ada, second_holder: ben", "provider: ours", "assets: [vault]", "assets: [vault, app]"}, nil},
	{"asset-with-one-holder", Warning, "assets[app]", "id: app", []string{"assets:\n  - ", "assets:\n" + appDomain + "  - ", "second_holder: ben", "second_holder: ada", "assets: [vault]", "assets: [vault, app]"}, nil},

	{"decision-authorises-nothing", Warning, "decisions[idle]", "id: idle", []string{"actions:\n  - id", "  - {id: idle, name: Idle, additional: {who: [ada, ben], need: 1}}\nactions:\n  - id"}, nil},
	{"decision-unused", Note, "decisions[idle]", "id: idle", []string{"actions:\n  - id", "  - {id: idle, name: Idle, additional: {who: [ada, ben], need: 1}, steps: [stop/mend]}\nactions:\n  - id"}, nil},
	{"decision-unsettled", Error, "decisions[speak].unsettled", "id: speak", []string{"required: [lia]", "required: [lia], unsettled: [All of them?]"}, nil},
	{"decision-without-approvers", Error, "decisions[speak]", "id: speak", []string{"required: [lia], stand_ins: [{for: lia, who: ben, after: 11m}]", "additional: {who: [lia]}"}, nil},
	{"group-without-need", Error, "decisions[pause].required[1]", "id: pause, name", []string{", need: 2", ""}, nil},
	{"group-without-need", Error, "decisions[speak].required[0]", "id: speak", []string{"required: [lia], stand_ins: [{for: lia", "required: [lead], stand_ins: [{for: ada"}, nil},
	{"quorum-impossible", Error, "decisions[pause].required[1]", "id: pause, name", []string{"need: 2", "need: 4"}, nil},
	{"quorum-impossible", Error, "decisions[pause].required[1]", "id: pause, name", []string{"    keys: [{address: \"0x6698656ccCEC85149e0647A7bd89fBB097490aAa\"}]\n", "", "{for: team, who: cy, after: 10m}", "{for: ada, who: lia, after: 10m}"}, nil},
	{"quorum-impossible", Error, "decisions[pause].additional", "id: pause, name", []string{"required: [ada, team]", "required: [ada, team], additional: {who: [lia], need: 2}"}, nil},
	{"proposer-rule-impossible", Error, "decisions[speak].proposer_may_not_approve", "id: speak", []string{"required: [lia], stand_ins: [{for: lia, who: ben, after: 11m}]", "required: [staff], proposer_may_not_approve: true", "channels:\n", "  - {id: staff, name: Staff, members: [ada, ben, cy], need: 3}\nchannels:\n"}, []string{"decision-stops-with-one-away"}},
	{"decision-stops-with-one-away", Warning, "decisions[speak]", "id: speak", []string{", stand_ins: [{for: lia, who: ben, after: 11m}]", ""}, nil},
	{"stand-in-too-late", Warning, "decisions[speak].stand_ins[0]", "id: speak", []string{"after: 11m", "after: 2h"}, nil},
	{"decision-of-one", Warning, "decisions[pause]", "id: pause, name", []string{"{for: ada, who: cy, after: 9m}, {for: team, who: cy, after: 10m}", "", "members: [ada, ben], need: 2", "members: [ada], need: 1"}, []string{"decision-stops-with-one-away"}},
	{"approver-unreachable", Error, "decisions[speak].required[0]", "id: speak", []string{"contact: [{kind: chat, to: \"@lia\"}]\n", "body: true\n", "responsible: lia", "responsible: ada"}, []string{"decision-stops-with-one-away", "person-without-contact"}},
	{"approver-without-key", Warning, "decisions[speak].required[0]", "id: speak", []string{"    keys: [{address: \"0x9d782321232617e36488C7FAaF27dfF6E2CdB4c1\"}]\n", ""}, nil},
	{"approver-without-key", Error, "decisions[pause].required[0]", "id: pause, name", []string{"    keys: [{address: \"0xd289E2eE6A28295D1EB5aB7B8D30a2E5B3E932D2\"}]\n", "", "need: 2", "need: 1", "required: [ada, team]", "required: [ada]"}, []string{"decision-stops-with-one-away"}},
	{"action-without-decision", Error, "actions[unpause]", "id: unpause", []string{"actions:\n  - id", "actions:\n  - {id: unpause, name: Unpause, kind: call, asset: vault, function: unpause()}\n  - id"}, nil},
	{"action-without-step", Note, "actions[unpause]", "id: unpause", []string{"actions:\n  - id", "actions:\n  - {id: unpause, name: Unpause, kind: call, asset: vault, function: unpause()}\n  - id", "actions: [pause]", "actions: [pause, unpause]"}, nil},
	{"action-undoes-itself", Warning, "actions[pause].undo", "undo: pause", []string{"    function: pause()\n", "    function: pause()\n    undo: pause\n"}, nil},
	{"action-without-effect", Error, "actions[pause]", "id: pause", []string{"    effect: {asset: vault, function: paused() returns (bool), want: \"true\"}\n", ""}, nil},
	{"action-without-effect", Warning, "actions[pause]", "id: pause", []string{"kind: call\n    asset: vault\n    function: pause()\n    effect: {asset: vault, function: paused() returns (bool), want: \"true\"}\n", "kind: hook\n    url: https://example.com\n"}, []string{"asset-without-pause"}},
	{"action-broken", Error, "actions[pause]", "id: pause", []string{"    function: pause()\n", "    function: pause(uint256 until)\n"}, nil},
	{"action-broken", Error, "actions[pause]", "id: pause", []string{"want: \"true\"", "want: \"maybe\""}, nil},
}

// Pieces that some cases add to the sound plan.
const (
	sealedFile     = "contacts: {file: contacts.age, hash: \"0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318\"}\n"
	appDomain      = "  - {id: app, name: App, kind: domain, location: app.sound.example, holder: ada, second_holder: ben}\n"
	noise          = "  - {id: noise, name: Noise, category: attack, severity: low, kinds: [bug], detection: {detectors: [withdrawals]}, procedure: spare}\n"
	spareProcedure = "  - id: spare\n    name: Spare\n    steps:\n      - {id: all, name: Pause and patch and restore, how: By hand, expect: All is well, owner: lead}\n"
	slipDetector   = "  - {id: slips, name: Slips, kind: match, asset: vault, function: \"slip()\", mode: page}\n"
)

// second is another detector of kind match.
func second(id, mode, looks string) string {
	if looks != "" {
		looks = ", " + looks
	}
	return "  - {id: " + id + ", name: Another, kind: match, mode: " + mode + looks + "}"
}

// slip is a second issue with a detector of its own, in place of the beginning of the section of detectors.
func slip(more string) string {
	return "  - {id: slip, name: Slip, " + more + "detection: {detectors: [slips]}, procedure: stop}\ndetectors:\n" + slipDetector + "  - "
}

func TestEachGap(t *testing.T) {
	for _, c := range cases {
		t.Run(c.code+" of "+c.subject, func(t *testing.T) {
			text := edited(t, sound(t), c.edit)
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
				if !strings.HasSuffix(s, ".") && !strings.HasSuffix(s, "?") {
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

// Every code in the source is listed in its order, has a case above and its paragraph in the document, and no other has.
func TestEachCodeIsKnown(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	pattern := regexp.MustCompile(`c\.add(?:At)?\(.*?(?:Error|Warning|Note|level), "([a-z-]+)"`)
	raised := map[string]bool{}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range pattern.FindAllStringSubmatch(string(b), -1) {
			raised[m[1]] = true
		}
	}
	tested := map[string]bool{"plan-without-issues": true} // TestAPlanWithoutIssues
	for _, c := range cases {
		tested[c.code] = true
	}
	b, err := os.ReadFile("../docs/gaps.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^### `([a-z-]+)`$").FindAllStringSubmatch(string(b), -1) {
		if documented[m[1]] {
			t.Errorf("docs/gaps.md: %s stands twice", m[1])
		}
		documented[m[1]] = true
	}
	listed := map[string]bool{}
	for _, code := range Codes() {
		if listed[code] {
			t.Errorf("%s is listed twice", code)
		}
		listed[code] = true
	}
	for _, x := range []struct {
		what string
		has  map[string]bool
	}{{"the source", raised}, {"the cases", tested}, {"docs/gaps.md", documented}} {
		for code := range listed {
			if !x.has[code] {
				t.Errorf("%s does not know %s", x.what, code)
			}
		}
		for code := range x.has {
			if !listed[code] {
				t.Errorf("%s knows %s, which is not listed", x.what, code)
			}
		}
	}
}

func TestAPlanWithoutIssues(t *testing.T) {
	gaps := gapsOf(t, "tocsin: 1\nprotocol: bare\nname: Bare\n")
	if gaps[0].Code != "plan-without-issues" || gaps[0].Level != Error {
		t.Errorf("the first gap of a bare plan is %s", gaps[0].Code)
	}
}

// A role that nobody can hold is mended once, so it is told once, however many procedures wait for it; at the one that hurts most.
func TestARoleThatNobodyCanHoldIsToldOnce(t *testing.T) {
	gaps := gapsOf(t, `tocsin: 1
protocol: bare
name: Bare
issues:
  - {id: slow, name: Slow pages, kinds: [overload], procedure: wait}
  - {id: theft, name: Theft, kinds: [theft], procedure: stop}
procedures:
  - {id: wait, name: Wait, steps: [{id: sit, name: Sit, owner: lead}]}
  - {id: stop, name: Stop, steps: [{id: halt, name: Halt, owner: lead}, {id: mend, name: Mend, owner: lead}]}
core_team:
  - {id: first-engineer, name: TBD}
roles:
  - {id: lead, name: Lead, holders: [first-engineer]}
`)
	var said []string
	for _, g := range gaps {
		switch g.Code {
		case "step-owner-nobody":
			said = append(said, g.Subject+": "+g.Say)
		case "person-without-contact":
			if g.Say != "There is no way to reach first-engineer." {
				t.Errorf("somebody without a name is not called by their id: %s", g.Say)
			}
		}
	}
	want := `procedures[stop].steps[halt].owner: Nobody who can be reached can hold the role "Lead", which owns 3 steps of 2 procedures: "Stop" and "Wait".`
	if len(said) != 1 || said[0] != want {
		t.Errorf("it says %q, want %q", said, want)
	}
}

// The example is as good as a plan can be: nothing in it would cost time.
func TestTheExampleHasNotesOnly(t *testing.T) {
	p, src, err := plan.Load(os.DirFS("../examples/vault"))
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range Check(p, src) {
		if g.Level != Note || g.Line == 0 {
			t.Errorf("%s:%d: %s %s: %s", g.File, g.Line, g.Level, g.Code, g.Say)
		}
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

// A second detector that looks at something else, pages, and is listed by the same issue leaves nothing to say.
func TestASecondDetectorThatCounts(t *testing.T) {
	text := edited(t, sound(t), []string{
		"act_reason: Only a thief can do this", "act_together: calls", "detectors: [withdrawals]", "detectors: [withdrawals, calls]",
		"mode: act}", "mode: act}\n" + second("calls", "page", "asset: vault, function: \"pay()\""),
	})
	for _, g := range gapsOf(t, text) {
		t.Errorf("%s %s: %s", g.Level, g.Code, g.Say)
	}
}
