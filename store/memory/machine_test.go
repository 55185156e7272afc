package memory

import (
	"testing"
	"time"

	"tocsin/internal/picture"
	"tocsin/store"
)

// What a delivery can do, tried from each of its states, is what docs/machines.md draws; the suite of all stores holds the others to
// this one.
func TestPictureOfADelivery(t *testing.T) {
	now := time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)
	states := []string{store.Queued, store.Sending, store.Landed, store.Failed, store.Unknown}
	moved := map[picture.Move]bool{{Machine: "Delivery", From: picture.Start, By: "written", To: store.Queued}: true}
	for _, from := range states {
		for _, lease := range []time.Duration{-time.Minute, time.Minute} {
			at := func() *Store {
				s := New(nil)
				s.deliveries["d"] = &store.Delivery{ID: "d", State: from, Lease: now.Add(lease), Epoch: 7}
				return s
			}
			s := at()
			if d, ok, err := s.Claim(t.Context(), "d", "b", now, now.Add(time.Minute)); err != nil {
				t.Fatal(err)
			} else if ok {
				moved[picture.Move{Machine: "Delivery", From: from, By: "claimed", To: d.State}] = true
				if d.Epoch <= 7 {
					t.Errorf("from %s it was taken without another epoch", from)
				}
				if err := s.Finish(t.Context(), "d", 7, store.Landed, time.Time{}, nil); err == nil {
					t.Errorf("from %s whoever had it before can still finish it", from)
				}
			}
			for _, to := range states {
				s := at()
				if err := s.Finish(t.Context(), "d", 7, to, time.Time{}, nil); err == nil {
					moved[picture.Move{Machine: "Delivery", From: from, By: "finished", To: s.deliveries["d"].State}] = true
				}
			}
		}
	}
	arrows, err := picture.Moves("../../docs/machines.md")
	if err != nil {
		t.Fatal(err)
	}
	for x := range moved {
		if !arrows[x] {
			t.Errorf("docs/machines.md does not draw it: %s", x)
		}
	}
	for x := range arrows {
		if x.Machine == "Delivery" && !moved[x] {
			t.Errorf("docs/machines.md draws it, and it never happens: %s", x)
		}
	}
}
