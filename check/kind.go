package check

import (
	"fmt"
	"regexp"
	"strings"

	"tocsin/plan"
)

// kind is one kind of issue: what it is called in a sentence, what an example of it is, and the words by which an issue that
// does not state its kinds is known to be of it.
type kind struct {
	id, name, example string
	words             *regexp.Regexp
}

var kinds = []kind{
	{"theft", "theft of funds", "somebody drains a contract", regexp.MustCompile(`\b(theft|stolen|steal\w*|stole|drain\w*|los(s|ses|t) of (\w+ )?funds?|lost (\w+ )?funds?|missing (\w+ )?funds?|exploit\w*|siphon\w*|hack(ed|s)?)\b`)},
	{"admin-access", "stolen admin access", "a key, a signer or a credential is in the wrong hands", regexp.MustCompile(`\b(admin\w*|(private|admin|signing|deployer|owner'?s?|executor) keys?|keys? (compromise\w*|leak\w*|theft|lost|stolen)|compromised (\w+ )?(keys?|signers?|multisig|owners?|wallets?|accounts?|credentials?)|(stolen|leaked|lost) (\w+ )?(keys?|credentials?|access|signers?)|credentials?|insider|privileges?|multisig|governance (attack|takeover))\b`)},
	{"bug", "a bug", "a contract does what nobody meant", regexp.MustCompile(`\b(bugs?|defects?|malfunction\w*|logic errors?|wrong (result|calculation|rounding)s?|rounding|unexpected behaviou?r|reentrancy|overflow)\b`)},
	{"front-end", "a hijacked front end", "the app or its domain serves somebody else's code", regexp.MustCompile(`\b(front[ -]?ends?|web ?sites?|web apps?|dns|domains?|phishing|cdn|user interface|(injected|malicious) scripts?)\b`)},
	{"disclosure", "a vulnerability reported but not exploited", "a researcher writes to you about a hole", regexp.MustCompile(`\b(disclos\w*|bug bount(y|ies)|bounty|white ?hats?|responsible disclosure|(vulnerabilit(y|ies)|weakness\w*|holes?) (\w+ )?(report\w*|found|known)|reported (\w+ )?(vulnerabilit(y|ies)|weakness\w*|bugs?)|not (yet )?exploited|unexploited)\b`)},
	{"subsystem", "a failing subsystem", "an oracle, a node or a keeper stops", regexp.MustCompile(`\b(sub-?systems?|oracles?|price feeds?|rpc|nodes?|sequencers?|keepers?|bots?|indexers?|subgraphs?|relayers?|validators?|infrastructure|hosting|servers?|databases?|outages?|downtime|providers?|dependenc(y|ies))\b`)},
	{"social-account", "a stolen social account", "somebody posts in your name", regexp.MustCompile(`\b((twitter|x|telegram|discord|social|social media)[ -](accounts?|servers?|channels?|profiles?)|impersonat\w*|account takeover)\b`)},
	{"denial-of-service", "denial of service", "somebody floods you so that nobody else gets through", regexp.MustCompile(`\b(d?dos|denial[ -]of[ -]service|flood\w*|spam\w*|griefing|censor\w*)\b`)},
	{"overload", "overload", "more honest use than the system carries", regexp.MustCompile(`\b(overload\w*|congest\w*|gas (price|cost|fee|spike|fund)s?|(spike|rise) in gas|slow\w*|capacity|performance|backlogs?|latency)\b`)},
}

// kindsOf are the kinds that an issue states; if it states none, those that its words tell.
func kindsOf(i *plan.Issue) []string {
	if len(i.Kinds) > 0 {
		return i.Kinds
	}
	text := strings.ToLower(i.Name + ". " + i.Summary + ". " + strings.Join(i.Symptoms, ". "))
	var ids []string
	for _, k := range kinds {
		if k.words.MatchString(text) {
			ids = append(ids, k.id)
		}
	}
	return ids
}

// checkKinds looks for kinds of issues that nobody has considered. What the scope excludes has been considered.
func (c *checker) checkKinds() {
	if len(c.plan.Issues) == 0 {
		return
	}
	considered := map[string]bool{}
	for i := range c.plan.Issues {
		for _, k := range kindsOf(&c.plan.Issues[i]) {
			considered[k] = true
		}
	}
	outside := strings.ToLower(strings.Join(c.plan.Scope.NotIncident, ". "))
	for _, k := range kinds {
		if considered[k.id] || k.words.MatchString(outside) {
			continue
		}
		c.add(Note, "kind-not-considered", "issues", fmt.Sprintf("No issue is about %s: %s.", k.name, k.example),
			"It happens to other protocols, and the plan would have no answer.",
			fmt.Sprintf("Add an issue with kinds: [%s], or say under scope.not_incident why it cannot happen to you.", k.id))
	}
}
