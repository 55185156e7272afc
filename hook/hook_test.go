package hook_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"tocsin/evm"
	"tocsin/fault"
	"tocsin/hook"
	"tocsin/plan"
)

// now is when every message comes.
var now = time.Date(2026, 12, 6, 2, 51, 27, 0, time.UTC)

// secret is that of every webhook here.
const secret = "correct horse battery staple"

// protocol is a plan with a webhook of a source that two issues list.
func protocol(d plan.Detector) *plan.Plan {
	return &plan.Plan{
		Protocol: "harbour",
		Chains:   []plan.Chain{{ID: 1, Name: "Mainnet"}},
		Assets:   []plan.Asset{{ID: "vault", Name: "Vault", Kind: "contract", Chain: 1}, {ID: "bridge", Name: "Bridge", Kind: "contract", Chain: 10}},
		Issues: []plan.Issue{
			{ID: "node-down", Name: "Node down", Detection: plan.Detection{Detectors: []string{d.ID}}},
			{ID: "bridge-halted", Name: "Bridge halted", Detection: plan.Detection{Detectors: []string{d.ID}}},
			{ID: "theft", Name: "Theft"},
		},
	}
}

func compile(t *testing.T, d plan.Detector) *hook.Hook {
	t.Helper()
	d.ID, d.Name, d.Kind = "monitor", "Our monitor", "webhook"
	if d.Mode == "" {
		d.Mode = "page"
	}
	h, problems := hook.Compile(protocol(d), d)
	for _, p := range problems {
		t.Fatal(p)
	}
	return h
}

