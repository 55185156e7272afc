package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/plan"
)

// hookSecret is that of every webhook here.
const hookSecret = "a secret that nobody guesses"

// listening is a world whose plan has webhooks for an issue, behind a real server.
func listening(t *testing.T) (*world, string) {
	t.Helper()
	w := newWorldOf(t, false, func(p *plan.Plan, o *Options) {
		add := func(d plan.Detector) {
			d.Kind, d.Asset = kindWebhook, "vault"
			p.Detectors = append(p.Detectors, d)
			for i := range p.Issues {
				if p.Issues[i].ID == "stolen-user-funds" && d.ID != "loose" {
					p.Issues[i].Detection.Detectors = append(p.Issues[i].Detection.Detectors, d.ID)
				}
			}
		}
		add(plan.Detector{ID: "prometheus", Name: "Prometheus", Mode: "page", Source: "alertmanager", Secret: "HOOK_SECRET"})
		add(plan.Detector{ID: "grafana", Name: "Grafana", Mode: "page", Source: "grafana", Secret: "HOOK_SECRET"})
		add(plan.Detector{ID: "bridge", Name: "Bridge monitor", Source: "cloudevents", Secret: "HOOK_SECRET"})
		add(plan.Detector{ID: "own", Name: "Our own monitor", Mode: "page", Secret: "HOOK_SECRET"})
		add(plan.Detector{ID: "loose", Name: "A monitor of nothing in particular", Mode: "page", Secret: "HOOK_SECRET"})
		add(plan.Detector{ID: "unset", Name: "Not set up", Secret: "OTHER_SECRET"})
		o.Secret = func(name string) string { return map[string]string{"HOOK_SECRET": hookSecret + "\n"}[name] }
	})
	srv := httptest.NewServer(w.console)
	t.Cleanup(srv.Close)
	t.Cleanup(func() { close(w.done) })
	return w, srv.URL
}

// A webhook without its secret takes nothing: whoever looks at the detectors sees that, not that it waits.
func TestWebhookWithoutSecretIsSeen(t *testing.T) {
	w, _ := listening(t)
	w.sightsOf()
	off := 0
	for _, d := range w.plan.Detectors {
		if d.Kind == kindWebhook && d.Secret != "HOOK_SECRET" {
			off++
		}
	}
	janet := w.signedIn("janet")
	janet.get("/detectors").is(http.StatusOK).contains("It takes nothing: OTHER_SECRET is not set on the server.", fmt.Sprintf("%d off", off))
	janet.get("/detectors/unset").contains("It takes nothing: OTHER_SECRET is not set on the server.")
	janet.get("/detectors/prometheus").lacks("It takes nothing")
	janet.get("/").contains("Beside the chains", "Prometheus, Grafana")
}

// deliver sends a body and returns the status and the answer.
func deliver(t *testing.T, url, body string, header map[string]string) (int, map[string]any, http.Header) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for k, v := range header {
		r.Header.Set(k, v)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	var v map[string]any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatalf("status %d: %s", res.StatusCode, b)
	}
	return res.StatusCode, v, res.Header
}

// bearer is how those prove who they are that cannot sign.
var bearer = map[string]string{"Authorization": "Bearer " + hookSecret}

// stamped is how our own senders prove who they are.
func stamped(at time.Time, body string) map[string]string {
	stamp := fmt.Sprint(at.Unix())
	return map[string]string{"X-Tocsin-Timestamp": stamp, "X-Tocsin-Signature": "sha256=" + hexHMAC(stamp+"."+body)}
}

func hexHMAC(s string) string {
	mac := hmac.New(sha256.New, []byte(hookSecret))
	mac.Write([]byte(s))
	return hex.EncodeToString(mac.Sum(nil))
}

