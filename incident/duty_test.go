package incident

import (
	"slices"
	"testing"
	"time"
)

func TestUrgent(t *testing.T) {
	now := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	in := func(protocol, id string, drill bool, tasks ...Task) []Duty {
		s := &State{ID: id, Protocol: protocol, Title: "Of " + id}
		if drill {
			s.Exercise = &Exercise{}
		}
		return Duties(s, "janet", tasks)
	}
	task := func(kind string, due time.Duration) Task {
		if due == 0 {
			return Task{Kind: kind}
		}
		return Task{Kind: kind, Due: now.Add(due)}
	}
	got := Urgent(now,
		in("vault", "drill", true, task(TaskAnswer, -time.Hour), task(TaskStep, 0)),
		in("vault", "old", false, task(TaskSign, 10*time.Minute), task(TaskUpdate, -time.Minute)),
		in("bridge", "new", false, task(TaskAnswer, time.Minute), task(TaskValidate, 5*time.Minute)),
		in("bridge", "late", false, task(TaskUpdate, -2*time.Minute), task(TaskClose, 0)),
		nil,
	)
	var order []string
	for _, o := range got {
		if o.Person != "janet" || o.Name != "Of "+o.Incident || o.Exercise != (o.Incident == "drill") || (o.Protocol == "bridge") != (o.Incident == "new" || o.Incident == "late") {
			t.Errorf("%+v", o)
		}
		order = append(order, o.Incident+" "+o.Kind)
	}
	want := []string{
		"new answer", "late update", "late close", "new validate",
		"old sign", "old update", // it is later than late, but its incident wants the signature first
		"drill answer", "drill step",
	}
	if !slices.Equal(order, want) {
		t.Errorf("the order is %q, want %q", order, want)
	}
	if none := Urgent(now); none == nil || len(none) != 0 {
		t.Errorf("nothing is %#v", none)
	}
}
