package readiness

import (
	"tocsin/check"
	"tocsin/engine"
)

// unkept are the promises of the engine that are not kept.
func unkept(e *engine.Engine) []Gap {
	a, err := e.Audited()
	if err != nil {
		return []Gap{{
			Code: Unkept, Level: check.Error,
			Say:  "Tocsin could not look whether all that is promised is done.",
			Why:  "Calls may be missing, and nobody would know.",
			Mend: "See why in the log of this node: the database may not answer. Until then look at each incident yourselves.",
		}}
	}
	var gaps []Gap
	for _, w := range a.Wrong {
		gaps = append(gaps, Gap{
			Code: Unkept, Level: check.Error, Say: w.Say,
			Why:  "Somebody may be waiting for a call or a message that does not come.",
			Mend: "Call by hand whoever is needed, start another node, and look at the log of this one.",
		})
	}
	return gaps
}
