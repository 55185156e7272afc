package check

import "tocsin/plan"

// rulesOfResponse are about procedures, escalation, messages and exercises.
var rulesOfResponse = map[string]rule{
	"Plan.procedures":    {turn: helps, weight: 64},
	"Procedure.scenario": {turn: helps, weight: 20, words: "the scenario that drills it"},
	"Procedure.steps":    {turn: lost, weight: 56, ordered: true, words: "its steps", order: "{Thing}: its steps come in another order."},
	"Procedure.reopen":   {turn: helps, weight: 40, words: "what reopens the incident"},

	"Step.purpose":      {weight: 20},
	"Step.how":          {turn: lost, weight: 48, words: "how it is done"},
	"Step.expect":       {turn: lost, weight: 40, words: "what to expect"},
	"Step.verify":       {turn: helps, weight: 52, words: "how to verify it"},
	"Step.owner":        {turn: kept, weight: 45, words: "who does it"},
	"Step.budget":       {turn: helps, weight: 30, grows: Weakens, words: "the time it may take"},
	"Step.after":        {turn: lost, weight: 40, words: "what must be done before it"},
	"Step.track":        {weight: 20},
	"Step.question":     {weight: 40, words: "the question"},
	"Step.rollback":     {turn: helps, weight: 40, words: "how to undo it"},
	"Step.irreversible": {turn: helps, weight: 45, more: "{Thing} is now marked as irreversible.", less: "{Thing} is no longer marked as irreversible."},
	"Step.action":       {turn: risky, weight: 84, now: "{Thing} now does {new} instead of {old}.", more: "{Thing} now does the action {new}.", less: "{Thing} no longer does the action {old}."},
	"Step.decision":     {turn: held, weight: 90, now: "{Thing} now needs the decision {new} instead of {old}.", more: "{Thing} now needs the decision {new}.", less: "{Thing} no longer needs the decision {old}."},
	"Step.optional":     {turn: harms, weight: 55, more: "{Thing} may now be left out.", less: "{Thing} may no longer be left out."},
	"Step.tools":        {turn: lost, weight: 35, words: "its tools"},
	"Tool.url":          {turn: risky, weight: 50, decide: addedChanges, words: "its address"},
	"Tool.fallback":     {turn: helps, weight: 35},
	"Branch.step":       {turn: kept, weight: 40, words: "the step it leads to"},
	"Branch.procedure":  {turn: kept, weight: 40, words: "the procedure it leads to"},
	"Question.branches": {turn: lost, weight: 40, words: "the answers"},

	"Escalation.rules":          {weight: 40, more: "A rule of the escalation is new: {new}.", less: "A rule of the escalation is no more: {old}."},
	"Escalation.ring_every":     {weight: 68, unset: "2m", grows: Weakens, words: "the time from one ring to the next"},
	"Escalation.rounds":         {weight: 45, unset: "2", decide: growthWeakens, words: "how often a person is rung before the backups"},
	"Escalation.everyone":       {weight: 66, unset: "15m", grows: Weakens, words: "the time until everyone is called"},
	"Escalation.ask_again":      {weight: 44, unset: "15m", grows: Weakens, words: "the time until somebody who does nothing is asked whether they are still there"},
	"EscalationRule.categories": {weight: 30, words: "the categories it is for"},
	"EscalationRule.severities": {weight: 30, words: "the severities it is for"},
	"EscalationRule.core":       {weight: 40, decide: ranked("resolution", "containment", "validation", "detection"), words: "when the core team is told"},
	"EscalationRule.extended":   {weight: 40, decide: ranked("resolution", "containment", "validation", "detection"), words: "when the extended team is told"},
	"EscalationRule.when":       {weight: 40, unset: "detection", decide: ranked("resolution", "containment", "validation", "detection"), words: "when they are told"},
	"EscalationRule.who":        {turn: helps, weight: 40, words: "those it tells"},

	"Plan.channels":             {turn: lost, weight: 40},
	"Channel.kind":              {turn: risky, weight: 45},
	"Channel.to":                {turn: risky, weight: 65, decide: addedChanges, words: "where it leads"},
	"Channel.public":            {turn: harms, weight: 66, more: "{Thing} is now public.", less: "{Thing} is no longer public."},
	"Plan.communications":       {turn: helps, weight: 52},
	"Communication.audience":    {turn: lost, weight: 45, words: "whom it is for"},
	"Communication.categories":  {weight: 42, filter: true, words: "the categories it is owed for"},
	"Communication.severities":  {weight: 42, filter: true, words: "the severities it is owed for"},
	"Communication.issues":      {weight: 42, filter: true, words: "the issues it is owed for"},
	"Communication.timing":      {turn: helps, weight: 48, grows: Weakens, words: "when it is owed", now: "{Thing} is now owed {new} instead of {old}."},
	"Communication.channel":     {turn: lost, weight: 62, decide: channelWeakens, words: "where it goes"},
	"Communication.backup":      {turn: lost, weight: 44, decide: channelWeakens, words: "where it goes if the channel fails"},
	"Communication.also":        {turn: lost, weight: 44, decide: channelWeakens, words: "where it goes besides"},
	"Communication.responsible": {turn: kept, weight: 40, words: "who writes it"},
	"Communication.approval":    {turn: held, weight: 72, more: "{Thing} is now posted only after the decision {new}.", less: "{Thing} is now posted without the decision {old}.", now: "{Thing} now needs the decision {new} instead of {old}."},
	"Communication.template":    {turn: kept, weight: 35, words: "the template"},
	"Communication.postmortem":  {turn: helps, weight: 35, more: "{Thing} now is a post-mortem.", less: "{Thing} is no longer a post-mortem."},
	"Exercises.every":           {weight: 42, unset: "30d", grows: Weakens, words: "how often an exercise is held at first", now: "An exercise is now due every {new} instead of every {old}, until the team is familiar with the plan."},
	"Exercises.clean_runs":      {turn: helps, weight: 38, grows: Strengthens, words: "how many clean exercises make the team familiar"},
	"Exercises.then_every":      {weight: 42, unset: "180d", grows: Weakens, words: "how often an exercise is held later", now: "Once the team is familiar with the plan, an exercise is now due every {new} instead of every {old}."},
	"Exercises.first_within":    {weight: 36, unset: "30d", grows: Weakens, words: "the time until a new member first takes part", now: "A new member of the team now first takes part in an exercise within {new} instead of {old}."},
	"Exercises.length":          {turn: helps, weight: 20, grows: Strengthens, words: "how long an exercise lasts"},
	"Exercises.steps":           {turn: lost, weight: 15, whole: true, words: "how an exercise is run"},
	"Exercises.participants":    {turn: helps, weight: 30, more: "{item} now takes part in exercises.", less: "{item} no longer takes part in exercises."},
	"Exercises.moderators":      {turn: helps, weight: 15, words: "those who lead exercises"},
	"Exercises.scenarios":       {turn: helps, weight: 30},
	"Scenario.issues":           {turn: helps, weight: 25, words: "the issues it drills"},
	"Scenario.steps":            {turn: helps, weight: 20, words: "the steps expected"},
	"Scenario.decisions":        {turn: helps, weight: 20, words: "the decisions expected"},
	"Scenario.updates":          {turn: helps, weight: 20, words: "the messages expected"},
	"Scenario.injects":          {turn: lost, weight: 15, words: "its events"},
	"Scenario.held":             {turn: lost, weight: 15, words: "what is held back"},
	"Scenario.live":             {weight: 20, words: "its live part"},
	"Scenario.from":             {weight: 20, words: "the scenario of the library that it plays"},
	"Scenario.script":           {weight: 20, words: "the script that it plays"},
	"Scenario.pictures":         {weight: 5, words: "its pictures"},
	"Scenario.bind":             {weight: 10, words: "what it binds"},
	"Inject.hand":               {weight: 5, more: "{Thing} now comes by the moderator's hand.", less: "{Thing} no longer comes by the moderator's hand."},
	"Inject.picture":            {weight: 5, words: "its picture"},
	"Inject.expect":             {turn: helps, weight: 20, words: "what it expects"},
	"Expectation.within":        {weight: 20, grows: Weakens, words: "the time for it"},
	"HeldFact.asked_by":         {weight: 5, words: "what earns it"},
	"Plan.notes":                {weight: 5},
}

// growthWeakens is for an amount of which more is worse, and less no better.
func growthWeakens(_ *contrast, d delta) string {
	if order, ok := compareAmounts(d); ok && order < 0 {
		return Weakens
	}
	return Changes
}

// channelWeakens: what the team writes to itself must not become public.
func channelWeakens(c *contrast, d delta) string {
	if d.newText == "" {
		return Weakens
	}
	public := func(p *plan.Plan, id string) bool {
		x, ok := p.Channel(id)
		return ok && x.Public
	}
	if public(c.new, d.newText) && !public(c.old, d.oldText) {
		return Weakens
	}
	return Changes
}
