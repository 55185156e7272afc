package document

import (
	"regexp"
	"strings"

	"tocsin/plan"
)

// ordinary are the words of a title that say what a document is and not whose.
var ordinary = regexp.MustCompile(`(?i)\b(the|our|an?|emergency|incident|security|crisis|response|responses|management|plan|plans|playbook|playbooks|runbook|runbooks|procedures?|policy|process|guide|guidelines?|handbook|template|decisions?|contacts?|manual|checklist|document|draft|example|irp|erp|sirp|of|for|and|v?[0-9.]+)\b`)

// nobodys are words that any team could use of itself, and that are nobody's name.
var nobodys = regexp.MustCompile(`(?i)^(protocol|project|company|team|organi[sz]ation|defi|web3|ir|irp|erp|(ir |incident |response |decision )*trees?|smart contracts?|scenarios?|drills?|drill scenarios|notes?)$`)

// kindBehind are the last words of a title that say which version of a document it is, or that it is a decision tree: "Harrow
// Lending IR tree, version 2".
var kindBehind = regexp.MustCompile(`(?i)(\s+(ir|incident|incident response|response|decision) trees?)?([\s,(]+version\s+v?[0-9.]+\)?)?$`)

// title names the protocol: as the options say, else as the title of the first document does where it says more than that it
// is an emergency response plan.
func (w *walker) title(o ImportOptions) {
	p := w.plan
	if o.Name != "" {
		p.Name = o.Name
	}
	if p.Name == "" && len(w.pages[0].root.parts) > 0 && w.pages[0].root.parts[0].level == 1 {
		t := kindBehind.ReplaceAllString(ownerSegment(w.pages[0].root.parts[0].title), "")
		if rest := strings.Trim(ordinary.ReplaceAllString(t, ""), " \t:–—-|,()&#/."); len([]rune(rest)) > 1 && strings.ContainsAny(strings.ToLower(rest), "abcdefghijklmnopqrstuvwxyz") {
			p.Name = trimTitle(t)
		}
	}
	if plan.Open(p.Name) || nobodys.MatchString(p.Name) {
		p.Name = ""
	}
	if o.Protocol != "" {
		p.Protocol = o.Protocol
	}
	if p.Protocol == "" && p.Name != "" {
		p.Protocol = slug("protocol", p.Name)
	}
	if p.Name == "" {
		p.Name = plan.TBD
	}
	if p.Protocol == "" {
		p.Protocol = "tbd"
	}
}

// trimTitle takes the ordinary words off both ends of a title, so that the name in it stays whole.
func trimTitle(t string) string {
	words := strings.Fields(t)
	bare := func(s string) bool {
		return strings.Trim(ordinary.ReplaceAllString(s, ""), " :–—-|,()&#/.") == ""
	}
	for len(words) > 1 && bare(words[0]) {
		words = words[1:]
	}
	for len(words) > 1 && bare(words[len(words)-1]) {
		words = words[:len(words)-1]
	}
	return strings.Trim(strings.Join(words, " "), " :–—-|,&#/")
}
