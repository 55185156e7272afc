package incident

import (
	"slices"
	"time"

	"tocsin/journal"
)

// The bounds of what is followed when nobody answers.
const (
	forecastTicks = 2000
	forecastTime  = 24 * time.Hour
)

// machine stands for whatever reports a finding or lets time pass.
var machine = journal.Actor{Kind: journal.Clock}

func person(id string) journal.Actor { return journal.Actor{Kind: journal.Person, ID: id} }

// stage does something on the main line, tells who is called because of it, and lets those people come.
func (f *forecast) stage(moment string, by journal.Actor, op Op) error {
	events, err := Decide(f.plan, f.main, Command{Actor: by, Op: op}, f.at)
	if err != nil {
		return err
	}
	for _, e := range events {
		h := Happened{Event: e, At: f.at, Actor: by}
		f.happened = append(f.happened, h)
		f.main.Apply(h)
	}
	if err := f.silence(moment, events); err != nil {
		return err
	}
	return f.come()
}

// come lets everybody come who is being called.
func (f *forecast) come() error {
	for {
		i := slices.IndexFunc(f.main.Pages, func(pg Page) bool { return pg.State == Ringing })
		if i < 0 {
			return nil
		}
		by, op := person(f.main.Pages[i].Person), OpAnswer{Answer: Coming}
		events, err := Decide(f.plan, f.main, Command{Actor: by, Op: op}, f.at)
		if err != nil {
			return err
		}
		for _, e := range events {
			h := Happened{Event: e, At: f.at, Actor: by}
			f.happened = append(f.happened, h)
			f.main.Apply(h)
		}
	}
}

// silence follows what happens if nobody answers from a moment on, whose events are given, until nobody new is called.
func (f *forecast) silence(moment string, events []Event) error {
	l := &sideLine{forecast: f, moment: moment, state: Replay(f.happened), pages: map[string]Page{}}
	if moment == momentDetection {
		l.rounds = 1 // everyone is called once; after validation those come who were called at detection
	}
	for _, e := range events {
		l.note(e, f.at)
	}
	for now, n := f.at, 0; n < forecastTicks && l.waits(now); n++ {
		due := NextDue(f.plan, l.state)
		if due.IsZero() || due.Sub(f.at) > forecastTime {
			return nil
		}
		if due.After(now) {
			now = due
		}
		events, err := Decide(f.plan, l.state, Command{Actor: machine, Op: OpTick{}}, now)
		if err != nil {
			return err
		}
		for _, e := range events {
			l.state.Apply(Happened{Event: e, At: now, Actor: machine})
			l.note(e, now)
		}
		if len(events) == 0 {
			return nil // nothing follows from what was due
		}
	}
	return nil
}

// sideLine is what happens from a moment on while nobody answers.
type sideLine struct {
	*forecast
	moment string
	state  *State
	pages  map[string]Page // those told of
	rounds int             // of calling everyone that are still to be told of
	latest bool            // what follows belongs to a further round of calling everyone
}

// waits reports whether somebody may still be called who was not.
func (l *sideLine) waits(now time.Time) bool {
	if l.rounds > 0 {
		return true
	}
	for id := range l.pages {
		if l.state.page(id).State == Ringing {
			return true
		}
	}
	for _, x := range l.state.Decisions {
		if x.State == Open && slices.ContainsFunc(standIns(l.plan, l.state, x), func(in standIn) bool { return in.at.After(now) && in.at.Before(x.Expires) }) {
			return true
		}
	}
	return false
}

// note tells of a call.
func (l *sideLine) note(e Event, now time.Time) {
	switch e := e.(type) {
	case EventEscalated:
		if e.Moment == momentEveryone {
			l.latest = l.rounds == 0
			l.rounds = max(l.rounds-1, 0)
		}
	case EventPageRequested:
		if l.latest && e.Why == whyEveryone {
			return
		}
		l.pages[e.Page] = Page{ID: e.Page, Person: e.Person, Why: e.Why}
	case EventPageRung:
		pg, ok := l.pages[e.Page]
		if ok {
			pg.Rung++
			l.pages[e.Page] = pg
			l.tell(pg, e.Contact, now)
		}
	case EventPageEnded:
		if pg, ok := l.pages[e.Page]; ok && e.State == Exhausted && pg.Rung == 0 {
			l.tell(pg, "", now)
		}
	}
}

func (l *sideLine) tell(pg Page, how string, now time.Time) {
	l.told = append(l.told, Told{
		Moment: l.moment, After: now.Sub(l.at), At: now, Page: pg.ID,
		Person: pg.Person, Name: NameOf(l.plan, pg.Person), How: how, Why: pg.Why,
	})
}
