package engine_test

import (
	"context"
	"strings"
	"testing"

	"tocsin/incident"
	"tocsin/journal"
	"tocsin/store"
)

// shorter is a store in which streams are as somebody wishes.
type shorter struct {
	store.Store
	records func(stream string, records []journal.Record) []journal.Record
}

func (s *shorter) Window(ctx context.Context, stream string, after uint64, limit int) ([]journal.Record, error) {
	all, err := s.Load(ctx, stream, 0)
	if all = s.records(stream, all); err != nil || after >= uint64(len(all)) {
		return nil, err
	}
	return all[after:min(int(after)+limit, len(all))], nil
}

// TestRoll: what was written down of all streams holds while they grow, and shows whatever is rewritten.
func TestRoll(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		e := start(t, st, "a", newClock().now)
		id := report(t, e).State.ID
		roll, err := e.Roll(t.Context())
		if err != nil || len(roll.Streams) != 2 {
			t.Fatalf("the roll is %+v, %v", roll, err)
		}
		say(t, e, id, "ben", incident.OpNote{Text: "It goes on"})
		if failures, err := e.CheckRoll(t.Context(), roll); err != nil || len(failures) > 0 {
			t.Errorf("nothing was rewritten, and yet: %v, %v", failures, err)
		}
		for name, tt := range map[string]struct {
			records func(stream string, records []journal.Record) []journal.Record
			say     string
		}{
			"gone": {func(stream string, records []journal.Record) []journal.Record {
				if strings.HasPrefix(stream, "incident/") {
					return nil
				}
				return records
			}, "is gone"},
			"cut": {func(stream string, records []journal.Record) []journal.Record {
				if strings.HasPrefix(stream, "incident/") {
					return records[:2]
				}
				return records
			}, "has 2 records"},
			"rewritten": {func(stream string, records []journal.Record) []journal.Record {
				if strings.HasPrefix(stream, "incident/") {
					return rewritten(t, records)
				}
				return records
			}, "was rewritten"},
			"damaged": {func(stream string, records []journal.Record) []journal.Record {
				if strings.HasPrefix(stream, "plan/") {
					records[0].Bytes[9] ^= 1
				}
				return records
			}, "does not hold"},
		} {
			failures, err := start(t, st, "b", newClock().now).CheckRoll(t.Context(), roll)
			if err != nil || len(failures) > 0 {
				t.Fatal(failures, err)
			}
			bad := start(t, &shorter{st, tt.records}, "c", newClock().now)
			if failures, err = bad.CheckRoll(t.Context(), roll); err != nil || len(failures) != 1 || !strings.Contains(failures[0], tt.say) {
				t.Errorf("%s: %v, %v", name, failures, err)
			}
		}
	})
}

// rewritten seals records anew with other salts, so that they say the same and have other hashes.
func rewritten(t *testing.T, records []journal.Record) []journal.Record {
	var prev [32]byte
	var out []journal.Record
	for _, r := range records {
		env, err := r.Open(nil)
		if err != nil {
			t.Fatal(err)
		}
		next, err := journal.Seal(prev, env, env.Data, func() [16]byte { return [16]byte{9} })
		if err != nil {
			t.Fatal(err)
		}
		prev, out = next.Hash, append(out, next)
	}
	return out
}