func read(t *testing.T, h *hook.Hook, header hook.Header, body string) hook.Message {
	t.Helper()
	m, err := h.Read(header, []byte(body), now)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func file(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestAlertmanager(t *testing.T) {
	h := compile(t, plan.Detector{Source: "alertmanager", Asset: "vault"})
	body := file(t, "alertmanager.json")
	m := read(t, h, nil, body)
	if len(m.Findings) != 1 || len(m.Resolved) != 1 {
		t.Fatalf("%d findings and %d resolved, want one of each", len(m.Findings), len(m.Resolved))
	}
	f := m.Findings[0]
	if want := "As reported by Alertmanager: RPCNodeDown: RPC node node-1:8545 is down."; f.Say != want {
		t.Errorf("says %q, want %q", f.Say, want)
	}
	if want := time.Date(2026, 12, 6, 2, 46, 12, 317_000_000, time.UTC); !f.At.Equal(want) {
		t.Errorf("at %v, want %v", f.At, want)
	}
	if f.Detector != "monitor" || f.Mode != "page" || f.Asset != "vault" || f.Chain != 1 || len(f.Issues) != 2 {
		t.Errorf("the finding is not the detector's: %+v", f)
	}
	if want := "Alertmanager says that it was resolved at 2026-12-06 02:50:27 UTC."; m.Why != want {
		t.Errorf("why %q, want %q", m.Why, want)
	}

	// The same alert, sent again and then resolved, is the same; another beginning is another.
	if again := read(t, h, nil, strings.ReplaceAll(body, "has been down for more than 5", "has been down for more than 50")); again.Findings[0].ID != f.ID {
		t.Error("a repeated alert has another id")
	}
	over := read(t, h, nil, strings.Replace(strings.ReplaceAll(body, `"status":"firing"`, `"status":"resolved"`), `"endsAt":"0001-01-01T00:00:00Z"`, `"endsAt":"2026-12-06T02:51:00Z"`, 1))
	if len(over.Findings) != 0 || len(over.Resolved) != 2 || over.Resolved[0] != f.ID {
		t.Errorf("the resolved alert is not the one that fired: %+v", over)
	}
	if want := "Alertmanager says that it was resolved between 2026-12-06 02:50:27 UTC and 2026-12-06 02:51:00 UTC."; over.Why != want {
		t.Errorf("why %q, want %q", over.Why, want)
	}
	if anew := read(t, h, nil, strings.Replace(body, "02:46:12.317Z", "02:47:12.317Z", 1)); anew.Findings[0].ID == f.ID {
		t.Error("an alert that began anew has the id of the one before")
	}
	left := read(t, h, nil, strings.Replace(body, `"truncatedAlerts":0`, `"truncatedAlerts":7`, 1))
	if len(left.Findings) != 2 || !strings.Contains(left.Findings[1].Say, "left 7 more alerts") {
		t.Errorf("what Alertmanager left out is not told: %+v", left.Findings)
	}
}

func TestGrafana(t *testing.T) {
	h := compile(t, plan.Detector{Source: "grafana"})
	body := file(t, "grafana.json")
	m := read(t, h, nil, body)
	if len(m.Findings) != 1 || m.Findings[0].Say != "As reported by Grafana: High memory usage: Memory of zone us-1 runs out." {
		t.Fatalf("%+v", m)
	}
	if want := time.Date(2026, 12, 6, 2, 41, 3, 157_076_000, time.UTC); !m.Findings[0].At.Equal(want) {
		t.Errorf("at %v, want %v", m.Findings[0].At, want)
	}
	old := read(t, h, nil, `{"evalMatches":[{"value":100,"metric":"High value","tags":null}],"message":"The site answers slowly.","ruleId":1,"ruleName":"Slow site","state":"alerting","title":"[Alerting] Slow site"}`)
	if len(old.Findings) != 1 || !strings.Contains(old.Findings[0].Say, "The site answers slowly.") {
		t.Errorf("the older form: %+v", old)
	}
	if ok := read(t, h, nil, `{"message":"","ruleName":"Slow site","state":"ok","title":"[OK] Slow site"}`); len(ok.Findings) != 0 {
		t.Errorf("an alert of the older form that is over: %+v", ok)
	}
}

func TestCloudEvents(t *testing.T) {
	h := compile(t, plan.Detector{Source: "cloudevents", Mapping: map[string]string{"tx": "$.data.tx", "amount": "$.data.amount", "block": "$.data.block"}, Chain: 1})
	body := file(t, "cloudevent.json")
	structured := read(t, h, hook.Header{"Content-Type": {"application/cloudevents+json; charset=UTF-8"}}, body)
	if len(structured.Findings) != 1 {
		t.Fatalf("%+v", structured)
	}
	f := structured.Findings[0]
	if want := "As reported by Our monitor: com.example.bridge.halted: Relayer 7 stopped signing."; f.Say != want {
		t.Errorf("says %q, want %q", f.Say, want)
	}
	if f.Amount != "412600000000000000000" || f.Block != 204 || f.Chain != 1 || f.Tx != (evm.Hash{}) && f.Tx.Hex() != "0x"+strings.Repeat("1", 64) {
		t.Errorf("%+v", f)
	}
	var e struct{ Data json.RawMessage }
	if err := json.Unmarshal([]byte(body), &e); err != nil {
		t.Fatal(err)
	}
	binary := read(t, h, hook.Header{
		"Ce-Specversion": {"1.0"}, "Ce-Type": {"com.example.bridge.halted"}, "Ce-Source": {"/bridge/relayer"}, "Ce-Id": {"C234-1234-1234"},
		"Ce-Time": {"2026-12-06T02:50:01Z"}, "Ce-Subject": {"Euro%20%E2%82%AC"}, "Content-Type": {"application/json"},
	}, string(e.Data))
	if len(binary.Findings) != 1 || fmt.Sprintf("%+v", binary.Findings[0]) != fmt.Sprintf("%+v", f) {
		t.Errorf("the same event in headers: %+v, want %+v", binary.Findings, f)
	}
	batch := read(t, h, hook.Header{"Content-Type": {"application/cloudevents-batch+json"}}, "["+body+","+strings.Replace(body, "C234", "C235", 1)+","+body+"]")
	if len(batch.Findings) != 2 || batch.Findings[0].ID != f.ID || batch.Findings[1].ID == f.ID {
		t.Errorf("a batch of two and a repetition: %+v", batch.Findings)
	}
	encoded := read(t, h, nil, `{"specversion":"1.0","type":"t","source":"s","id":"1","datacontenttype":"text/plain","data_base64":"SGVsbG8="}`)
	if !strings.Contains(encoded.Findings[0].Say, "t: Hello.") {
		t.Errorf("data in base64: %q", encoded.Findings[0].Say)
	}
	for body, lacks := range map[string]string{
		`{"specversion":"1.0","type":"t","source":"s"}`:          "no id",
		`{"specversion":"0.3","type":"t","source":"s","id":"1"}`: "CloudEvents 0.3",
		`[{"specversion":"1.0"}]`:                                "no id",
		`[1]`:                                                    "Event 1",
		`"text"`:                                                 "no JSON object",
	} {
		if _, err := h.Read(nil, []byte(body), now); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), lacks) {
			t.Errorf("%s: %v", body, err)
		}
	}
	if _, err := h.Read(hook.Header{"Content-Type": {"application/cloudevents+avro"}}, []byte("x"), now); !fault.Is(err, fault.Invalid) {
		t.Errorf("another form of events: %v", err)
	}
}

