package web

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestHookReplayAndDuplicatesCountOnce(t *testing.T) {
	w, url := listening(t)
	body := `{"say":"The keeper is late"}` // no id of its own
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/hooks/own", bytes.NewReader([]byte(body)))
			if err != nil {
				t.Error(err)
				return
			}
			for k, v := range stamped(start, body) {
				r.Header.Set(k, v)
			}
			res, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Error(err)
				return
			}
			res.Body.Close()
			if res.StatusCode != http.StatusOK {
				t.Errorf("status %d", res.StatusCode)
			}
		})
	}
	wg.Wait()
	if s := w.theIncident(); len(s.Findings) != 1 {
		t.Fatalf("%d findings of one message sent eight times at once", len(s.Findings))
	}
}

func TestHookTakesSoManyAMinute(t *testing.T) {
	w, url := listening(t)
	send := func(i int) (int, http.Header) {
		status, _, header := deliver(t, url+"/hooks/bridge", fmt.Sprintf(`{"specversion":"1.0","id":"%d","source":"s","type":"t"}`, i), bearer)
		return status, header
	}
	for i := range hookBurst {
		if status, _ := send(i); status != http.StatusOK {
			t.Fatalf("message %d: %d", i, status)
		}
	}
	status, header := send(hookBurst)
	if status != http.StatusTooManyRequests || header.Get("Retry-After") != "1" {
		t.Fatalf("%d, Retry-After %q", status, header.Get("Retry-After"))
	}
	if status, _, _ := deliver(t, url+"/hooks/own", `{"say":"x"}`, bearer); status != http.StatusOK {
		t.Errorf("another webhook has to wait for this one: %d", status)
	}
	w.pass(time.Second)
	if status, _ := send(hookBurst); status != http.StatusOK {
		t.Errorf("a second later: %d", status)
	}
}

// storm sends a thousand alerts in bodies of fifty, within a minute.
func storm(t *testing.T, url string) {
	t.Helper()
	for i := range 20 {
		var list []string
		for j := range 50 {
			list = append(list, fmt.Sprintf(`{"status":"firing","labels":{"alertname":"Down","instance":"%d-%d"},"annotations":{"summary":"down"},"startsAt":"2026-12-06T02:50:00Z","endsAt":"0001-01-01T00:00:00Z","fingerprint":"%d-%d"}`, i, j, i, j))
		}
		body := `{"version":"4","status":"firing","alerts":[` + strings.Join(list, ",") + `]}`
		if status, answer, _ := deliver(t, url, body, bearer); status != http.StatusOK || answer["findings"] != 50.0 {
			t.Fatalf("%d %v", status, answer)
		}
	}
}

func TestStormIsOneIncidentThatRingsOnce(t *testing.T) {
	w, url := listening(t)
	storm(t, url+"/hooks/prometheus")
	s := w.theIncident()
	if len(s.Findings) != 1000 {
		t.Errorf("%d findings", len(s.Findings))
	}
	page := w.signedIn("janet").get("/incidents/"+s.ID).is(http.StatusOK).contains("900 earlier ones stand in the record.", "95 before that", " times since ")
	_, section, _ := strings.Cut(page.body(), `id="findings"`)
	section, _, _ = strings.Cut(section, "</section>")
	if n := strings.Count(section, "<time "); n != shownFindings {
		t.Errorf("the page shows %d findings", n)
	}
	for _, f := range s.Findings {
		if f.Worse {
			t.Fatal("the same again rings again")
		}
	}
	people := map[string]int{}
	for _, p := range s.Pages {
		if people[p.Person]++; people[p.Person] > 1 {
			t.Errorf("%s is called %d times", p.Person, people[p.Person])
		}
	}
}

func TestStormOfNoIssueIsOneIncident(t *testing.T) {
	w, url := listening(t)
	for i := range 50 {
		if status, answer, _ := deliver(t, url+"/hooks/loose", fmt.Sprintf(`{"say":"alert %d","id":%d}`, i, i), bearer); status != http.StatusOK {
			t.Fatalf("%d %v", status, answer)
		}
	}
	if s := w.theIncident(); len(s.Findings) != 50 {
		t.Errorf("%d findings", len(s.Findings))
	}
}
