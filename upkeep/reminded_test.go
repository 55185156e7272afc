package upkeep

import (
	"testing"
	"time"

	"tocsin/fault"
)

// People are told that an exercise is due once, once more when it is overdue, and then every two weeks; of another one anew.
func TestReminders(t *testing.T) {
	day := 24 * time.Hour
	due := start.Add(10 * day)
	s := &State{}
	for _, c := range []struct {
		after time.Duration
		op    OpRemind
		told  bool
	}{
		{0, OpRemind{Due: due}, true},
		{time.Hour, OpRemind{Due: due}, false},
		{9 * day, OpRemind{Due: due}, false},
		{10 * day, OpRemind{Due: due, Overdue: true}, true},
		{11 * day, OpRemind{Due: due, Overdue: true}, false},
		{24*day - time.Minute, OpRemind{Due: due, Overdue: true}, false},
		{24 * day, OpRemind{Due: due, Overdue: true}, true},
		{24*day + time.Hour, OpRemind{Due: due.Add(time.Hour), Overdue: true}, false},
		{40 * day, OpRemind{Due: due.Add(50 * day)}, true},
		{41 * day, OpRemind{Due: due.Add(50 * day)}, false},
	} {
		var events []Event
		var err error
		s, events, err = do(t, s, "", c.op, start.Add(c.after))
		if err != nil || (len(events) == 1) != c.told {
			t.Errorf("after %v: %v, %v; want told %t", c.after, events, err, c.told)
		}
	}
	if want := (Reminded{Due: due.Add(50 * day), At: start.Add(40 * day)}); s.Reminded != want {
		t.Errorf("the state is %+v, want %+v", s.Reminded, want)
	}
	if _, _, err := do(t, s, "ada", OpRemind{Due: due}, start); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a person reminds: %v", err)
	}
}
