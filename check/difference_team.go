package check

import "strings"

// rulesOfTeam are about people: who they are, how they are reached and what they sign with.
var rulesOfTeam = map[string]rule{
	"Plan.roles":   {turn: lost, weight: 35},
	"Role.duties":  {turn: lost, weight: 10, words: "the duties"},
	"Role.holders": {turn: lost, weight: 45, ordered: true, words: "those who may hold it", order: "{Thing} is offered in another order."},

	"Plan.core_team":     {turn: lost, weight: 74, more: "{Thing} is new in the core team.", less: "{Thing} is no longer in the core team."},
	"Plan.extended_team": {turn: lost, weight: 50, more: "{Thing} is new in the extended team.", less: "{Thing} is no longer in the extended team."},
	"Person.name":        {turn: risky, weight: 60, now: "{old} is now called {new}."},
	"Person.title":       {weight: 20},
	"Person.categories":  {weight: 40, filter: true, words: "the categories they answer for"},
	"Person.roles":       {turn: lost, weight: 35, words: "the roles they may hold"},
	"Person.duties":      {turn: lost, weight: 10, words: "the duties"},
	"Person.contact":     {turn: lost, weight: 80, ordered: true, more: "{Of} can now be reached another way: {new}.", less: "{Of} can no longer be reached like this: {old}.", words: "the ways to reach them", order: "{Thing} is now called in another order of ways."},
	"Person.backups":     {turn: helps, weight: 50, ordered: true, more: "{item} is now called if {thing} does not answer.", less: "{item} is no longer called if {thing} does not answer.", order: "The backups of {thing} are called in another order."},
	"Person.time_zone":   {weight: 20, words: "the time zone"},
	"Person.keys":        {turn: risky, weight: 96, decide: keyWeakens, more: "{Of} may now also sign with another key: {new}.", less: "{Of} no longer signs with this key: {old}."},
	"Person.body":        {turn: harms, weight: 50, more: "{Thing} now counts as an organisation, which nobody pages.", less: "{Thing} no longer counts as an organisation."},

	"Contact.kind":   {turn: risky, weight: 80},
	"Contact.to":     {turn: risky, weight: 81, now: "{Of} is now called at {new} instead of {old}."},
	"Contact.after":  {weight: 62, unset: "0s", grows: Weakens, words: "how long it waits until it is used"},
	"Key.kind":       {turn: risky, weight: 96, unset: "address", now: "{Of} now signs with a key of kind {new} instead of {old}."},
	"Key.address":    {turn: risky, weight: 97, now: "{Of} signs with another key: {new} instead of {old}.", more: "{Of} now signs with {new}.", less: "{Of} no longer signs with {old}."},
	"Key.chain":      {turn: risky, weight: 96, words: "the chain of the key"},
	"Key.passkey":    {turn: risky, weight: 97, now: "{Of} signs with another passkey: {new} instead of {old}.", more: "{Of} now signs with the passkey {new}.", less: "{Of} no longer signs with the passkey {old}."},
	"Key.public":     {turn: risky, weight: 97, words: "the public key of the passkey", now: "{Of} signs with another passkey: its public key is {new} instead of {old}."},
	"Key.site":       {turn: risky, weight: 96, words: "the site of the passkey", now: "{Of} may sign with the passkey on {new} instead of {old}."},
	"Group.members":  {turn: lost, weight: 65, more: "{item} is now one of {thing}.", less: "{item} is no longer one of {thing}."},
	"Group.need":     {weight: 91, decide: needWeakens, words: "how many of it must approve", now: "Of {thing}, {new} must now approve instead of {old}.", more: "Of {thing}, {new} must now approve; before, nobody had said how many.", less: "How many of {thing} must approve is no longer said; it was {old}."},
	"Plan.groups":    {turn: lost, weight: 60},
	"Plan.rotas":     {turn: lost, weight: 60},
	"Rota.members":   {turn: lost, weight: 60, ordered: true, more: "{item} now takes shifts of {thing}.", less: "{item} no longer takes shifts of {thing}.", order: "The shifts of {thing} come in another order."},
	"Rota.time_zone": {weight: 35},
	"Rota.start":     {weight: 35, decide: startWeakens},
	"Rota.hand_over": {weight: 35, unset: "09:00"},
	"Rota.shift":     {weight: 35, unset: "7d", decide: growthWeakens},
	"Rota.cover":     {weight: 40, ordered: true, words: "those who cover"},
	"Plan.unlisted":  {weight: 30},

	"ContactsFile.file":    {turn: risky, weight: 60, decide: addedChanges, words: "the file with contact details"},
	"ContactsFile.readers": {weight: 60, decide: readerWeakens, words: "those who can open the contact details"},
	"ContactsFile.hash":    {turn: risky, weight: 83, decide: sealWeakens, now: "The contact details were sealed anew.", more: "The contact details are sealed now.", less: "There are no sealed contact details any more."},
}

// startWeakens: until a rota begins, nobody but its first member is ever on duty.
func startWeakens(_ *contrast, d delta) string {
	if d.newText > d.oldText { // days are written so that they sort
		return Weakens
	}
	return Changes
}

// keyWeakens: one key more is one way in more. One key less leaves the others, or nothing to sign with.
func keyWeakens(c *contrast, d delta) string {
	if d.oldText == "" {
		return Weakens
	}
	_, rest, _ := strings.Cut(d.at.path, "[") // core_team[carmen].keys[0]
	id, _, _ := strings.Cut(rest, "]")
	if r, ok := c.new.Person(id); ok && len(r.Keys) > 0 {
		return Changes
	}
	return Weakens
}

// needWeakens: fewer who must approve weaken; a number where there was none opens what was closed.
func needWeakens(_ *contrast, d delta) string {
	o, _ := amountOf(d.oldText)
	n, _ := amountOf(d.newText)
	switch {
	case n == 0:
		return Changes
	case o == 0 || n < o:
		return Weakens
	}
	return Strengthens
}
