package access_test

import (
	"strings"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/engine"
	"tocsin/fault"
	"tocsin/store"
)

// linked keeps a link as the engine makes it for a message about an exercise.
func linked(t *testing.T, st store.Store, secret, kind string, until time.Duration) {
	t.Helper()
	now := time.Now()
	err := st.PutLink(t.Context(), store.Link{
		Hash: engine.LinkHash(secret), Kind: kind, Person: janet.Person, Stream: "exercise-1", Ref: janet.Protocol + "\n" + now.Format(time.RFC3339Nano), Expires: now.Add(until),
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestInvitation(t *testing.T) {
	inTime(t, func(t *testing.T, a *access.Access, st store.Store) {
		linked(t, st, "come", "invitation", time.Hour)
		linked(t, st, "read", "report", 2*time.Hour)
		linked(t, st, "page", "page", time.Hour)
		for range 3 { // it may be looked at, and answered, as often as one likes
			x, err := a.Invitation(t.Context(), "come")
			if err != nil || x.Identity != janet || x.Session != "exercise-1" || x.Report {
				t.Fatalf("%+v, %v", x, err)
			}
		}
		if x, err := a.Invitation(t.Context(), "read"); err != nil || !x.Report {
			t.Errorf("%+v, %v", x, err)
		}
		for _, other := range []string{"page", "none", ""} {
			if _, err := a.Invitation(t.Context(), other); !fault.Is(err, fault.NotFound) {
				t.Errorf("%q: %v", other, err)
			}
		}
		if _, _, err := a.SignIn(t.Context(), "come", ""); !fault.Is(err, fault.NotFound) {
			t.Errorf("an invitation signs in: %v", err)
		}
		time.Sleep(time.Hour)
		if _, err := a.Invitation(t.Context(), "come"); !fault.Is(err, fault.Expired) {
			t.Errorf("after its time: %v", err)
		}
		if err := a.Revoke(t.Context(), janet); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Invitation(t.Context(), "read"); !fault.Is(err, fault.Expired) {
			t.Errorf("withdrawn: %v", err)
		}
		time.Sleep(time.Minute)
		linked(t, st, "later", "invitation", time.Hour)
		if _, err := a.Invitation(t.Context(), "later"); err != nil {
			t.Errorf("made after others were withdrawn: %v", err)
		}
	})
}

func TestCalendar(t *testing.T) {
	inTime(t, func(t *testing.T, a *access.Access, _ store.Store) {
		ctx := t.Context()
		anew := func() string {
			t.Helper()
			secret, err := a.MakeCalendar(ctx, janet)
			if err != nil || len(secret) < 32 {
				t.Fatalf("%q, %v", secret, err)
			}
			return secret
		}
		works := func(secret string, want bool) {
			t.Helper()
			c, err := a.Calendar(ctx, secret)
			if want && (err != nil || c.Identity != janet) || !want && !fault.Is(err, fault.NotFound) {
				t.Errorf("%+v, %v; want that it works: %t", c, err, want)
			}
		}
		works("none", false)
		if _, counts, err := a.CalendarOf(ctx, janet); err != nil || counts != "" {
			t.Errorf("%q, %v before any was made", counts, err)
		}
		if err := a.WithdrawCalendar(ctx, janet); err != nil {
			t.Errorf("withdraw none: %v", err)
		}
		first := anew()
		works(first, true)
		second := anew()
		works(first, false) // one works at a time
		works(second, true)
		works(strings.ToUpper(second), false)
		if _, _, err := a.SignIn(ctx, second, ""); !fault.Is(err, fault.NotFound) {
			t.Errorf("a calendar's address signs in: %v", err)
		}
		if _, err := a.Session(ctx, second); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("a calendar's address is a session: %v", err)
		}
		if err := a.WithdrawCalendar(ctx, janet); err != nil {
			t.Fatal(err)
		}
		works(second, false)
		third := anew()
		works(third, true)
		if err := a.Revoke(ctx, janet); err != nil {
			t.Fatal(err)
		}
		works(third, false)
		time.Sleep(time.Second)
		fourth := anew()
		time.Sleep(2*365*24*time.Hour - time.Second)
		works(fourth, true)
		time.Sleep(time.Second)
		works(fourth, false)
		if _, err := a.MakeCalendar(ctx, access.Identity{Person: "janet-r"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("of no protocol: %v", err)
		}
	})
}
