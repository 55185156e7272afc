package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"tocsin/store"
)

// testTogether has many commits come at the same time, a third of which cannot be stored: each gets its own answer, and what could
// be stored is there as a whole.
func testTogether(t *testing.T, s store.Store) {
	ctx := t.Context()
	commit(t, s, store.Commit{Marks: map[string]string{"taken": "x"}})
	const all = 60
	errs := make([]error, all)
	var wg sync.WaitGroup
	for n := range all {
		name := fmt.Sprint("s", n)
		c := &chain{stream: name}
		com := store.Commit{
			Appends:    []store.Append{c.appending(t, 2)},
			Deliveries: []store.Delivery{delivery("d"+name, name)},
			Links:      []store.Link{{Hash: "l" + name, Kind: "page", Stream: name}},
			Marks:      map[string]string{"m" + name: name},
		}
		switch {
		case n%6 == 1:
			com.Marks["taken"] = name
		case n%6 == 3: // a stream that is not there
			com.Appends[0].Expect, com.Appends[0].Records = 2, c.next(t, 1)
		}
		wg.Go(func() { errs[n] = s.Commit(ctx, com) })
	}
	wg.Wait()
	for n := range all {
		name := fmt.Sprint("s", n)
		bad := n%6 == 1 || n%6 == 3
		if bad != errors.Is(errs[n], store.ErrConflict) || !bad && errs[n] != nil {
			t.Errorf("commit %d: %v", n, errs[n])
		}
		records := must(s.Load(ctx, name, 0))(t)
		rows := must(s.Deliveries(ctx, name))(t)
		seen := must(s.Seen(ctx, []string{"m" + name}))(t)
		_, err := s.Link(ctx, "l"+name)
		if stored := len(records) == 2 && len(rows) == 1 && seen["m"+name] == name && err == nil; stored == bad {
			t.Errorf("commit %d: %d records, %d deliveries, marks %v, link %v", n, len(records), len(rows), seen, err)
		}
		if bad && (len(records)+len(rows)+len(seen) > 0 || err == nil) {
			t.Errorf("commit %d, which could not be stored, left something", n)
		}
	}
}
