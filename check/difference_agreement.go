package check

import (
	"strings"

	"tocsin/decision"
	"tocsin/plan"
)

// rulesOfAgreement are about what must be agreed, and what may then be done.
var rulesOfAgreement = map[string]rule{
	"Plan.decisions":                    {turn: risky, weight: 86, more: "{Thing} is new: another way to approve what it names.", less: "{Thing} is no more."},
	"Decision.name":                     {turn: kept, weight: 60},
	"Decision.question":                 {turn: kept, weight: 60, words: "what the approvers are asked"},
	"Decision.required":                 {turn: helps, weight: 95, more: "{item} must now approve {thing}.", less: "{item} no longer has to approve {thing}."},
	"Approvers.who":                     {turn: lost, weight: 70, words: "the additional approvers", more: "{item} is now among the additional approvers of {thing}.", less: "{item} is no longer among the additional approvers of {thing}."},
	"Approvers.need":                    {turn: helps, weight: 93, grows: Strengthens, words: "how many additional approvers it takes"},
	"Decision.stand_ins":                {turn: turn{added: Weakens, removed: Changes}, weight: 92, more: "Somebody may now stand in: {new}.", less: "Somebody may no longer stand in: {old}. It takes longer to decide if the other is away."},
	"StandIn.for":                       {turn: risky, weight: 92, words: "for whom they stand in"},
	"StandIn.who":                       {turn: risky, weight: 92, now: "{new} may now stand in for another instead of {old}, in {of}."},
	"StandIn.after":                     {turn: helps, weight: 85, grows: Strengthens, words: "how long the other must be silent"},
	"Decision.expires":                  {weight: 75, unset: "1h", grows: Weakens, words: "how long an approval stands", now: "Approvals of {thing} now stand for {new} instead of {old}."},
	"Decision.proposer_may_not_approve": {turn: helps, weight: 90, more: "Whoever proposes {thing} may no longer approve it.", less: "Whoever proposes {thing} may now approve it too."},
	"Decision.attested":                 {turn: risky, weight: 96, more: "Approvals of {thing} need not be signed any more: somebody may attest them.", less: "Approvals of {thing} must be signed; nobody may attest them any more."},
	"Attested.by":                       {turn: risky, weight: 95, more: "{item} may now attest what others say to {of}.", less: "{item} may no longer attest what others say to {of}."},
	"Attested.expires":                  {turn: risky, weight: 80, grows: Weakens, words: "how long what is attested stands"},
	"Decision.override":                 {turn: risky, weight: 97, more: "{Thing} can now be decided without its approvers, by an override.", less: "Nobody can decide {thing} without its approvers any more."},
	"Override.who":                      {turn: risky, weight: 96, more: "{item} can now sign an override of {of}.", less: "{item} can no longer sign an override of {of}."},
	"Override.need":                     {weight: 96, unset: "2", grows: Strengthens, words: "how many it takes to override"},
	"Decision.actions":                  {turn: risky, weight: 94, decide: func(c *contrast, d delta) string { return c.scopeWeakens(d, actionScope) }, more: "{Thing} now authorises the action {item} as well.", less: "{Thing} no longer authorises the action {item}."},
	"Decision.steps":                    {weight: 90, decide: func(c *contrast, d delta) string { return c.scopeWeakens(d, stepScope) }, more: "{Thing} now covers the step {item}.", less: "{Thing} no longer covers the step {item}."},
	"Decision.updates":                  {weight: 70, decide: func(c *contrast, d delta) string { return c.scopeWeakens(d, updateScope) }, more: "{Thing} now covers the message {item}.", less: "{Thing} no longer covers the message {item}."},
	"Decision.adopts":                   {turn: risky, weight: 100, more: "{Thing} now decides which plan comes into force next.", less: "{Thing} no longer decides which plan comes into force next."},
	"Decision.unsettled":                {turn: helps, weight: 88, more: "{Thing} now leaves a question open and cannot be met until it is settled: {item}", less: "{Thing} no longer waits for an answer to this question: {item}"},

	"Plan.actions":       {turn: risky, weight: 89, more: "{Thing} is new; Tocsin may do it once a decision authorises it: {new}.", less: "{Thing} is no more; Tocsin can no longer do it."},
	"Action.name":        {turn: risky, weight: 60},
	"Action.kind":        {turn: risky, weight: 90, now: "{Thing} is now of the kind {new} instead of {old}."},
	"Action.asset":       {turn: risky, weight: 90, now: "{Thing} now acts on {new} instead of {old}.", more: "{Thing} now acts on {new}.", less: "{Thing} no longer says what it acts on; it was {old}."},
	"Action.function":    {turn: risky, weight: 90, now: "{Thing} now calls {new} instead of {old}.", more: "{Thing} now calls {new}.", less: "{Thing} no longer says what it calls; it was {old}."},
	"Action.args":        {turn: risky, weight: 90, whole: true, words: "the arguments", now: "{Thing} now passes {new} instead of {old}."},
	"Action.value":       {turn: risky, weight: 90, decide: valueWeakens, now: "{Thing} now sends {new} wei instead of {old}.", more: "{Thing} now sends {new} wei.", less: "{Thing} no longer sends {old} wei."},
	"Action.sender":      {turn: risky, weight: 85, words: "the account that sends"},
	"Action.safe":        {turn: risky, weight: 90, words: "the Safe"},
	"Action.transaction": {turn: risky, weight: 90, words: "the prepared transaction"},
	"Action.batch":       {turn: risky, weight: 90, whole: true, words: "the calls of the batch"},
	"Action.together":    {turn: risky, weight: 90, words: "the actions that start together"},
	"Action.method":      {turn: risky, weight: 85, unset: "POST", words: "the method of its request"},
	"Action.proof":       {turn: helps, weight: 80, words: "the page that proves it worked", more: "Whether {thing} worked is now proved by a page: {new}.", less: "No page proves any more that {thing} worked."},
	"Action.valid_until": {turn: risky, weight: 60, words: "the day until which it can be sent"},
	"Action.urgency":     {turn: risky, weight: 70, unset: "high", words: "how soon its transaction must land"},
	"Action.max_fee":     {turn: risky, weight: 75, unset: "no bound", words: "the most gwei per gas that it may offer"},
	"Action.private":     {turn: helps, weight: 65, words: "that it goes to the private relay first"},
	"Action.url":         {turn: risky, weight: 90, words: "the address it calls"},
	"Action.status":      {turn: risky, weight: 85, words: "what the status file says", more: "{Thing} now has the status file say something.", less: "{Thing} no longer has the status file say anything."},
	"Action.body":        {turn: risky, weight: 85, words: "what it sends"},
	"Action.secret":      {turn: risky, weight: 80, words: "the variable of its secret"},
	"Action.effect":      {turn: helps, weight: 80, words: "the reading that proves it worked", more: "Whether {thing} worked is now proved by a reading: {new}.", less: "Nothing proves any more that {thing} worked."},
	"Action.changes":     {turn: kept, weight: 58, words: "what is said to change"},
	"Action.harms":       {turn: kept, weight: 58, words: "whom it is said to harm"},
	"Action.not_when":    {turn: kept, weight: 58, words: "when not to use it"},
	"Action.undo":        {turn: helps, weight: 55, words: "what undoes it"},

	"Status.state":           {turn: risky, weight: 85, words: "the state that the status file says"},
	"Status.message":         {turn: risky, weight: 80, words: "what the status file tells users"},
	"Status.off":             {turn: risky, weight: 80, words: "the features that the status file says are off"},
	"Status.valid":           {turn: turn{added: Weakens, removed: Weakens}, weight: 60, unset: "15m", grows: Weakens, words: "how long a status file counts"},
	"Action.effect.asset":    {turn: risky, weight: 80, words: "the contract asked"},
	"Action.effect.function": {turn: risky, weight: 80, words: "what is asked"},
	"Action.effect.args":     {turn: risky, weight: 80, whole: true, words: "what it is asked about"},
	"Action.effect.want":     {turn: risky, weight: 80, words: "the answer wanted"},
	"Proof.url":              {turn: risky, weight: 80, words: "the page that proves it worked"},
	"Proof.status":           {turn: risky, weight: 75, unset: "200", words: "the status that proves it worked"},
	"Proof.contains":         {turn: risky, weight: 80, words: "the text that proves it worked"},
	"Proof.within":           {turn: turn{added: Weakens, removed: Weakens}, weight: 50, grows: Weakens, words: "the time it may take to show"},
	"Action.effect.within":   {turn: turn{added: Weakens, removed: Weakens}, weight: 50, grows: Weakens, words: "the time it may take to show"},
}

