package app

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/engine"
	"tocsin/incident"
	"tocsin/plan"
)

// answers stands in for the network: whoever is asked answers as it says.
type answers func(*http.Request) (int, error)

func (f answers) RoundTrip(r *http.Request) (*http.Response, error) {
	code, err := f(r)
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: code, Status: http.StatusText(code), Body: io.NopCloser(strings.NewReader("")), Request: r}, nil
}

func TestTheHeartStopsWhenSomethingIsNotWell(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		beats, code, broken := 0, 200, error(nil)
		var lost error
		var log bytes.Buffer
		seen := time.Now()
		var state []byte
		h := &heartbeat{
			url: "https://beats.example/secret-token", chains: func(uint64) bool { return true }, now: time.Now,
			log: slog.New(slog.NewTextHandler(&log, nil)),
			plans: func() []*plan.Plan {
				return []*plan.Plan{{Protocol: "acme", Chains: []plan.Chain{{ID: 1}, {ID: 5, BlockTime: plan.Duration(time.Hour)}}}}
			},
			watched: func(_ context.Context, _ string, chain uint64) (incident.Watched, error) {
				if chain == 5 {
					return incident.Watched{Block: 5, At: seen.Add(-time.Hour)}, lost // slow, and no slower than it says
				}
				return incident.Watched{Block: 77, At: seen}, lost
			},
			state: func(_ context.Context, key string) ([]byte, error) {
				if key == "watch/acme/5" {
					return state, nil
				}
				return nil, nil
			},
		}
		var audit engine.Audit
		var unknown error
		h.audited = func() (engine.Audit, error) { return audit, unknown }
		h.http = &http.Client{Transport: answers(func(r *http.Request) (int, error) {
			if r.URL.String() != h.url {
				t.Errorf("asks for %s", r.URL)
			}
			beats++
			return code, broken
		})}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { h.run(ctx); close(done) }()
		pass := func(d time.Duration, fresh bool) (n int) {
			before := beats
			for ; d > 0; d -= 30 * time.Second {
				if fresh {
					seen = time.Now()
				}
				time.Sleep(30 * time.Second)
				synctest.Wait()
			}
			return beats - before
		}
		if n := pass(10*time.Minute, true); n < 9 || n > 11 {
			t.Errorf("%d beats in ten minutes while all is well", n)
		}
		pass(3*time.Minute, false)
		if n := pass(10*time.Minute, false); n != 0 || !strings.Contains(log.String(), "chain 1 was last seen at block 77") {
			t.Errorf("%d beats while a chain is not seen; it says %s", n, &log)
		}
		if n := pass(5*time.Minute, true); n < 4 || !strings.Contains(log.String(), "goes on") {
			t.Errorf("%d beats once it is seen again; it says %s", n, &log)
		}
		for _, state = range [][]byte{[]byte(`{"v":1,"alarms":[{"id":"x","detector":"stalled"},{"id":"y","detector":"behind"}]}`), []byte("{")} {
			pass(2*time.Minute, true)
			if n := pass(5*time.Minute, true); n != 0 {
				t.Errorf("%d beats while a watch's state is %s", n, state)
			}
		}
		if !strings.Contains(log.String(), "the watch of chain 5 is stalled and behind") {
			t.Errorf("it says %s", &log)
		}
		state = nil
		if n := pass(5*time.Minute, true); n < 4 {
			t.Errorf("%d beats once the watch is well again", n)
		}
		audit = engine.Audit{Wrong: []engine.Wrong{{Kind: "incident", Ref: "7", Say: "Nobody looks after 7."}}}
		pass(2*time.Minute, true)
		if n := pass(5*time.Minute, true); n != 0 || !strings.Contains(log.String(), "Nobody looks after 7.") {
			t.Errorf("%d beats while a promise is not kept; it says %s", n, &log)
		}
		audit, unknown = engine.Audit{}, errors.New("nobody knows")
		pass(2*time.Minute, true)
		if n := pass(5*time.Minute, true); n != 0 || !strings.Contains(log.String(), "nobody knows") {
			t.Errorf("%d beats while nobody knows; it says %s", n, &log)
		}
		unknown = nil
		lost = errors.New("disk gone")
		pass(2*time.Minute, true)
		if n := pass(5*time.Minute, true); n != 0 || !strings.Contains(log.String(), "disk gone") {
			t.Errorf("%d beats without a database; it says %s", n, &log)
		}
		lost, code = nil, 503
		pass(5*time.Minute, true)
		broken = errors.New("https://beats.example/secret-token: refused")
		pass(5*time.Minute, true)
		if said := log.String(); !strings.Contains(said, "beats.example answers") || !strings.Contains(said, "does not answer") || strings.Contains(said, "secret-token") {
			t.Errorf("it says %s", said)
		}
		cancel()
		<-done
	})
}

func TestHeartbeatURL(t *testing.T) {
	for s, ok := range map[string]bool{"https://host/ping/1": true, "http://127.0.0.1:9": true, "": false, "host/ping": false, "ftp://host": false, "https://": false, ":": false} {
		if err := checkHeartbeat(s); (err == nil) != ok || err != nil && s != "" && s != ":" && strings.Contains(err.Error(), s) && s != "https://" {
			t.Errorf("%q: %v", s, err)
		}
	}
}
