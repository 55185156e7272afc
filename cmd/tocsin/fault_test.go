package main

import (
	"context"
	"encoding/json"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/holiman/uint256"

	"tocsin/internal/postgres"
)

// healthy is how a node says that it is.
type healthy struct {
	Well     bool `json:"well"`
	Database bool `json:"database"`
}

// health asks a node how it is.
func (s *server) health(t testing.TB) (status int, h healthy) {
	t.Helper()
	client := http.Client{Timeout: patience}
	res, err := client.Get(s.URL + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(&h); err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, h
}

// becomes waits until a node says that it is well, or that it has no database that takes anything.
func (s *server) becomes(w *world, well bool) {
	w.t.Helper()
	w.until("a node that says how it is", func() bool {
		status, h := s.health(w.t)
		return h.Well == well && h.Database == well && (status == http.StatusOK) == well
	})
}

// allFound holds that each theft was found once, whoever followed the chain: what was found adds up to what is gone.
func (w *world) allFound(r record) {
	w.t.Helper()
	sum, thefts := new(uint256.Int), 0
	for _, f := range r.Incident.Findings {
		if f.Detector == "unauthorised-withdrawal" {
			amount, err := uint256.FromDecimal(f.Amount)
			if err != nil {
				w.t.Fatal(err)
			}
			thefts++
			sum.Add(sum, amount)
		}
	}
	gone, err := w.stage.LossAt(context.Background(), 0)
	if err != nil {
		w.t.Fatal(err)
	}
	if !sum.Eq(gone) || thefts < 2 {
		w.t.Errorf("%d thefts were found, of %s in all; %s is gone", thefts, sum, gone)
	}
}

// TestNodesThroughFaults brings a team through an emergency while whatever can fail does: the node that leads is killed with calls in
// its hands, the database crashes, and a node is cut off from it.
func TestNodesThroughFaults(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pg := postgres.Start(t)
	url := pg.Database(t)
	line := pg.Line(t, url)
	bare := w.env
	direct, over := append(slices.Clone(bare), "TOCSIN_DATABASE_URL="+url), append(slices.Clone(bare), "TOCSIN_DATABASE_URL="+line.URL)
	w.env, w.data = direct, filepath.Join(w.dir, "nodes")

	release := w.post.hold()
	t.Cleanup(release)
	leads := w.serve()
	w.until("the watch", func() bool { return leads.watches(w) })
	if err := w.stage.Attack(context.Background()); err != nil {
		t.Fatal(err)
	}
	id := w.opened()
	w.until("a call under way", func() bool { return len(w.post.hanging()) > 0 })
	stays := w.serve()
	leads.kill()
	inHand := w.post.hanging()
	release()
	w.post.page(t, inHand[0].To) // by the other node
	w.until("a word that it may be the second", func() bool {
		for _, e := range w.show(id, "janet").Timeline {
			if strings.Contains(e.Say, "may have been sent twice") {
				return true
			}
		}
		return false
	})

	pg.Kill()
	stays.becomes(w, false)
	pg.Run(t)
	stays.becomes(w, true)

	w.env = over
	cutOff := w.serve()
	w.env = direct
	decision := w.show(id, "carmen").decision(t, "pause-contract")
	w.on("incident", "answer", id, "coming", "--as", "janet")
	for _, who := range []string{"carmen", "oscar"} {
		w.approve(id, decision, who, w.sign(id, decision, who))
	}
	line.Cut()
	w.on("incident", "validate", id, "--as", "janet")
	w.until("containment", func() bool { return w.show(id, "janet").Incident.Phase == "contained" })
	cutOff.becomes(w, false)
	line.Heal()
	cutOff.becomes(w, true)
	stays.becomes(w, true)

	r := w.show(id, "janet")
	for _, kind := range []string{"opened", "action-signed", "action-landed"} {
		if n := r.count(kind); n != 1 {
			t.Errorf("%s happened %d times: %+v", kind, n, r.Timeline)
		}
	}
	w.allFound(r)
	w.once(id)
	hung := map[string]int{}
	for _, l := range w.post.hanging() {
		if hung[pageLink.FindString(l.Text)]++; hung[pageLink.FindString(l.Text)] > 1 {
			t.Errorf("a call was under way twice when its node died: %s", l.Text)
		}
	}
	cutOff.stop(t)
	stays.stop(t)
}