// The scopes of a decision: the decisions that authorise one thing of a kind.
func actionScope(p *plan.Plan, id string) []*plan.Decision { return decision.ForAction(p, id) }
func stepScope(p *plan.Plan, ref string) []*plan.Decision  { return decision.ForStep(p, ref) }
func updateScope(p *plan.Plan, id string) []*plan.Decision { return decision.ForUpdate(p, id) }

// scopeWeakens judges what a decision authorises. Any one decision suffices, so that one more is another way to do a thing.
// Only what an action does needs a decision at all: a step or a message that none covers is free.
func (c *contrast) scopeWeakens(d delta, scope func(*plan.Plan, string) []*plan.Decision) string {
	before, now := len(scope(c.old, d.item)), len(scope(c.new, d.item))
	action := strings.HasSuffix(d.at.path, ".actions")
	switch {
	case d.oldText == "" && (action || before > 0):
		return Weakens
	case d.oldText == "":
		return Strengthens
	case action && now > 0:
		return Strengthens
	case now == 0:
		return Weakens
	}
	return Strengthens
}

// valueWeakens: whoever sends less can lose less; that is the one thing about an action that is clearly stricter.
func valueWeakens(_ *contrast, d delta) string {
	if d.newText == "" || d.newText == "0" {
		return Strengthens
	}
	return Weakens
}
