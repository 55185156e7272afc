package exercise

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"tocsin/plan"
)

// Every kind of event has a sentence of its own, also when a text in it was removed, and its Go type a kind like no other.
func TestEveryKindIsDescribed(t *testing.T) {
	p, s := &plan.Plan{}, &State{}
	said := map[string]string{}
	for kind, decode := range decoders {
		e, err := decode(json.RawMessage("{}"))
		if err != nil {
			t.Fatal(err)
		}
		if e.Kind() != kind || !strings.HasPrefix(kind, "exercise-") {
			t.Errorf("%T is read as %s", e, kind)
		}
		say := Describe(p, s, Happened{Event: e, At: time.Unix(0, 0)})
		if say == kind+"." || say == "" {
			t.Errorf("nothing is said of %s", kind)
		}
		if other := said[say]; other != "" {
			t.Errorf("%s and %s are said in the same words: %s", kind, other, say)
		}
		said[say] = kind
	}
	if len(decoders) < 33 {
		t.Errorf("%d kinds are known", len(decoders))
	}
}