func TestPlainJSON(t *testing.T) {
	h := compile(t, plan.Detector{Mode: "act"})
	m := read(t, h, nil, `{"say":"The keeper \u202eis\u0007 late\n\tagain","id":7,"at":"2026-12-06T02:00:00Z","status":"firing"}`)
	f := m.Findings[0]
	if f.Say != "As reported by Our monitor: The keeper is late again." {
		t.Errorf("says %q", f.Say)
	}
	if f.Mode != "page" {
		t.Errorf("mode %s: what others send never acts", f.Mode)
	}
	for _, body := range []string{`"words alone"`, `[]`, `12`, `null`, `{}`, "{\"say\":\"\xff\xfe\"}"} {
		if m := read(t, h, nil, body); len(m.Findings) != 1 || m.Findings[0].Say == "" {
			t.Errorf("%s: %+v", body, m)
		}
	}
	same, again := read(t, h, nil, `{"say":"x"}`), read(t, h, nil, `{"say":"x"}`)
	if same.Findings[0].ID != again.Findings[0].ID {
		t.Error("the same words at once are two alerts")
	}
	later, err := h.Read(nil, []byte(`{"say":"x"}`), now.Add(time.Hour))
	if err != nil || later.Findings[0].ID == same.Findings[0].ID {
		t.Errorf("the same words an hour later are no alert of their own: %v", err)
	}
	if future := read(t, h, nil, `{"say":"x","at":"2027-01-01T00:00:00Z"}`).Findings[0]; !future.At.Equal(now) || !strings.Contains(future.Say, "yet to come") {
		t.Errorf("%+v", future)
	}
	long := read(t, h, nil, `{"say":"`+strings.Repeat("long ", 10_000)+`"}`).Findings[0]
	if len(long.Say) > 600 || !strings.HasSuffix(long.Say, "…") {
		t.Errorf("a long text is %d bytes", len(long.Say))
	}
	for _, body := range []string{"", " ", "{", `{} {}`, strings.Repeat("[", 20_000), "\xff"} {
		if _, err := h.Read(nil, []byte(body), now); !fault.Is(err, fault.Invalid) {
			t.Errorf("%.20q: %v", body, err)
		}
	}
}

func TestManyAlertsAreSummedUp(t *testing.T) {
	h := compile(t, plan.Detector{Mapping: map[string]string{"each": "$"}})
	var list []string
	for i := range 250 {
		list = append(list, fmt.Sprintf(`{"id":"a%d","say":"alert %d"}`, i, i))
	}
	m := read(t, h, nil, "["+strings.Join(list, ",")+"]")
	if len(m.Findings) != hook.Most {
		t.Fatalf("%d findings, want %d", len(m.Findings), hook.Most)
	}
	if last := m.Findings[hook.Most-1].Say; !strings.Contains(last, "151 more alerts") {
		t.Errorf("the last says %q", last)
	}
}

func TestSameAlertInTwoPlans(t *testing.T) {
	d := plan.Detector{ID: "monitor", Name: "M", Kind: "webhook", Source: "alertmanager"}
	p, q := protocol(d), protocol(d)
	q.Protocol = "lighthouse"
	a, _ := hook.Compile(p, d)
	b, _ := hook.Compile(q, d)
	body := file(t, "alertmanager.json")
	if read(t, a, nil, body).Findings[0].ID == read(t, b, nil, body).Findings[0].ID {
		t.Error("one alert for two protocols would count for one of them only")
	}
}
