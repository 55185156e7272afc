package check

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"tocsin/plan"
)

func harbour(t testing.TB, edit ...string) *plan.Plan {
	t.Helper()
	b, err := os.ReadFile("testdata/difference.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	for i := 0; i+1 < len(edit); i += 2 {
		if !strings.Contains(text, edit[i]) {
			t.Fatalf("the plan does not say %q", edit[i])
		}
		text = strings.Replace(text, edit[i], edit[i+1], 1)
	}
	p, _, err := plan.Load(fstest.MapFS{"plan.yaml": {Data: []byte(text)}})
	if err != nil {
		t.Fatalf("%v", err)
	}
	return p
}

// Each case edits the plan and expects a difference of that code and effect, in these words.
var differenceCases = []struct {
	name   string
	edit   []string
	code   string
	effect string
	say    string
}{
	{"a required approver less", []string{"required: [ada, keepers]", "required: [keepers]"}, "decision-required-removed", Weakens, `Ada no longer has to approve the decision "Pause the vault".`},
	{"one approver fewer", []string{"required: [ada, keepers]", "required: [keepers]"}, "decision-fewest", Weakens, `"Pause the vault" now needs one approver fewer: 2 instead of 3.`},
	{"two approvers fewer", []string{"required: [ada, keepers]", "required: [ada]"}, "decision-fewest", Weakens, `"Pause the vault" now needs 2 approvers fewer: 1 instead of 3.`},
	{"one approver more", []string{"required: [ada], unsettled", "required: [ada, ben], unsettled"}, "decision-required-added", Strengthens, `Ben must now approve the decision "Open the fund".`},
	{"alone", []string{"required: [ada, keepers]", "required: [ada]"}, "decision-alone", Weakens, `Ada alone can now approve "Pause the vault".`},
	{"alone through a group", []string{"need: 2}", "need: 1}", "required: [ada, keepers]", "required: [keepers]"}, "decision-alone", Weakens, `Ben or Cleo alone can now approve "Pause the vault".`},
	{"another voice", []string{"members: [ben, cleo]", "members: [ben, cleo, ada]"}, "decision-fewest", Weakens, `one approver fewer: 2 instead of 3`},
	{"a new voice", []string{"{who: [ben, cleo], need: 1}", "{who: [ben], need: 1}"}, "decision-voice", Changes, `Cleo may no longer approve "Speak".`},
	{"additional approvers", []string{"need: 1}\n    stand_ins", "need: 2}\n    stand_ins"}, "approvers-need", Strengthens, "how many additional approvers it takes is now 2 instead of 1"},
	{"no additional approver", []string{", need: 1}\n    stand_ins", "}\n    stand_ins"}, "approvers-need", Weakens, "how many additional approvers"},
	{"a group needs fewer", []string{"need: 2}", "need: 1}"}, "group-need", Weakens, `Of the group "Keepers", 1 must now approve instead of 2.`},
	{"settled", []string{`, unsettled: ["Who else?"]`, ""}, "decision-fewest", Weakens, `"Open the fund" could never be approved; now it can be, by Ada.`},
	{"unsettled", []string{"adopts: true", "adopts: true, unsettled: [Really?]"}, "decision-fewest", Weakens, `Nobody can approve "Change the plan" any more.`},
	{"an override", []string{"expires: 1h", "expires: 1h\n    override: {who: [ben, cleo]}"}, "decision-override", Weakens, `The decision "Pause the vault" can now be decided without its approvers, by an override.`},
	{"attested", []string{"steps: [stop/announce]", "steps: [stop/announce]\n    attested: {by: [cleo]}"}, "decision-attested", Weakens, `Approvals of the decision "Speak" need not be signed any more`},
	{"a stand-in", []string{"expires: 1h", "expires: 1h\n    stand_ins: [{for: ada, who: cleo, after: 1h}]"}, "decision-stand-ins-added", Weakens, "Somebody may now stand in: {for: ada, who: cleo, after: 1h}."},
	{"a stand-in sooner", []string{"after: 2h", "after: 5m"}, "stand-in-after", Weakens, "how long the other must be silent is now 5m instead of 2h"},
	{"another stand-in", []string{"for: ada, who: ben, after", "for: ada, who: cleo, after"}, "stand-in-who", Weakens, "Cleo may now stand in"},
	{"texts kept for a second", []string{"scope:", "retention: {incidents: 1s}\nscope:"}, "retention-incidents", Weakens, `How long texts of an incident are kept after it is over is now 1s`},
	{"texts kept for two years", []string{"scope:", "retention: {incidents: 730d}\nscope:"}, "retention-incidents", Changes, `How long texts of an incident are kept after it is over is now 730d`},
	{"approvals last longer", []string{"expires: 1h", "expires: 2h"}, "decision-expires", Weakens, `Approvals of the decision "Pause the vault" now stand for 2h instead of 1h.`},
	{"approvals last shorter", []string{"expires: 1h", "expires: 30m"}, "decision-expires", Strengthens, "stand for 30m instead of 1h"},
	{"the proposer approves", []string{"    proposer_may_not_approve: true\n", ""}, "decision-proposer-may-not-approve", Weakens, `Whoever proposes the decision "Pause the vault" may now approve it too.`},
	{"another action", []string{"actions: [pause]", "actions: [pause, open]"}, "decision-actions-added", Weakens, `The decision "Pause the vault" now authorises the action "Open" as well.`},
	{"newly possible", []string{"actions: [pause]", "actions: [pause, open]"}, "action-fewest", Weakens, `The action "Open" could never be approved; now it can be, by Ada, Ben and Cleo.`},
	{"a weaker decision does it", []string{"required: [ada, ben], adopts: true", "required: [ada, ben], adopts: true, actions: [pause]"}, "action-fewest", Weakens, `The action "Pause" now needs one approver fewer: 2 instead of 3.`},
	{"a step no longer covered", []string{"    steps: [stop/announce]\n", "", "name: Announce, owner: lead, decision: speak", "name: Announce, owner: lead"}, "decision-steps-removed", Weakens, `The decision "Speak" no longer covers the step "Announce".`},
	{"a step needs no decision", []string{"name: Announce, owner: lead, decision: speak", "name: Announce, owner: lead"}, "step-decision", Weakens, `no longer needs the decision "Speak"`},
	{"who adopts", []string{"required: [ada, ben], adopts", "required: [ada, cleo], adopts"}, "decision-voice", Weakens, `Cleo may now approve "Change the plan".`},
	{"another adopts", []string{"name: Change the plan, required: [ada, ben], adopts: true", "name: Change the plan, required: [ada, ben]", "required: [ada], unsettled", "required: [ada], adopts: true, unsettled"}, "decision-adopts", Weakens, `The decision "Open the fund" now decides which plan comes into force next.`},
	{"another function", []string{"function: pause()", "function: drain()"}, "action-function", Weakens, `The action "Pause" now calls drain() instead of pause().`},
	{"another argument", []string{`args: ["1"]`, `args: ["2"]`}, "action-args", Weakens, `The action "Open" now passes 2 instead of 1.`},
	{"more value", []string{`value: "5"`, `value: "6"`}, "action-value", Weakens, "now sends 6 wei instead of 5"},
	{"no value", []string{"    value: \"5\"\n", ""}, "action-value", Strengthens, "no longer sends 5 wei"},
	{"no proof", []string{"    effect: {asset: vault, function: paused() returns (bool), want: \"true\"}\n", ""}, "action-effect", Weakens, `Nothing proves any more that the action "Pause" worked.`},
	{"another proof", []string{`want: "true"`, `want: "false"`}, "reading-want", Weakens, "the answer wanted is now false instead of true"},
	{"another action is there", []string{"  - {id: open, name: Open,", "  - {id: drain, name: Drain, kind: call, asset: vault, function: drain()}\n  - {id: open, name: Open,"}, "plan-actions-added", Weakens, `The action "Drain" is new; Tocsin may do it`},
	{"another address", []string{"0x88bC4F6FCb5515C41D03673c039C596FA63952a9", "0xd289E2eE6A28295D1EB5aB7B8D30a2E5B3E932D2"}, "asset-address", Weakens, `The asset "Vault" now stands for 0xd289E2eE6A28295D1EB5aB7B8D30a2E5B3E932D2 instead of 0x88bC4F6FCb5515C41D03673c039C596FA63952a9.`},
	{"a drill chain", []string{"confirmations: 3", "confirmations: 3, kind: drill"}, "chain-kind", Weakens, `The chain "Main" counts as a drill chain instead of a live one.`},
	{"fewer confirmations", []string{"confirmations: 3", "confirmations: 1"}, "chain-confirmations", Weakens, "is now 1 instead of 3"},
	{"another key", []string{"0x6698656ccCEC85149e0647A7bd89fBB097490aAa", "0x541f18CB2BAEA19F43eEa9C94FD8D1121bC9Bc83"}, "key-address", Weakens, "Ben signs with another key: 0x541f18CB2BAEA19F43eEa9C94FD8D1121bC9Bc83 instead of"},
	{"one key more", []string{`"0x6698656ccCEC85149e0647A7bd89fBB097490aAa"}`, `"0x6698656ccCEC85149e0647A7bd89fBB097490aAa"}, {address: "0x541f18CB2BAEA19F43eEa9C94FD8D1121bC9Bc83"}`}, "person-keys-added", Weakens, "Ben may now also sign with another key"},
	{"no key", []string{"    keys: [{address: \"0x6698656ccCEC85149e0647A7bd89fBB097490aAa\"}]\n", ""}, "person-keys-removed", Weakens, "Ben no longer signs with this key"},
	{"another number", []string{"+19995551213", "+19995559999"}, "contact-to", Weakens, "Ben is now called at +19995559999 instead of +19995551213."},
	{"a contact less", []string{", {kind: email, to: ada@example.com}", ""}, "person-contact-removed", Weakens, "Ada can no longer be reached like this"},
	{"another ladder", []string{`{kind: phone, to: "+19995551212"}, {kind: email, to: ada@example.com}`, `{kind: email, to: ada@example.com}, {kind: phone, to: "+19995551212"}`}, "person-contact-order", Changes, "Ada is now called in another order of ways."},
	{"no backup", []string{"    backups: [ben]\n", ""}, "person-backups-removed", Weakens, "Ben is no longer called if Ada does not answer."},
	{"another order of holders", []string{"holders: [ada, ben]", "holders: [ben, ada]"}, "role-holders-order", Changes, `The role "Lead" is offered in another order.`},
	{"nobody is called", []string{", who: [watchers], when: detection}", "}", ", page: [watchers]", ""}, "escalation-nobody", Weakens, `No rule calls anybody any more when "Theft" is detected`},
	{"called later", []string{"page: [watchers], ", "", "when: detection", "when: containment", "core: validation", "core: detection, extended: detection"}, "escalation-told", Strengthens, `Cleo is now called for "Theft" on detection instead of on validation.`},
	{"told less", []string{"core: validation, ", "", "severity: critical", "severity: critical"}, "escalation-told", Weakens, `Cleo is no longer called for "Theft"; before, it was on validation.`},
	{"rings slower", []string{"ring_every: 2m", "ring_every: 5m"}, "escalation-ring-every", Weakens, "The time from one ring to the next is now 5m instead of 2m."},
	{"everyone later", []string{"everyone: 10m", "everyone: 1h"}, "escalation-everyone", Weakens, "The time until everyone is called is now 1h instead of 10m."},
	{"a severity pages nobody", []string{"page: [watchers], ", ""}, "severity-page-removed", Weakens, `Watchers is no longer called because an issue of the severity "Critical" is detected.`},
	{"no second person", []string{", second_person: true", ""}, "severity-second-person", Weakens, "no longer take two people"},
	{"severities in another order", []string{"  - {id: low, name: Low}\n", "", "severities:\n", "severities:\n  - {id: low, name: Low}\n"}, "plan-severities-order", Weakens, "The order of the severities changed"},
	{"a lower severity", []string{"severity: critical\n", "severity: low\n"}, "issue-severity", Weakens, `the severity is now "Low" instead of "Critical"`},
	{"no detector", []string{"detectors: [sent]", "detectors: [low-water]"}, "detection-detectors-removed", Weakens, `"Large transfer" no longer detects the issue "Theft".`},
	{"no procedure", []string{"    procedure: stop\n", ""}, "issue-procedure", Weakens, `No procedure answers the issue "Theft" any more`},
	{"acts by itself", []string{"quiet_for: 5m", "quiet_for: 5m\n    automatic: {action: pause, detectors: [sent], decision: pause}"}, "issue-automatic", Weakens, `While it is armed, Tocsin now acts on the issue "Theft" without asking anybody.`},
	{"validated by no person", []string{"quiet_for: 5m", "quiet_for: 5m\n    validate: automatically"}, "issue-validate", Weakens, "without anybody's word"},
	{"quiet for less", []string{"quiet_for: 5m", "quiet_for: 2m"}, "issue-quiet-for", Weakens, "is now 2m instead of 5m"},
	{"looked for less", []string{"every: 1d}", "every: 7d}"}, "manual-sign-every", Weakens, "how often somebody looks is now 7d instead of 1d"},
	{"a detector less", []string{"  - {id: low-water, name: Low water, kind: balance, account: vault, below: \"1000\", mode: page}\n", ""}, "plan-detectors-removed", Weakens, `The detector "Low water" is no more.`},
	{"a detector that acts", []string{"detectors:\n  - {id: sent", "detectors:\n  - {id: any, name: Any, kind: match, asset: vault, transaction: true, mode: act}\n  - {id: sent"}, "plan-detectors-added", Weakens, `The detector "Any" is new.`},
	{"observes", []string{"event: Sent, mode: page", "event: Sent, mode: observe"}, "detector-mode", Weakens, `The detector "Large transfer" is now in mode observe instead of page.`},
	{"pages", []string{"minimum: 9, mode: observe", "minimum: 9, mode: page"}, "detector-mode", Strengthens, "in mode page instead of observe"},
	{"a higher threshold", []string{"minimum: 9", "minimum: 90"}, "detector-minimum", Weakens, "the least it takes is now 90 instead of 9"},
	{"a lower level", []string{`below: "1000"`, `below: "10"`}, "detector-below", Weakens, "is now 10 instead of 1000"},
	{"another condition", []string{`where: "true"`, `where: "event.amount > 5u"`}, "detector-where", Weakens, "the condition is now event.amount > 5u instead of true"},
	{"a step less", []string{"      - {id: announce, name: Announce, owner: lead, decision: speak}\n", "", "    steps: [stop/announce]\n", ""}, "procedure-steps-removed", Weakens, `The step "Announce" of the procedure "Stop the loss" is no more.`},
	{"steps in another order", []string{"      - {id: announce, name: Announce, owner: lead, decision: speak}\n", "", "    steps:\n", "    steps:\n      - {id: announce, name: Announce, owner: lead, decision: speak}\n"}, "procedure-steps-order", Changes, "its steps come in another order"},
	{"an optional step", []string{"name: Close,", "name: Close, optional: true,"}, "step-optional", Weakens, "may now be left out"},
	{"no verification", []string{", verify: Look at the vault", ""}, "step-verify", Weakens, "no longer says how to verify it"},
	{"another tool", []string{"https://explorer.example", "https://explorer.example.evil.example"}, "tool-url", Weakens, "its address is now https://explorer.example.evil.example instead of"},
	{"a later message", []string{"timing: hourly", "timing: every 2 hours"}, "communication-timing", Weakens, `The message "Inside" is now owed every 2h instead of hourly.`},
	{"to fewer", []string{"severities: [critical, low], timing", "severities: [critical], timing"}, "communication-severities-removed", Weakens, `no longer has "Low" among the severities it is owed for`},
	{"to more", []string{"severities: [critical, low], timing", "timing"}, "communication-severities-removed", Strengthens, `The message "Outside" is no longer limited to "Critical" and "Low".`},
	{"on a public channel", []string{"channel: room", "channel: square"}, "communication-channel", Weakens, `where it goes is now "Square" instead of "Room"`},
	{"a channel made public", []string{`to: "#room"`, `to: "#room", public: true`}, "channel-public", Weakens, `The channel "Room" is now public.`},
	{"posted without approval", []string{", approval: speak", "", "    updates: [outside]\n", ""}, "communication-approval", Weakens, `is now posted without the decision "Speak"`},
	{"rarer exercises", []string{"then_every: 90d", "then_every: 365d"}, "exercises-then-every", Weakens, "an exercise is now due every 365d instead of every 90d"},
	{"familiar sooner", []string{"clean_runs: 3", "clean_runs: 1"}, "exercises-clean-runs", Weakens, "is now 1 instead of 3"},
	{"another protocol", []string{"protocol: harbour", "protocol: haven"}, "plan-protocol", Weakens, "the plan of another protocol: haven instead of harbour"},
	{"a person leaves", []string{"participants: [ada, ben]", "participants: [ada]"}, "exercises-participants-removed", Weakens, "Ben no longer takes part in exercises."},
	{"what is asked", []string{"Shall we stop everything?", "Shall we have lunch?"}, "decision-question", Weakens, "what the approvers are asked is now Shall we have lunch? instead of Shall we stop everything?"},
	{"another name for a decision", []string{"name: Pause the vault\n", "name: Order lunch\n"}, "decision-name", Weakens, "is now Order lunch instead of Pause the vault"},
	{"more rounds", []string{"everyone: 10m", "everyone: 10m\n  rounds: 20"}, "escalation-rounds", Weakens, "How often a person is rung before the backups is now 20 instead of 2."},
	{"another procedure", []string{"procedure: stop\n", "procedure: wait\n", "procedures:\n", "procedures:\n  - id: wait\n    name: Wait\n    steps: [{id: sit, name: Sit, owner: lead}]\n"}, "issue-procedure", Weakens, `is now answered by "Wait" instead of "Stop the loss"`},
	{"a link nobody knew", []string{", verify: Look at the vault", ", verify: Log in at https://evil.example"}, "step-verify", Weakens, "It names https://evil.example, which the old plan does not."},
	{"a known link", []string{", verify: Look at the vault", ", verify: Look at https://explorer.example"}, "step-verify", Changes, "how to verify it is now Look at https://explorer.example"},
	{"a version", []string{`version: "3"`, `version: "4"`}, "plan-version", Changes, "The version is now 4 instead of 3."},
	{"an incident no more", []string{"not_incident: [A slow web page]", "not_incident: [A slow web page, A thief]"}, "scope-not-incident-added", Weakens, "This is no longer an incident: A thief."},
}

func TestDifferencesSayWhatTheyMean(t *testing.T) {
	old := harbour(t)
	for _, c := range differenceCases {
		t.Run(c.name, func(t *testing.T) {
			found := Differences(old, harbour(t, c.edit...))
			for _, d := range found {
				if d.Code == c.code && d.Effect == c.effect && strings.Contains(d.Say, c.say) {
					return
				}
			}
			t.Errorf("want %s %s: %s", c.effect, c.code, c.say)
			for _, d := range found {
				t.Logf("have %s %s: %s", d.Effect, d.Code, d.Say)
			}
		})
	}
}
