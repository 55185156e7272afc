package plan

import (
	"fmt"
	"testing"
	"time"
)

// calendar walks a time zone minute by minute, as somebody would who looks at a clock on the wall and a list beside it: each
// time the clock shows the hand-over of a day for the first time, or has leapt over it, the next in the list takes over.
type calendar struct {
	rota  Rota
	zone  *time.Location
	day   string // whose hand-over comes next, by date
	clock string
	days  int // since the shift began
	turn  int
}

// walk looks at the clock and reports whether the shift changed.
func (c *calendar) walk(at time.Time, shiftDays int) bool {
	wall := at.In(c.zone).Format("2006-01-02 15:04")
	changed := false
	for wall >= c.day+" "+c.clock {
		next, _ := time.Parse(time.DateOnly, c.day)
		c.day = next.AddDate(0, 0, 1).Format(time.DateOnly)
		if c.days++; c.days == shiftDays {
			c.days, c.turn, changed = 0, c.turn+1, true
		}
	}
	return changed
}

func (c *calendar) onCall() string { return c.rota.Members[c.turn%len(c.rota.Members)] }

// TestShiftsFollowTheClockOnTheWall compares a rota with a calendar over two years, in zones that put their clocks forward
// and back by an hour and by half of one, at night and at midnight, in both halves of the world, and in such as do not.
func TestShiftsFollowTheClockOnTheWall(t *testing.T) {
	for i, name := range []string{
		"Europe/Vienna", "America/New_York", "America/Santiago", "America/St_Johns", "Australia/Lord_Howe", "Australia/Adelaide",
		"Asia/Beirut", "Asia/Kolkata", "Asia/Kathmandu", "Africa/Casablanca", "UTC",
	} {
		for _, clock := range []string{"00:00", "02:15", "09:00"} {
			t.Run(name+" "+clock, func(t *testing.T) {
				zone, err := time.LoadLocation(name)
				if err != nil {
					t.Fatal(err)
				}
				days := []int{1, 7, 3}[i%3]
				start := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
				r := Rota{TimeZone: name, Start: Date{start}, HandOver: clock, Shift: Duration(days) * Duration(day), Members: []string{"ann", "ben", "cat", "dan", "eve"}}
				c := &calendar{rota: r, zone: zone, day: start.Format(time.DateOnly), clock: clock}
				at := start.Add(-2 * day)
				handOvers := 0
				for n := 0; at.Before(start.AddDate(2, 0, 0)); n++ {
					before := c.onCall()
					if c.days == 0 && c.turn == 0 && c.day == start.Format(time.DateOnly) {
						c.days = -1 // the first hand-over begins the first shift
					}
					if c.walk(at, days) {
						handOvers++
						if got := r.OnCall(at.Add(-time.Second)); got != before {
							t.Fatalf("a second before the hand-over at %s %q is on call, want %q", at.In(zone), got, before)
						}
					} else if n%43 != 0 {
						at = at.Add(15 * time.Minute)
						continue
					}
					if got := r.OnCall(at); got != c.onCall() {
						t.Fatalf("at %s %q is on call, want %q", at.In(zone), got, c.onCall())
					}
					at = at.Add(15 * time.Minute)
				}
				if want := 730/days - 1; handOvers < want {
					t.Errorf("%d hand-overs in two years, want %d at least", handOvers, want)
				}
			})
		}
	}
}

// TestHalfDaysChangeTwiceByTheClock is for shifts shorter than a day: night and day stay night and day.
func TestHalfDaysChangeTwiceByTheClock(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Vienna")
	if err != nil {
		t.Fatal(err)
	}
	r := Rota{TimeZone: "Europe/Vienna", Start: Date{time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}, HandOver: "08:00", Shift: Duration(12 * time.Hour), Members: []string{"day", "night"}}
	for d := range 300 {
		for hour, want := range map[int]string{7: "night", 8: "day", 19: "day", 20: "night"} {
			if d == 0 && hour == 7 {
				continue // before the first shift
			}
			at := time.Date(2026, 3, 1+d, hour, 0, 0, 0, zone)
			if got := r.OnCall(at); got != want {
				t.Fatalf("at %s %q is on call, want %q", at, got, want)
			}
		}
	}
}

// TestClockPutBackDoesNotHandOverTwice is for a hand-over within the hour that the clock shows twice.
func TestClockPutBackDoesNotHandOverTwice(t *testing.T) {
	r := Rota{TimeZone: "Europe/Vienna", Start: Date{time.Date(2026, 10, 20, 0, 0, 0, 0, time.UTC)}, HandOver: "02:30", Shift: Duration(day), Members: []string{"ann", "ben"}}
	var turns []string
	for m := 0; m < 180; m += 10 { // from 01:30 summer time to 03:30 winter time
		at := time.Date(2026, 10, 24, 23, 30, 0, 0, time.UTC).Add(time.Duration(m) * time.Minute)
		if who := r.OnCall(at); len(turns) == 0 || turns[len(turns)-1] != who {
			turns = append(turns, who)
		}
	}
	if got := fmt.Sprint(turns); got != "[ann ben]" && got != "[ben ann]" {
		t.Errorf("those on call change %v, want one hand-over", turns)
	}
}

func TestHoleOfARotaIsFilledForCalling(t *testing.T) {
	day := func(n int) Date { return Date{time.Date(2026, 3, n, 0, 0, 0, 0, time.UTC)} }
	way := []Contact{{Kind: "email", To: "x@example.com"}}
	p := &Plan{
		CoreTeam:     []Person{{ID: "ann", Contact: way}, {ID: "ben"}, {ID: "cat", Contact: []Contact{{Kind: "phone", To: TBD}}}, {ID: "dan", Contact: way}},
		ExtendedTeam: []Person{{ID: "firm", Body: true, Contact: way}},
		Groups:       []Group{{ID: "none", Members: []string{"ceo"}}},
		Unlisted:     []Unlisted{{ID: "ceo", Name: "CEO"}},
		Rotas: []Rota{
			{ID: "first-unreachable", Start: day(1), HandOver: "00:00", Shift: Duration(24 * time.Hour), Members: []string{"ben", "cat", "dan", "ann"}},
			{ID: "cover-unlisted", Start: day(1), Members: []string{"ann", "dan"}, Cover: []RotaOverride{{From: day(1), To: day(30), Person: "ceo"}}},
			{ID: "group-of-nobody", Start: day(1), Members: []string{"none", "dan"}},
			{ID: "a-body", Start: day(1), Members: []string{"firm", "dan"}},
			{ID: "none-reachable", Start: day(1), Members: []string{"none", "ben", "cat"}},
			{ID: "nobody", Start: day(1), Members: []string{"ceo", "none"}},
			{ID: "not-begun", Start: Date{time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)}, Members: []string{"ann", "dan"}},
		},
	}
	at := time.Date(2026, 3, 5, 12, 0, 0, 0, time.UTC) // the fifth shift of a day: ben's
	for rota, want := range map[string]string{
		"first-unreachable": "[dan]", "cover-unlisted": "[ann]", "group-of-nobody": "[dan]", "a-body": "[dan]",
		"none-reachable": "[ben]", "nobody": "[]", "not-begun": "[ann]", "ann": "[ann]",
	} {
		if got := fmt.Sprint(p.ToCall([]string{rota}, at)); got != want {
			t.Errorf("for %s %s is called, want %s", rota, got, want)
		}
	}
	if got := p.Members("cover-unlisted", at); len(got) != 0 {
		t.Errorf("%v may decide in the place of somebody unlisted", got)
	}
}
