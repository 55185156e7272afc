package incident

import (
	"slices"
	"strings"
	"time"

	"tocsin/decision"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

// The kinds of things that can be distrusted.
const (
	DistrustChannel = "channel" // a channel of the plan, or a kind of contact: email, sms, …
	DistrustAccount = "account" // an address, number or handle, as the plan writes it
	DistrustPerson  = "person"
	DistrustKey     = "key"  // the address that somebody signs with
	DistrustHost    = "host" // a name of a server: whatever leads over it
)

// Distrusted lists the kinds.
var Distrusted = [...]string{DistrustChannel, DistrustAccount, DistrustPerson, DistrustKey, DistrustHost}

// Distrust is one thing that does not count in an incident: nobody is called over it, nothing is posted to it, and what comes
// by it is not believed.
type Distrust struct {
	Kind string    `json:"kind"`
	Ref  string    `json:"ref"`
	By   string    `json:"by"`
	At   time.Time `json:"at"`
	Why  string    `json:"why,omitempty"`
}

// OpDistrust says that something is in wrong hands, or may be.
type OpDistrust struct{ Kind, Ref, Why string }

// OpTrust says that something distrusted can be trusted again. At a severity that wants a second person it takes two.
type OpTrust struct{ Kind, Ref, Why string }

func (OpDistrust) op() {}
func (OpTrust) op()    {}

// The events of distrust.
type (
	EventDistrusted struct {
		What string           `json:"what"`
		Ref  journal.Personal `json:"ref"`
		By   string           `json:"by"`
		Why  journal.Personal `json:"why,omitzero"`
	}
	EventTrusted struct {
		What string           `json:"what"`
		Ref  journal.Personal `json:"ref"`
		By   string           `json:"by"`
		Why  journal.Personal `json:"why,omitzero"`
	}
)

func (EventDistrusted) Kind() string { return "distrusted" }
func (EventTrusted) Kind() string    { return "trusted" }

// Distrusts reports whether a thing is distrusted in the incident.
func (s *State) Distrusts(kind, ref string) bool {
	return slices.ContainsFunc(s.Distrusted, func(x Distrust) bool { return x.Kind == kind && strings.EqualFold(x.Ref, ref) })
}

// Sees reports whether a person may know of the incident: it is not hidden from them, and they are not distrusted in it.
func (s *State) Sees(person string) bool {
	return !slices.Contains(s.Hidden, person) && !s.Distrusts(DistrustPerson, person)
}

// Refusal is why a person may not see the incident nor act in it; nil if they may. Somebody from whom it is hidden is told
// that it does not exist; somebody who was called for it and is distrusted since knows of it, and is told so.
func (s *State) Refusal(person string) error {
	switch {
	case s.Sees(person):
		return nil
	case !slices.Contains(s.Hidden, person) && s.Called(person):
		return fault.New(fault.Forbidden, "You are shut out of this incident: nothing that you do here counts.").Instead("Call your team.")
	}
	return fault.New(fault.NotFound, "There is no incident %q.", s.ID)
}

// unseen lists those who do not see the incident.
func (s *State) unseen() []string {
	list := slices.Clone(s.Hidden)
	for _, x := range s.Distrusted {
		if x.Kind == DistrustPerson && !slices.Contains(list, x.Ref) {
			list = append(list, x.Ref)
		}
	}
	return list
}

// void reports whether an approval does not count: whoever gave it, or the key, is not trusted.
func (s *State) void(a Approval) bool {
	return a.Void != "" || !s.Sees(a.Person) || s.Distrusts(DistrustKey, a.Signer.Hex())
}

// keyless reports whether every key that somebody signs with is distrusted.
func (s *State) keyless(p *plan.Plan, person string) bool {
	if len(s.Distrusted) == 0 {
		return false
	}
	x, _ := p.Person(person)
	keys := decision.Keys(&x)
	return len(keys) > 0 && !slices.ContainsFunc(keys, func(k evm.Address) bool { return !s.Distrusts(DistrustKey, k.Hex()) })
}

// unusable reports whether a way must not be used: a contact or a channel of a kind, with an id if the plan gives it one.
func (s *State) unusable(id, kind, to string) bool {
	for _, x := range s.Distrusted {
		switch x.Kind {
		case DistrustChannel:
			if strings.EqualFold(x.Ref, kind) || id != "" && x.Ref == id {
				return true
			}
		case DistrustAccount:
			if strings.EqualFold(x.Ref, to) {
				return true
			}
		case DistrustHost:
			if leadsOver(to, x.Ref) {
				return true
			}
		}
	}
	return false
}

// trusted is a plan without the ways that the incident distrusts; whoever does not see the incident cannot be reached. It is
// the plan itself as long as nothing is distrusted.
func (s *State) trusted(p *plan.Plan) *plan.Plan {
	if p == nil || len(s.Distrusted)+len(s.Hidden) == 0 {
		return p
	}
	q := *p
	team := func(list []plan.Person) []plan.Person {
		list = slices.Clone(list)
		for i := range list {
			x := &list[i]
			out := func(c plan.Contact) bool { return !s.Sees(x.ID) || s.unusable("", c.Kind, c.To) }
			x.Contact, x.Sealed = slices.DeleteFunc(slices.Clone(x.Contact), out), slices.DeleteFunc(slices.Clone(x.Sealed), out)
		}
		return list
	}
	q.CoreTeam, q.ExtendedTeam = team(p.CoreTeam), team(p.ExtendedTeam)
	q.Channels = slices.DeleteFunc(slices.Clone(p.Channels), func(c plan.Channel) bool { return s.unusable(c.ID, c.Kind, c.To) })
	q.Communications = slices.Clone(p.Communications)
	for i := range q.Communications {
		c := &q.Communications[i]
		if _, ok := q.Channel(c.Channel); !ok {
			if _, ok := q.Channel(c.Backup); ok {
				c.Channel, c.Backup = c.Backup, ""
			}
		}
	}
	return &q
}

// mute reports whether no channel of a communication can be used.
func mute(p *plan.Plan, c plan.Communication) bool {
	return c.Channel != "" && len(channelsOf(p, c)) == 0
}

// Whole reports whether a page's link still counts: the person is trusted, and no message with it went over a way that is not.
func (s *State) Whole(p *plan.Plan, page, person string) bool { return s.WholeOf(p, s, page, person) }

// WholeOf is Whole for the link of a page of another incident, which was merged into this one.
func (s *State) WholeOf(p *plan.Plan, from *State, page, person string) bool {
	if !s.Sees(person) {
		return false
	}
	x, _ := p.Person(person)
	pg := from.page(page)
	return pg == nil || !slices.ContainsFunc(pg.Calls, func(c Call) bool {
		return slices.ContainsFunc(x.Ladder(), func(w plan.Contact) bool { return w.Kind == c.Contact && s.unusable("", w.Kind, w.To) })
	})
}

func (d *decider) distrust(op OpDistrust) error {
	who, err := d.person()
	if err != nil {
		return err
	}
	if err := d.live(); err != nil {
		return err
	}
	ref := strings.TrimSpace(clean(op.Ref))
	why, err := words(op.Why, "reason", false)
	if err != nil {
		return err
	}
	switch {
	case !slices.Contains(Distrusted[:], op.Kind):
		return fault.New(fault.Invalid, "%q cannot be distrusted.", op.Kind).Instead("Name one of these: %s.", strings.Join(Distrusted[:], ", "))
	case ref == "" || len(ref) > maxRef:
		return fault.New(fault.Invalid, "What is distrusted is missing or too long.").Instead("Write it as the plan does.")
	}
	if op.Kind == DistrustPerson {
		x, err := personNamed(d.p, ref)
		if err != nil {
			return err
		}
		ref = x.ID
	}
	if d.s.Distrusts(op.Kind, ref) {
		return fault.New(fault.Conflict, "The %s %s is distrusted already.", op.Kind, ref)
	}
	if op.Kind == DistrustPerson {
		if both, err := d.shutOut(whatDistrust, who, why, op.Kind+" "+ref, []string{ref}); err != nil || !both {
			return err
		}
	}
	d.emit(EventDistrusted{What: op.Kind, Ref: journal.Personal(ref), By: who, Why: journal.Personal(why)})
	d.reconsider()
	return nil
}

func (d *decider) trust(op OpTrust) error {
	who, err := d.person()
	if err != nil {
		return err
	}
	if err := d.live(); err != nil {
		return err
	}
	why, err := words(op.Why, "reason", true)
	if err != nil {
		return err
	}
	if !d.s.Distrusts(op.Kind, op.Ref) {
		return fault.New(fault.Conflict, "The %s %s is not distrusted.", op.Kind, op.Ref)
	}
	if both, err := d.needSecond(whatTrust, who, why, op.Kind+" "+op.Ref); err != nil || !both {
		return err
	}
	d.emit(EventTrusted{What: op.Kind, Ref: journal.Personal(op.Ref), By: who, Why: journal.Personal(why)})
	d.reconsider()
	if op.Kind == DistrustPerson {
		d.escalateAgain() // they were told of nothing meanwhile
	}
	return nil
}

// maxRef is the longest name of a thing that is distrusted, in bytes.
const maxRef = 512

// shutOut checks that people may be kept from the incident. One person may keep out one other at once; a second one, or
// several, takes two: else whoever is quick could be left alone with it.
func (d *decider) shutOut(what, who, why, to string, people []string) (bool, error) {
	if slices.Contains(people, who) {
		return false, fault.New(fault.Invalid, "You cannot shut yourself out.").Instead("Leave, if you have to.")
	}
	already := 0
	for _, x := range d.s.Distrusted {
		if x.Kind == DistrustPerson && x.By == who {
			already++
		}
	}
	for _, by := range d.s.HiddenBy {
		if by == who {
			already++
		}
	}
	if already+len(people) <= 1 {
		return true, nil
	}
	return d.agree(what, who, why, to)
}

// reconsider draws what follows from a changed trust: who is out holds and answers nothing, what they approved does not
// count, and whoever is called over a way that is not trusted is called over the next.
func (d *decider) reconsider() {
	d.p = d.s.trusted(d.whole)
	for _, who := range d.s.unseen() {
		for _, pg := range slices.Clone(d.s.Pages) {
			if pg.Person == who && pg.State == Ringing {
				d.emit(EventPageEnded{Page: pg.ID, State: Ended})
			}
		}
		d.handOver(who)
	}
	for _, x := range slices.Clone(d.s.Decisions) {
		if x.State == Met && slices.ContainsFunc(x.Approvals, d.s.void) {
			d.revoke(x)
		}
	}
	for _, pg := range slices.Clone(d.s.Pages) {
		if n := len(pg.Calls); pg.State == Ringing && n > 0 && !d.s.Whole(d.whole, pg.ID, pg.Person) {
			d.ring(pg.ID)
		}
	}
}

// revoke takes a decision back whose approvals no longer suffice, unless it has had its effect already.
func (d *decider) revoke(x Decision) {
	if x.Subject.Kind == SubjectUpdate || d.s.Step(x.Subject.Step).State == Done || !d.s.undermined(d.p, &x, d.now) {
		return
	}
	for i := range d.s.Actions {
		if a := &d.s.Actions[i]; a.Decision == x.ID && !d.s.unsigned(a) && a.State != Gone {
			return // it is signed, and may have been sent
		}
	}
	for _, a := range slices.Clone(d.s.Actions) {
		if a.Decision == x.ID && d.s.unsigned(&a) {
			d.emit(EventActionFailed{ID: a.ID, Why: "Approvals for it no longer count."})
		}
	}
	d.emit(EventDecisionSettled{Decision: x.ID, State: Withdrawn, Say: "Approvals for it no longer count."})
}

// undermined reports whether a decision that was met would not be any more, for approvals of it no longer count.
func (s *State) undermined(p *plan.Plan, x *Decision, now time.Time) bool {
	return slices.ContainsFunc(x.Approvals, s.void) && s.Status(p, x, now).State != Met
}

// applyTrust applies the events of distrust and of hiding; false if h is not one.
func (s *State) applyTrust(h Happened) bool {
	switch e := h.Event.(type) {
	case EventDistrusted:
		s.Distrusted = append(s.Distrusted, Distrust{Kind: e.What, Ref: string(e.Ref), By: e.By, At: h.At, Why: string(e.Why)})
		s.dropSecondTo(whatDistrust, e.What+" "+string(e.Ref))
		if e.What == DistrustPerson {
			s.dropPerson(string(e.Ref))
		}
	case EventTrusted:
		s.Distrusted = slices.DeleteFunc(s.Distrusted, func(x Distrust) bool { return x.Kind == e.What && strings.EqualFold(x.Ref, string(e.Ref)) })
		s.Seconds = slices.DeleteFunc(s.Seconds, func(x Second) bool {
			return x.What == whatTrust && strings.EqualFold(x.To, e.What+" "+string(e.Ref))
		})
	case EventRestricted:
		for _, who := range e.Hide {
			if !slices.Contains(s.Hidden, who) {
				s.Hidden, s.HiddenBy = append(s.Hidden, who), append(s.HiddenBy, e.By)
				s.dropPerson(who)
			}
		}
		s.dropSecond(whatRestrict)
	case EventRevealed:
		if i := slices.Index(s.Hidden, e.Person); i >= 0 && i < len(s.HiddenBy) {
			s.Hidden, s.HiddenBy = slices.Delete(s.Hidden, i, i+1), slices.Delete(s.HiddenBy, i, i+1)
		}
		s.dropSecondTo(whatReveal, e.Person)
	default:
		return false
	}
	return true
}

// dropPerson takes back what somebody has said who is out, but not who holds their roles: that is decided.
func (s *State) dropPerson(who string) {
	s.Answers = slices.DeleteFunc(s.Answers, func(a Answer) bool { return a.Person == who })
	s.Seconds = slices.DeleteFunc(s.Seconds, func(x Second) bool { return x.By == who })
	s.dropOffers(func(o Offer) bool { return o.To == who })
}

func (s *State) dropSecondTo(what, to string) {
	s.Seconds = slices.DeleteFunc(s.Seconds, func(x Second) bool { return x.What == what && x.To == to })
}

// about reports whether what somebody asked for concerns a person: they are not asked to confirm it.
func (x *Second) about(person string) bool {
	return (x.What == whatDistrust || x.What == whatRestrict) && slices.Contains(strings.FieldsFunc(x.To, func(r rune) bool { return r == ' ' || r == ',' }), person)
}

// AskedIn is what somebody asked for, with whom or what it concerns in the plan's words.
func (x *Second) AskedIn(p *plan.Plan) string { return askedIn(p, x.What, x.To) }

func askedIn(p *plan.Plan, what, to string) string {
	switch what {
	case whatDistrust, whatTrust, whatRestrict, whatReveal:
		return what + " " + to
	case whatWaive:
		if c, ok := p.Communication(to); ok {
			return what + " " + c.Name
		}
	}
	return what
}
