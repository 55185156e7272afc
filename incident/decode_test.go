package incident_test

import (
	"testing"

	"tocsin/incident"
	"tocsin/journal"
)

func FuzzDecode(f *testing.F) {
	w := newWorld(f, loadPlan(f, "testdata/plan"))
	for _, cmd := range []incident.Command{
		{Actor: actorOf("detector"), Op: incident.OpOpen{ID: "x", Findings: []incident.Finding{{ID: "f", Detector: "drain", Issues: []string{"theft"}}}}},
		{Actor: asPerson("ada"), Op: incident.OpValidate{}},
		{Actor: asPerson("ada"), Op: incident.OpNote{Text: "Hm"}},
	} {
		if _, err := w.do(cmd); err != nil {
			f.Fatal(err)
		}
	}
	for _, r := range w.records {
		f.Add(r.Bytes, r.Openings)
	}
	f.Add([]byte(`{"v":1,"kind":"action-ordered","kind_v":1,"data":{"id":"a","step":"pause"}}`), []byte(nil))
	f.Add([]byte(`{"v":1,"kind":"effect","kind_v":1,"data":{"id":"a","state":"landed"}}`), []byte(nil))
	f.Fuzz(func(t *testing.T, b, openings []byte) {
		h, err := incident.Decode(journal.Record{Stream: "s", Seq: 1, Bytes: b, Openings: openings})
		if err != nil {
			return
		}
		s := incident.Replay(append(w.happened[:len(w.happened):len(w.happened)], h, h))
		for _, who := range []string{"ada", "eve", "nobody"} {
			incident.Todo(w.plan, s, who, w.now)
		}
		incident.MusterOf(w.plan, s, w.now)
		incident.SummaryOf(w.plan, s)
		incident.NextDue(w.plan, s)
		incident.Describe(w.plan, s, h)
		incident.Dispatches(s, h.Event)
		for _, op := range []incident.Op{incident.OpTick{}, incident.OpDismiss{Why: "x"}, incident.OpReopen{Why: "x"}, incident.OpClose{}} {
			actor := asPerson("ada")
			if _, ok := op.(incident.OpTick); ok {
				actor = actorOf("clock")
			}
			_, _ = incident.Decide(w.plan, s, incident.Command{ID: "z", Actor: actor, Op: op}, w.now)
		}
	})
}
