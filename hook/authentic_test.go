package hook_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"tocsin/fault"
	"tocsin/hook"
	"tocsin/plan"
)

func sign(parts ...string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	for _, p := range parts {
		mac.Write([]byte(p))
	}
	return hex.EncodeToString(mac.Sum(nil))
}

func TestAuthentic(t *testing.T) {
	h := compile(t, plan.Detector{Secret: "HOOK_SECRET"})
	body := `{"say":"x"}`
	at := func(d time.Duration) string { return fmt.Sprint(now.Add(d).Unix()) }
	own := func(stamp, signature string) hook.Header {
		return hook.Header{"X-Tocsin-Timestamp": {stamp}, "X-Tocsin-Signature": {signature}}
	}
	for name, x := range map[string]struct {
		header hook.Header
		ok     bool
	}{
		"nothing":                     {nil, false},
		"own":                         {own(at(0), "sha256="+sign(at(0), ".", body)), true},
		"own, five minutes early":     {own(at(-hook.Skew), "sha256="+sign(at(-hook.Skew), ".", body)), true},
		"own, five minutes late":      {own(at(hook.Skew), "sha256="+sign(at(hook.Skew), ".", body)), true},
		"own, too early":              {own(at(-hook.Skew-time.Second), "sha256="+sign(at(-hook.Skew-time.Second), ".", body)), false},
		"own, too late":               {own(at(hook.Skew+time.Second), "sha256="+sign(at(hook.Skew+time.Second), ".", body)), false},
		"own, another time":           {own(at(time.Second), "sha256="+sign(at(0), ".", body)), false},
		"own, another body":           {own(at(0), "sha256="+sign(at(0), ".", body+" ")), false},
		"own, no time":                {hook.Header{"X-Tocsin-Signature": {"sha256=" + sign(body)}}, false},
		"own, time out of range":      {own("9223372036854775807", "sha256="+sign("9223372036854775807", ".", body)), false},
		"own, before time":            {own("-9223372036854775808", "sha256="+sign("-9223372036854775808", ".", body)), false},
		"own, no time at all":         {own("soon", "sha256="+sign("soon", ".", body)), false},
		"own, empty":                  {own(at(0), ""), false},
		"own wrong, bearer right":     {hook.Header{"X-Tocsin-Timestamp": {at(0)}, "X-Tocsin-Signature": {"sha256=00"}, "Authorization": {"Bearer " + secret}}, false},
		"hub":                         {hook.Header{"X-Hub-Signature-256": {"sha256=" + sign(body)}}, true},
		"hub, another":                {hook.Header{"X-Hub-Signature-256": {"sha256=" + sign(body, "x")}}, false},
		"hub, no hex":                 {hook.Header{"X-Hub-Signature-256": {"sha256=zz"}}, false},
		"grafana":                     {hook.Header{"X-Grafana-Alerting-Signature": {sign(body)}}, true},
		"grafana with time":           {hook.Header{"X-Grafana-Alerting-Signature": {sign(at(0), ":", body)}, "X-Grafana-Alerting-Timestamp": {at(0)}}, true},
		"grafana with an old time":    {hook.Header{"X-Grafana-Alerting-Signature": {sign(at(-time.Hour), ":", body)}, "X-Grafana-Alerting-Timestamp": {at(-time.Hour)}}, false},
		"grafana, its time taken off": {hook.Header{"X-Grafana-Alerting-Signature": {sign(at(0), ":", body)}}, false},
		"grafana, a time put in":      {hook.Header{"X-Grafana-Alerting-Signature": {sign(body)}, "X-Grafana-Alerting-Timestamp": {at(0)}}, false},
		"bearer":                      {hook.Header{"Authorization": {"Bearer " + secret}}, true},
		"bearer in small letters":     {hook.Header{"authorization": {"bearer " + secret}}, true},
		"bearer, another":             {hook.Header{"Authorization": {"Bearer " + secret + "x"}}, false},
		"bearer, a beginning":         {hook.Header{"Authorization": {"Bearer " + secret[:20]}}, false},
		"bearer, empty":               {hook.Header{"Authorization": {"Bearer "}}, false},
		"basic":                       {hook.Header{"Authorization": {"Basic " + secret}}, false},
	} {
		err := h.Authentic(x.header, []byte(body), secret, now)
		if x.ok != (err == nil) || err != nil && !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := h.Authentic(hook.Header{"Authorization": {"Bearer short"}}, nil, "short", now); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a short secret: %v", err)
	}
	if err := h.Authentic(hook.Header{"Authorization": {"Bearer "}}, nil, "", now); !fault.Is(err, fault.Unavailable) {
		t.Errorf("no secret: %v", err)
	}
}