func sample(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile("../hook/testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// incidents are those of the world, with all that belongs to them.
func (w *world) incidents() []*incident.State {
	w.t.Helper()
	list, err := w.engine.List(w.t.Context(), false)
	if err != nil {
		w.t.Fatal(err)
	}
	var all []*incident.State
	for _, s := range list {
		all = append(all, w.state(s.ID))
	}
	return all
}

func (w *world) theIncident() *incident.State {
	w.t.Helper()
	all := w.incidents()
	if len(all) != 1 {
		w.t.Fatalf("%d incidents, want one", len(all))
	}
	return all[0]
}

func TestHookOpensAndTakesBack(t *testing.T) {
	w, url := listening(t)
	body := sample(t, "alertmanager.json")
	for range 3 { // Alertmanager repeats what still fires
		status, answer, _ := deliver(t, url+"/hooks/prometheus", body, bearer)
		if status != http.StatusOK || answer["findings"] != 1.0 || answer["resolved"] != 1.0 {
			t.Fatalf("%d %v", status, answer)
		}
	}
	s := w.theIncident()
	if len(s.Findings) != 1 || s.Findings[0].Say != "As reported by Alertmanager: RPCNodeDown: RPC node node-1:8545 is down." || s.Findings[0].Retracted != "" {
		t.Fatalf("%+v", s.Findings)
	}
	if s.Issue != "stolen-user-funds" || s.Asset != "vault" || len(s.Pages) == 0 {
		t.Errorf("issue %s, asset %s, %d pages", s.Issue, s.Asset, len(s.Pages))
	}
	over := strings.Replace(strings.ReplaceAll(body, `"status":"firing"`, `"status":"resolved"`), "0001-01-01T00:00:00Z", "2026-12-06T02:50:59Z", 1)
	if status, answer, _ := deliver(t, url+"/hooks/"+w.plan.Protocol+"/prometheus", over, bearer); status != http.StatusOK || answer["findings"] != 0.0 || answer["resolved"] != 2.0 {
		t.Fatalf("%d %v", status, answer)
	}
	if got := w.theIncident().Findings[0].Retracted; !strings.Contains(got, "Alertmanager says that it was resolved") {
		t.Errorf("taken back because %q", got)
	}
	v, err := w.engine.View(t.Context(), s.ID)
	if err != nil {
		t.Fatal(err)
	}
	all := happened(t, v)
	if last := all[len(all)-1]; last.Actor.ID != "prometheus" {
		t.Errorf("taken back by %s", last.Actor.ID)
	}
	// An alarm that comes after its all-clear counts: late is better than never.
	if status, _, _ := deliver(t, url+"/hooks/prometheus", body, bearer); status != http.StatusOK {
		t.Fatal(status)
	}
	standing := 0
	for _, f := range w.theIncident().Findings {
		if f.Retracted == "" {
			standing++
		}
	}
	if standing != 1 {
		t.Errorf("%d findings stand", standing)
	}
}

func TestHookResolvedBeforeFiring(t *testing.T) {
	w, url := listening(t)
	over := strings.ReplaceAll(sample(t, "alertmanager.json"), `"status":"firing"`, `"status":"resolved"`)
	if status, answer, _ := deliver(t, url+"/hooks/prometheus", over, bearer); status != http.StatusOK || answer["findings"] != 0.0 {
		t.Fatalf("%d %v", status, answer)
	}
	if n := len(w.incidents()); n != 0 {
		t.Fatalf("%d incidents of what was over", n)
	}
}

func TestHookSources(t *testing.T) {
	w, url := listening(t)
	grafana := sample(t, "grafana.json")
	if status, answer, _ := deliver(t, url+"/hooks/grafana", grafana, map[string]string{"X-Grafana-Alerting-Signature": hexHMAC(grafana)}); status != http.StatusOK {
		t.Fatalf("%d %v", status, answer)
	}
	if s := w.theIncident(); !strings.Contains(s.Findings[0].Say, "Memory of zone us-1 runs out") {
		t.Errorf("%+v", s.Findings)
	}
	event := sample(t, "cloudevent.json")
	if status, answer, _ := deliver(t, url+"/hooks/bridge", event, map[string]string{"Content-Type": "application/cloudevents+json", "X-Hub-Signature-256": "sha256=" + hexHMAC(event)}); status != http.StatusOK {
		t.Fatalf("%d %v", status, answer)
	}
	headers := map[string]string{
		"Authorization": bearer["Authorization"], "ce-specversion": "1.0", "ce-id": "C234-1234-1234", "ce-source": "/bridge/relayer", "ce-type": "com.example.bridge.halted",
	}
	if status, answer, _ := deliver(t, url+"/hooks/bridge", `{"summary":"Relayer 7 stopped signing"}`, headers); status != http.StatusOK {
		t.Fatalf("%d %v", status, answer)
	}
	seen, err := w.engine.Observed(t.Context(), w.plan.Protocol)
	if err != nil || len(seen) != 1 || seen[0].Mode != "observe" {
		t.Errorf("the same event in two modes was observed as %+v, %v", seen, err)
	}
	if n := len(w.incidents()); n != 1 {
		t.Errorf("%d incidents: what only observes opens none", n)
	}
	own := `{"say":"The keeper is late","id":"k1"}`
	if status, answer, _ := deliver(t, url+"/hooks/own", own, stamped(start, own)); status != http.StatusOK {
		t.Fatalf("%d %v", status, answer)
	}
	if s := w.theIncident(); len(s.Findings) != 2 || !s.Findings[1].Worse {
		t.Errorf("another detector makes it worse: %+v", s.Findings)
	}
}

func TestHookRefuses(t *testing.T) {
	w, url := listening(t)
	body := `{"say":"x"}`
	for name, x := range map[string]struct {
		path   string
		body   string
		header map[string]string
		status int
		say    string
	}{
		"nobody":                  {"/hooks/own", body, nil, http.StatusUnauthorized, "does not prove"},
		"another secret":          {"/hooks/own", body, map[string]string{"Authorization": "Bearer another secret of theirs"}, http.StatusUnauthorized, "not the secret"},
		"secret in the address":   {"/hooks/own?secret=a+secret+that+nobody+guesses&access_token=a+secret+that+nobody+guesses", body, nil, http.StatusUnauthorized, "in the address"},
		"another body":            {"/hooks/own", body + " ", stamped(start, body), http.StatusUnauthorized, "not that of this message"},
		"signed too long ago":     {"/hooks/own", body, stamped(start.Add(-5*time.Minute-time.Second), body), http.StatusUnauthorized, "5 minutes"},
		"signed in the future":    {"/hooks/own", body, stamped(start.Add(5*time.Minute+time.Second), body), http.StatusUnauthorized, "5 minutes"},
		"no such webhook":         {"/hooks/none", body, bearer, http.StatusNotFound, "no such webhook"},
		"a detector of the chain": {"/hooks/" + w.detector(), body, bearer, http.StatusNotFound, "no such webhook"},
		"another protocol":        {"/hooks/lighthouse/own", body, bearer, http.StatusNotFound, "no such webhook"},
		"no secret here":          {"/hooks/unset", body, bearer, http.StatusServiceUnavailable, "without the secret"},
		"no JSON":                 {"/hooks/own", "say=x", bearer, http.StatusBadRequest, "not JSON"},
		"deep":                    {"/hooks/own", strings.Repeat("[", 100_000), bearer, http.StatusBadRequest, "not JSON"},
		"not Alertmanager's":      {"/hooks/prometheus", `[1,2]`, bearer, http.StatusBadRequest, "not what Alertmanager sends"},
		"huge":                    {"/hooks/own", `{"say":"` + strings.Repeat("x", 1<<20) + `"}`, bearer, http.StatusRequestEntityTooLarge, "larger than 1024 KiB"},
	} {
		status, answer, header := deliver(t, url+x.path, x.body, x.header)
		if say, _ := answer["error"].(string); status != x.status || !strings.Contains(say, x.say) {
			t.Errorf("%s: %d %v", name, status, answer)
		}
		if status == http.StatusUnauthorized && header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s: it is not said how to prove it", name)
		}
	}
	if n := len(w.incidents()); n != 0 {
		t.Fatalf("%d incidents of what was refused", n)
	}
}

func TestHookShakesHands(t *testing.T) {
	_, url := listening(t)
	for path, want := range map[string]string{"/hooks/bridge": "eventgrid.example.net", "/hooks/none": ""} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("WebHook-Request-Origin", "eventgrid.example.net")
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if got := res.Header.Get("WebHook-Allowed-Origin"); got != want {
			t.Errorf("%s allows %q, want %q", path, got, want)
		}
	}
	// From then on such a sender names itself in each message.
	event := sample(t, "cloudevent.json")
	header := map[string]string{"Authorization": bearer["Authorization"], "Content-Type": "application/cloudevents+json", "Origin": "eventgrid.example.net"}
	if status, answer, _ := deliver(t, url+"/hooks/bridge", event, header); status != http.StatusOK {
		t.Errorf("%d %v", status, answer)
	}
	header["Authorization"] = "Bearer none"
	if status, _, _ := deliver(t, url+"/hooks/bridge", event, header); status != http.StatusUnauthorized {
		t.Errorf("without the secret: %d", status)
	}
}

