package document

import (
	"reflect"
	"strings"
	"unicode"

	"tocsin/plan"
)

// headings tells by which words in a heading a section of the plan is known; the first that fits counts.
var headings = []struct {
	section string
	words   []string
}{
	{"extended_team", []string{"extended response team", "extended team", "external contact", "external support", "outside contact", "third parties", "third party contact", "vendor contact", "partner contact"}},
	{"core_team", []string{"core response team", "core team", "response team", "incident team", "security team contact", "team member", "responders", "contact list", "emergency contact", "key contact", "contacts", "contact information", "who to call"}},
	{"severities", []string{"severit", "priority level", "incident level", "incident classification", "impact level"}},
	{"categories", []string{"categories", "kinds of issue", "types of issue", "types of incident", "incident types", "incident categories"}},
	{"issues", []string{"potential issue", "issues", "threats", "emergencies", "potential incident", "incident scenarios", "what can happen", "risk register", "risks"}},
	{"escalation", []string{"escalation", "who is told", "notification matrix"}},
	{"communications", []string{"communication", "status update", "public statement", "messaging"}},
	{"decisions", []string{"decision", "approval", "authori", "sign-off"}},
	{"exercises", []string{"exercise", "drill", "tabletop", "game day", "simulation", "war game", "rehearsal"}},
	{"procedures", []string{"procedure", "response step", "runbook", "playbook", "what to do", "response plan step", "step by step", "checklist", "containment", "eradication", "recovery", "remediation"}},
	{"roles", []string{"roles", "responsibilities", "duties"}},
	{"rotas", []string{"on-call", "on call", "rota", "rotation", "duty schedule"}},
	{"groups", []string{"groups", "committees", "multisig signers", "signers"}},
	{"detectors", []string{"detector", "monitoring", "detection", "alerts", "alerting"}},
	{"channels", []string{"channels", "war room"}},
	{"actions", []string{"actions of the program", "emergency actions"}},
	{"chains", []string{"chains", "networks"}},
	{"assets", []string{"assets", "contracts", "addresses", "inventory", "deployments", "infrastructure", "what we protect"}},
	{"scope", []string{"scope", "definition of an incident", "what is an incident", "what constitutes an incident", "activation criteria", "when to activate"}},
}

// longestHeading is the most words a heading has that names a section; a longer one tells a story.
const longestHeading = 8

// sectionOf finds the section of the plan that a heading names; empty if it names none.
func sectionOf(title string) string {
	t := strings.ToLower(title)
	if len(strings.Fields(t)) > longestHeading {
		return ""
	}
	for _, h := range headings {
		for _, word := range h.words {
			if i := strings.Index(t, word); i >= 0 && (i == 0 || !unicode.IsLetter(rune(t[i-1]))) {
				return h.section
			}
		}
	}
	return ""
}

// rank is the place of a section, or of a thing of it, in the order of the plan.
func rank(about string) int {
	section, _, _ := strings.Cut(about, "[")
	section, _, _ = strings.Cut(section, ".")
	for i, k := range keysOf(reflect.TypeFor[plan.Plan]()) {
		if k.name == section {
			return i + 1
		}
	}
	return 0
}
