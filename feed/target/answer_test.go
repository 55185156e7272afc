package target

import (
	"strings"
	"testing"
	"time"

	"tocsin/plan"
)

func answered(status int, body string) Sight {
	return Sight{Answer: &Answer{Status: status, Took: 120 * time.Millisecond, Body: []byte(body), Header: map[string][]string{"X-Ready": {"yes, and 7"}}}}
}

func TestAnAnswerIsHeldToWhatIsExpected(t *testing.T) {
	body := `{"status":"ok","sync":{"lag":9,"head":115792089237316195423570985008687907853269984665640564039457584007913129639936},"nodes":[{"up":true},{"up":false}],"a.b":null,"big":1e3}`
	for _, c := range []struct {
		expect map[string]string
		want   string // empty: it fits
	}{
		{nil, ""},
		{map[string]string{"status": "204, 3xx"}, "status 200"},
		{map[string]string{"status": "200-204"}, ""},
		{map[string]string{"latency": "100ms"}, "120ms"},
		{map[string]string{"latency": "200ms"}, ""},
		{map[string]string{"body": `"ok"`}, ""},
		{map[string]string{"body": "fine"}, `does not hold "fine"`},
		{map[string]string{"header.x-ready": "YES"}, ""},
		{map[string]string{"header.X-Ready": "no"}, "x-ready"},
		{map[string]string{"header.x-missing": "no"}, "x-missing"},
		{map[string]string{"$.status": "ok"}, ""},
		{map[string]string{"$.status": "!= ok"}, "anything but"},
		{map[string]string{"$.sync.lag": "< 10"}, ""},
		{map[string]string{"$.sync.lag": "<9"}, `$.sync.lag of its answer is "9"`},
		{map[string]string{"$.sync.lag": ">= 9.0"}, ""},
		{map[string]string{"$.sync.lag": "9.0"}, ""},
		{map[string]string{"$.sync.head": "> 115792089237316195423570985008687907853269984665640564039457584007913129639935"}, ""},
		{map[string]string{"$.nodes[0].up": "true"}, ""},
		{map[string]string{"$.nodes[1].up": "true"}, `"false"`},
		{map[string]string{"$.nodes[2].up": "true"}, "has no $.nodes[2].up"},
		{map[string]string{"$.nodes": "true"}, "no single value"},
		{map[string]string{`$["a.b"]`: "null"}, ""},
		{map[string]string{"$.nothing": "null"}, ""},
		{map[string]string{"$.nothing": "!= x"}, "has no $.nothing"},
		{map[string]string{"$.status": "null"}, `"ok", where "null"`},
		{map[string]string{"$.big": "<= 1000"}, ""},
		{map[string]string{"$.status": "< 3"}, `"ok"`},
	} {
		w := with(t, plan.Detector{Kind: HTTP, URL: "https://a.example/", Expect: c.expect})
		got := w.target.lacks(answered(200, body).Answer)
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%v: %q", c.expect, got)
		}
	}
	w := with(t, plan.Detector{Kind: HTTP, URL: "https://a.example/", Expect: map[string]string{"$.a": "1"}})
	for _, body := range []string{"", "<html>", `{"a":1} {"a":1}`, `{"a":1`} {
		if got := w.target.lacks(answered(200, body).Answer); got != "its answer is not JSON" {
			t.Errorf("%q: %q", body, got)
		}
	}
	if got := w.target.lacks(&Answer{Status: 200, Body: []byte(`{"a":1}`), Cut: true}); !strings.Contains(got, "too long") {
		t.Errorf("cut: %q", got)
	}
}

func TestSoManyFailuresInARowAreAFinding(t *testing.T) {
	w := with(t, plan.Detector{Kind: HTTP, URL: "https://u:p@a.example/health?key=1", Message: "{asset} at {url} fails ({status} in {took}): {why}"})
	w.quiet(answered(200, ""))
	w.quiet(answered(500, ""))
	w.quiet(Sight{Blind: "nothing listens there"})
	w.quiet(answered(200, "")) // the row is broken
	w.quiet(answered(500, ""))
	w.quiet(answered(500, ""))
	f := w.finds("page", answered(503, ""), "https://a.example/health fails (503 in 120ms): it answers with status 503, 3 times in a row since 2026-11-21 12:05:00 UTC")
	w.quiet(answered(503, "")) // told once
	out := w.see(answered(200, ""))
	if len(out.Findings) != 0 || len(out.Retracted) != 1 || out.Retracted[0] != f.ID || !strings.Contains(out.RetractedWhy, "It answers again since 2026-11-21 12:09:00 UTC") {
		t.Errorf("recovery: %+v", out)
	}
	w.quiet(answered(200, ""))
	w.quiet(Sight{Blind: "nothing listens there"})
	w.quiet(Sight{Blind: "nothing listens there"})
	if again := w.finds("page", Sight{Blind: "nothing listens there"}, "no answer", "nothing listens there"); again.ID == f.ID {
		t.Error("the second outage is the first")
	}
}

func TestWhatOnlyObservesTellsOfRecovery(t *testing.T) {
	w := with(t, plan.Detector{Kind: HTTP, URL: "https://a.example/", Mode: "observe", Failures: 1})
	w.finds("observe", answered(500, ""), "Watch: it answers with status 500.")
	w.finds("observe", answered(200, ""), "answers again")
}

func TestADetectorThatGoesTakesItsOutageBack(t *testing.T) {
	w := with(t, plan.Detector{Kind: HTTP, URL: "https://a.example/", Mode: "act", Failures: 1})
	f := w.finds("page", answered(500, "")) // outsiders can set it off: it never acts
	if out := w.state.Forget(nil); len(out.Retracted) != 1 || out.Retracted[0] != f.ID || len(w.state.Targets) != 0 {
		t.Errorf("%+v", out)
	}
	if out := w.state.Forget(nil); len(out.Retracted) != 0 {
		t.Errorf("%+v", out)
	}
}

func TestAnotherAddressBeginsAnew(t *testing.T) {
	w := with(t, plan.Detector{Kind: HTTP, URL: "https://a.example/", Failures: 1})
	f := w.finds("page", answered(500, ""))
	w.target = with(t, plan.Detector{Kind: HTTP, URL: "https://b.example/", Failures: 2}).target
	if out := w.see(answered(500, "")); len(out.Retracted) != 1 || out.Retracted[0] != f.ID || len(out.Findings) != 0 {
		t.Errorf("%+v", out)
	}
	w.finds("page", answered(500, ""), "2 times in a row")
}

func TestAnOutageThatComesAndGoesCoolsDown(t *testing.T) {
	w := with(t, plan.Detector{Kind: HTTP, URL: "https://a.example/", Failures: 1, CoolDown: plan.Duration(10 * time.Minute)})
	w.finds("page", answered(500, ""))
	for range 3 {
		w.see(answered(200, ""))
		w.quiet(answered(500, ""))
	}
	w.at = w.at.Add(2 * time.Minute)
	w.quiet(answered(500, ""))
	w.finds("page", answered(500, ""), "3 times in a row") // it still fails
}
