package check

import (
	"tocsin/plan"
)

// rulesOfDetector are about what detects by itself.
var rulesOfDetector = map[string]rule{
	"Plan.detectors":        {turn: helps, weight: 78, decide: detectorWeakens},
	"Detector.mode":         {weight: 79, unset: "observe", decide: modeWeakens, now: "{Thing} is now in mode {new} instead of {old}."},
	"Detector.kind":         {turn: risky, weight: 74},
	"Detector.asset":        {turn: risky, weight: 77, now: "{Thing} now looks at {new} instead of {old}.", less: "{Thing} no longer looks at {old} alone.", more: "{Thing} now looks at {new} alone."},
	"Detector.chain":        {turn: risky, weight: 76, now: "{Thing} now looks at the chain {new} instead of {old}."},
	"Detector.depth":        {weight: 55, unset: "0", decide: depthWeakens, words: "how many blocks it waits", now: "{Thing} now waits for the depth {new} instead of {old}."},
	"Detector.act_together": {turn: held, weight: 80, more: "{Thing} now acts only together with {new}.", less: "{Thing} may now act without {old}.", now: "{Thing} now acts together with {new} instead of {old}."},
	"Detector.act_reason":   {weight: 30, words: "why it needs no second detector"},

	"Detector.event":       {turn: kept, weight: 73, words: "the event it looks for"},
	"Detector.function":    {turn: kept, weight: 73, words: "the function it looks for"},
	"Detector.transaction": {turn: helps, weight: 72, more: "{Thing} now finds every transaction to what it looks at.", less: "{Thing} no longer finds every transaction to what it looks at."},
	"Detector.internal":    {turn: helps, weight: 72, more: "{Thing} now finds internal calls too.", less: "{Thing} no longer finds internal calls."},
	"Detector.where":       {turn: turn{added: Weakens, removed: Strengthens, changed: Weakens}, weight: 73, words: "the condition", more: "{Thing} now finds something only where {new}.", less: "{Thing} no longer asks that {old}."},
	"Detector.amount":      {turn: kept, weight: 40, words: "how its findings are measured"},

	"Detector.metric":    {turn: kept, weight: 70, words: "what it measures"},
	"Detector.group_by":  {turn: kept, weight: 50, words: "how it groups what it measures"},
	"Detector.window":    {turn: kept, weight: 50},
	"Detector.baseline":  {turn: kept, weight: 50, words: "how many windows make the baseline"},
	"Detector.factor":    {weight: 70, grows: Weakens, words: "how many times the usual it takes"},
	"Detector.score":     {weight: 70, grows: Weakens, words: "how many deviations above the usual it takes"},
	"Detector.minimum":   {turn: harms, weight: 70, grows: Weakens, words: "the least it takes"},
	"Detector.clear":     {weight: 30, words: "when it clears again"},
	"Detector.cool_down": {turn: harms, weight: 40, grows: Weakens, words: "how long it keeps silent after a finding"},
	"Detector.backfill":  {weight: 20},

	"Detector.readings": {turn: turn{removed: Weakens}, weight: 70, words: "its readings"},
	"Detector.holds":    {turn: kept, weight: 73, words: "what must hold"},
	"Detector.account":  {turn: risky, weight: 75, decide: addedChanges, words: "the account it watches"},
	"Detector.below":    {turn: helps, weight: 70, grows: Strengthens, words: "the level below which it finds something"},
	"Detector.above":    {turn: helps, weight: 70, grows: Weakens, words: "the level above which it finds something"},
	"Detector.silent":   {turn: lost, weight: 65, grows: Weakens, words: "how long the silence must last"},

	"Detector.url":     {turn: risky, weight: 70, decide: addedChanges},
	"Detector.every":   {weight: 50, grows: Weakens, words: "how often it looks"},
	"Detector.expect":  {turn: held, weight: 60, words: "what it expects"},
	"Detector.mapping": {turn: kept, weight: 50},
	"Detector.source":  {turn: kept, weight: 50},
	"Detector.secret":  {turn: risky, weight: 60, decide: addedChanges, words: "the variable of its secret"},

	"Detector.readings.asset":    {turn: risky, weight: 70, words: "the contract asked"},
	"Detector.readings.function": {turn: kept, weight: 70, words: "what is asked"},
	"Detector.readings.args":     {turn: kept, weight: 70, whole: true, words: "what it is asked about"},
}

// detectorWeakens: one more detector sees more, but what acts by itself needs nobody's approval.
func detectorWeakens(_ *contrast, d delta) string {
	if d.newText == "" {
		return Weakens
	}
	if x, ok := d.new.Interface().(plan.Detector); ok && x.Mode == "act" {
		return Weakens
	}
	return Strengthens
}

// modeWeakens: from paging to observing nobody is called any more; from anything to acting nobody is asked any more.
func modeWeakens(_ *contrast, d delta) string {
	switch {
	case d.newText == "observe" || d.newText == "act":
		return Weakens
	case d.oldText == "observe":
		return Strengthens
	}
	return Changes
}

// depthWeakens: a detector that waits for more blocks finds later; one that waits for fewer believes what may be undone.
func depthWeakens(_ *contrast, d delta) string {
	rank := func(text string) float64 {
		switch text {
		case "safe":
			return 1e12
		case "finalized":
			return 1e13
		}
		n, _ := amountOf(text)
		return n
	}
	if rank(d.newText) > rank(d.oldText) {
		return Weakens
	}
	return Changes
}
