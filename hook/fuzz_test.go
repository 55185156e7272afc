package hook_test

import (
	"os"
	"strings"
	"testing"

	"tocsin/fault"
	"tocsin/hook"
	"tocsin/plan"
)

func FuzzRead(f *testing.F) {
	for i, name := range []string{"alertmanager.json", "grafana.json", "cloudevent.json"} {
		b, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(byte(i), "application/json", "$.labels.x", b)
	}
	f.Add(byte(2), "application/cloudevents-batch+json", "$", []byte(`[{"specversion":"1.0","id":"1","source":"s","type":"t","data_base64":"e30="}]`))
	f.Add(byte(3), "text/plain", "$['a'][0]", []byte(`{"say":"x","amount":"1","at":1e9,"block":"0x1","tx":"0x","each":[{}]}`))
	f.Fuzz(func(t *testing.T, which byte, kind, path string, body []byte) {
		source := []string{"alertmanager", "grafana", "cloudevents", "json"}[which%4]
		d := plan.Detector{ID: "monitor", Name: "M", Kind: "webhook", Source: source, Message: "{say} {id} {amount}", Mapping: map[string]string{"say": path, "amount": path, "at": path, "tx": path, "block": path, "issue": path}}
		if which&4 != 0 {
			d.Mapping["each"] = path
		}
		h, _ := hook.Compile(protocol(d), d)
		m, err := h.Read(hook.Header{"Content-Type": {kind}, "Ce-Specversion": {"1.0"}, "Ce-Id": {path}, "Ce-Type": {kind}, "Ce-Source": {kind}}, body, now)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
			return
		}
		if len(m.Findings) > hook.Most {
			t.Fatalf("%d findings", len(m.Findings))
		}
		for _, x := range m.Findings {
			if x.ID == "" || !strings.HasPrefix(x.Say, "As reported by ") || len(x.Say) > 8<<10 || strings.ContainsAny(x.Say, "\x00\n\u202e") || x.At.After(now.Add(hook.Skew)) || x.Mode != "observe" {
				t.Fatalf("%+v", x)
			}
		}
	})
}
