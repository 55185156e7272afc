package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/engine"
	"tocsin/plan"
	"tocsin/store"
)

func TestReportKeepsWordsThatItDoesNotTake(t *testing.T) {
	w := public(t, nil)
	somebody := w.at("192.0.2.7:4711")
	form := somebody.send(http.MethodGet, "/report", nil).form("report")
	form.Set("what", "my own words")
	post := func(change url.Values) answer {
		t.Helper()
		v := url.Values{}
		for k, x := range form {
			v[k] = x
		}
		for k, x := range change {
			v[k] = x
		}
		return somebody.send(http.MethodPost, "/report", v)
	}
	post(nil).is(http.StatusUnprocessableEntity).contains("faster than a person writes", "my own words")
	w.pass(4 * time.Second)
	for name, x := range map[string]struct {
		change url.Values
		say    string
	}{
		"nothing":          {url.Values{"what": {" \x00\n"}}, "Say in a sentence"},
		"too long":         {url.Values{"what": {"my own words " + strings.Repeat("long", 2500)}}, "longer than this form takes"},
		"long place":       {url.Values{"where": {strings.Repeat("x", 1001)}}, "place is longer"},
		"long contact":     {url.Values{"contact": {strings.Repeat("x", 301)}}, "How to reach you is longer"},
		"a program":        {url.Values{"website": {"https://spam.example"}}, "field that people leave empty"},
		"no ticket":        {url.Values{"ticket": {""}}, "open for too long"},
		"a ticket made up": {url.Values{"ticket": {strings.Repeat("A", 43)}}, "open for too long"},
	} {
		a := post(x.change).is(http.StatusUnprocessableEntity)
		a.contains(x.say)
		if x.change.Get("what") == "" && !strings.Contains(a.body(), ">my own words</textarea>") {
			t.Errorf("%s: the words are lost", name)
		}
	}
	if n := len(w.incidents()); n != 0 {
		t.Fatalf("%d incidents of what was not taken", n)
	}
	w.pass(13 * time.Hour)
	stale := post(nil).is(http.StatusUnprocessableEntity)
	stale.contains("open for too long")
	form = stale.form("report")
	w.pass(4 * time.Second)
	post(nil).reference() // with the form that came back, it is taken
	if n := len(w.theIncident().Findings); n != 1 {
		t.Errorf("%d findings", n)
	}
}

func TestReportHasLimits(t *testing.T) {
	w := public(t, func(_ *plan.Plan, o *Options) { o.Proxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")} })
	tell := func(f from, n int) answer {
		t.Helper()
		return f.tells(url.Values{"what": {fmt.Sprint("report ", n)}})
	}
	mallory := w.at("198.51.100.1:1")
	for i := range reportsEach {
		tell(mallory, i).reference()
	}
	over := tell(mallory, 9).is(http.StatusTooManyRequests)
	over.contains("More reports came", "report 9")
	if over.Header().Get("Retry-After") == "" {
		t.Error("it is not said how long to wait")
	}
	forged := w.at("198.51.100.1:2")
	forged.header = http.Header{"X-Forwarded-For": {"203.0.113.9"}}
	tell(forged, 10).is(http.StatusTooManyRequests)
	behind := func(chain string) from {
		f := w.at("10.0.0.1:80")
		f.header = http.Header{"X-Forwarded-For": {chain}}
		return f
	}
	tell(behind("203.0.113.1, 198.51.100.1, 10.9.9.9"), 11).is(http.StatusTooManyRequests) // the last that no proxy of ours is
	for i := range reportsEach {
		tell(behind("198.51.100.1, 203.0.113.1"), 20+i).reference()
		tell(w.at(fmt.Sprintf("[2001:db8:1:2::%d]:1", i+1)), 30+i).reference() // one network
	}
	tell(w.at("[2001:db8:1:2:ffff::1]:1"), 40).is(http.StatusTooManyRequests)
	tell(w.at("[2001:db8:1:3::1]:1"), 41).reference()
	w.pass(time.Hour)
	tell(mallory, 50).reference()
}

func TestReportsOfManyHaveALimit(t *testing.T) {
	w := public(t, nil)
	form := w.at("127.0.0.1:1").send(http.MethodGet, "/report", nil).form("report")
	w.pass(4 * time.Second)
	for i := range reportsAll {
		form.Set("what", fmt.Sprint("report ", i))
		w.at(fmt.Sprintf("203.0.113.%d:1", i+1)).send(http.MethodPost, "/report", form).reference()
	}
	form.Set("what", "one more")
	w.at("192.0.2.1:1").send(http.MethodPost, "/report", form).is(http.StatusTooManyRequests).contains("one more", "60 minutes")
	if s := w.theIncident(); len(s.Findings) != reportsAll {
		t.Errorf("%d findings", len(s.Findings))
	}
}

// failing is a store that stops to take anything.
type failing struct {
	store.Store
	fails atomic.Bool
}

func (f *failing) Commit(ctx context.Context, c store.Commit) error {
	if f.fails.Load() {
		return errors.New("the disk is full")
	}
	return f.Store.Commit(ctx, c)
}

// TestWhatCannotBeStored shows that nobody is told that something has arrived unless it is stored.
func TestWhatCannotBeStored(t *testing.T) {
	w := public(t, func(p *plan.Plan, o *Options) {
		p.Detectors = append(p.Detectors, plan.Detector{ID: "own", Name: "Our own monitor", Kind: kindWebhook, Mode: "page", Secret: "HOOK_SECRET"})
		o.Secret = func(string) string { return hookSecret }
	})
	st := &failing{Store: w.store}
	w.console.Engine = engine.New(engine.Options{Store: st, Node: "test", Now: w.clock})
	somebody := w.at("192.0.2.7:4711")
	form := somebody.send(http.MethodGet, "/report", nil).form("report")
	form.Set("what", "my own words")
	w.pass(4 * time.Second)
	alarm := func() answer {
		r := httptest.NewRequest(http.MethodPost, "/hooks/own", strings.NewReader(`{"say":"x"}`))
		r.Header.Set("Authorization", "Bearer "+hookSecret)
		return w.stranger().send(r)
	}
	st.fails.Store(true)
	for range reportsEach + 1 { // what was not stored does not count towards the limit
		somebody.send(http.MethodPost, "/report", form).is(http.StatusServiceUnavailable).contains("could not be stored", "my own words").lacks("disk")
	}
	if a := alarm().is(http.StatusInternalServerError); strings.Contains(a.body(), "disk") || !strings.Contains(a.body(), "Send it again") {
		t.Errorf("the sender is told %s", a.body())
	}
	st.fails.Store(false)
	somebody.send(http.MethodPost, "/report", form).reference()
	alarm().is(http.StatusOK)
}
