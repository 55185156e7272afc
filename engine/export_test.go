package engine_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"tocsin/engine"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/store"
)

// TestExportProtocol: everything about a protocol leaves the house, verifies, still does after texts were removed, and shows what
// was rewritten since a list of heads was made.
func TestExportProtocol(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		e := start(t, st, "a", clock.now)
		id := report(t, e).State.ID
		attach(t, e, id, "ben", "ledger.txt", "Mallory took it")
		if err := e.Observe(t.Context(), wrote("r1")); err != nil {
			t.Fatal(err)
		}
		if _, err := e.Mute(t.Context(), engine.MuteOrder{Protocol: "small", Detector: "drain", Until: clock.now().Add(time.Hour), Why: "Upgrade", Actor: as("ada")}); err != nil {
			t.Fatal(err)
		}
		roll, err := e.Roll(t.Context())
		if err != nil || fmt.Sprint(roll.Protocols) != "[small]" {
			t.Fatalf("the roll is %+v, %v", roll, err)
		}
		verified := func(e *engine.Engine) engine.ProtocolExport {
			t.Helper()
			var b bytes.Buffer
			if _, err := e.ExportProtocol(t.Context(), "small", &b); err != nil {
				t.Fatal(err)
			}
			x, err := engine.VerifyExport(bytes.NewReader(b.Bytes()), int64(b.Len()), &roll)
			if err != nil {
				t.Fatal(err)
			}
			return x
		}
		x := verified(e)
		if !x.OK() || len(x.Streams) != 4 || x.Plans != 1 || x.History == nil || x.History.Plan().Protocol != "small" {
			t.Fatalf("it says %+v", x)
		}
		if _, err := e.RedactFinding(t.Context(), engine.RedactFindingOrder{Protocol: "small", Finding: "r1", Why: "Asked", Actor: as("ada")}); err != nil {
			t.Fatal(err)
		}
		if _, err := e.Redact(t.Context(), engine.RedactOrder{Incident: id, Containing: "Mallory", Why: "Asked", Actor: as("ada")}); err != nil {
			t.Fatal(err)
		}
		say(t, e, id, "ben", incident.OpNote{Text: "It goes on"})
		if again := verified(e); !again.OK() || again.Redacted != x.Redacted+3 {
			t.Errorf("after removing texts it says %+v, before %+v", again, x)
		}

		for name, tt := range map[string]struct {
			stream  string
			records func([]journal.Record) []journal.Record
			say     string
		}{
			"rewritten": {"incident/", func(r []journal.Record) []journal.Record { return rewritten(t, r) }, "The stream incident/" + id + " was rewritten"},
			"cut":       {"findings/", func(r []journal.Record) []journal.Record { return r[:0] }, "findings/small"},
		} {
			bad := start(t, &shorter{st, func(stream string, records []journal.Record) []journal.Record {
				if strings.HasPrefix(stream, tt.stream) {
					return tt.records(records)
				}
				return records
			}}, "c", clock.now)
			var b bytes.Buffer
			if _, err := bad.ExportProtocol(t.Context(), "small", &b); err != nil {
				if name != "cut" || !strings.Contains(err.Error(), tt.say) {
					t.Errorf("%s: %v", name, err)
				}
				continue
			}
			if x, err := engine.VerifyExport(bytes.NewReader(b.Bytes()), int64(b.Len()), &roll); err != nil || !strings.Contains(strings.Join(x.Failures, " "), tt.say) {
				t.Errorf("%s: it says %q, %v", name, x.Failures, err)
			}
		}
	})
}
