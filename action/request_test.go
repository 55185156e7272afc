package action_test

import (
	"reflect"
	"testing"
	"time"

	"tocsin/action"
	"tocsin/hook"
	"tocsin/plan"
)

func TestRequestHeaders(t *testing.T) {
	r := action.Request{Method: "POST", Body: `{"on":true}`}
	at := time.Unix(1_800_000_000, 0)
	list := r.Headers(at, "incident-1/page", "a secret that is long enough")
	want := []action.Header{
		{Name: "Content-Type", Value: "application/json"},
		{Name: "Idempotency-Key", Value: "incident-1/page"},
		{Name: "X-Tocsin-Timestamp", Value: "1800000000"},
	}
	h, problems := hook.Compile(&plan.Plan{}, plan.Detector{ID: "other-side", Kind: "webhook", Secret: "X"})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	received := hook.Header{}
	for _, x := range list {
		received[x.Name] = []string{x.Value}
	}
	if err := h.Authentic(received, []byte(r.Body), "a secret that is long enough", at.Add(time.Second)); err != nil {
		t.Errorf("another server of ours does not accept it: %v", err)
	}
	if len(list) != 4 || !reflect.DeepEqual(list[:3], want) {
		t.Errorf("headers %+v", list)
	}
	if other := r.Headers(at, "incident-1/page", "other"); other[3] == list[3] {
		t.Error("the signature does not depend on the secret")
	}
	if bare := r.Headers(at, "", ""); len(bare) != 1 {
		t.Errorf("unsigned: %+v", bare)
	}
	p := action.Proof{Status: 503, Contains: "maintenance"}
	for _, c := range []struct {
		status int
		body   string
		holds  bool
	}{{503, "under maintenance", true}, {200, "under maintenance", false}, {503, "hello", false}} {
		if holds, got := p.Holds(c.status, []byte(c.body)); holds != c.holds || got == "" {
			t.Errorf("%+v: %v, %q", c, holds, got)
		}
	}
}