func TestHookTakesBackWhatWasOnlyObserved(t *testing.T) {
	w, url := listening(t)
	for _, status := range []string{"firing", "resolved"} {
		event := `{"specversion":"1.0","id":"1","source":"s","type":"t","data":{"summary":"slow","status":"` + status + `"}}`
		if code, answer, _ := deliver(t, url+"/hooks/bridge", event, bearer); code != http.StatusOK {
			t.Fatalf("%d %v", code, answer)
		}
	}
	seen, err := w.engine.Observed(t.Context(), w.plan.Protocol)
	if err != nil || len(seen) != 1 || !strings.Contains(seen[0].Retracted, "Bridge monitor says that it was resolved") {
		t.Errorf("%+v, %v", seen, err)
	}
}

func TestHookTextIsOnlyText(t *testing.T) {
	w, url := listening(t)
	body := "{\"say\":\"<script>alert(1)</script>\\u0000\\u202e \xff drained\",\"id\":\"1\"}"
	if status, answer, _ := deliver(t, url+"/hooks/own", body, stamped(start, body)); status != http.StatusOK {
		t.Fatalf("%d %v", status, answer)
	}
	s := w.theIncident()
	if say := s.Findings[0].Say; say != "As reported by Our own monitor: <script>alert(1)</script> \uFFFD drained." {
		t.Errorf("says %q", say)
	}
	page := w.signedIn("janet").get("/incidents/" + s.ID).is(http.StatusOK).body()
	if strings.Contains(page, "<script>alert") || !strings.Contains(page, "&lt;script&gt;alert(1)") {
		t.Error("what others send is not shown as text")
	}
}
