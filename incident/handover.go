package incident

import (
	"slices"
	"strings"
	"time"

	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

// Offer is a role that somebody is asked to take. Until they accept, whoever holds it keeps it.
type Offer struct {
	Role string    `json:"role"`
	From string    `json:"from,omitempty"` // who holds it; empty if nobody does
	To   string    `json:"to"`
	By   string    `json:"by"` // who asks
	At   time.Time `json:"at"`
	Note string    `json:"note,omitempty"`
}

// OpHandOver asks somebody to take a role over. Whoever holds it keeps it until the other accepts.
type OpHandOver struct {
	Role, To string
	Note     string // what the other has to know
}

// OpAccept takes a role that was offered; Actor is whom it was offered to.
type OpAccept struct{ Role string }

// OpDecline refuses a role that was offered.
type OpDecline struct{ Role, Why string }

// OpLeave says that a person leaves who had come: their roles go to others, and their backups are called.
type OpLeave struct{ Note string }

func (OpHandOver) op() {}
func (OpAccept) op()   {}
func (OpDecline) op()  {}
func (OpLeave) op()    {}

// The events of handing over and leaving.
type (
	EventRoleOffered struct {
		Role string           `json:"role"`
		From string           `json:"from,omitempty"`
		To   string           `json:"to"`
		By   string           `json:"by"`
		Note journal.Personal `json:"note,omitzero"`
	}
	EventRoleDeclined struct {
		Role   string           `json:"role"`
		Person string           `json:"person"`
		Why    journal.Personal `json:"why,omitzero"`
	}
	EventLeft struct {
		Person string           `json:"person"`
		Note   journal.Personal `json:"note,omitzero"`
	}
)

func (EventRoleOffered) Kind() string  { return "role-offered" }
func (EventRoleDeclined) Kind() string { return "role-declined" }
func (EventLeft) Kind() string         { return "left" }

// Offered returns the offer of a role, nil if there is none.
func (s *State) Offered(role string) *Offer {
	return find(s.Offers, func(o *Offer) bool { return o.Role == role })
}

// applyOffer applies the events of handing over and leaving; false if h is not one.
func (s *State) applyOffer(h Happened) bool {
	switch e := h.Event.(type) {
	case EventRoleOffered:
		s.dropOffers(func(o Offer) bool { return o.Role == e.Role })
		s.Offers = append(s.Offers, Offer{Role: e.Role, From: e.From, To: e.To, By: e.By, At: h.At, Note: string(e.Note)})
	case EventRoleDeclined:
		s.dropOffers(func(o Offer) bool { return o.Role == e.Role })
	case EventLeft:
		a := Answer{Person: e.Person, Answer: Cannot, Left: true, At: h.At, Note: string(e.Note)}
		s.Answers = append(slices.DeleteFunc(s.Answers, func(b Answer) bool { return b.Person == e.Person }), a)
		s.dropOffers(func(o Offer) bool { return o.To == e.Person })
	default:
		return false
	}
	return true
}

func (s *State) dropOffers(which func(Offer) bool) { s.Offers = slices.DeleteFunc(s.Offers, which) }

// offer asks somebody to take a role, and calls them if they have not come.
func (d *decider) offer(op OpHandOver) error {
	who, err := d.responder()
	if err != nil {
		return err
	}
	role, err := roleNamed(d.p, op.Role)
	if err != nil {
		return err
	}
	to, err := personNamed(d.p, op.To)
	if err != nil {
		return err
	}
	note, err := words(op.Note, "note", false)
	if err != nil {
		return err
	}
	if holders := d.p.Holders(role.ID, d.now); !slices.Contains(holders, to.ID) {
		return notHolder(d.p, to, role, holders)
	}
	holder := d.s.Holder(role.ID)
	if holder == to.ID {
		return fault.New(fault.Conflict, "%s is %s already.", to.Name, role.Name)
	}
	if o := d.s.Offered(role.ID); o != nil && o.To == to.ID {
		return fault.New(fault.Conflict, "%s was asked at %s already.", to.Name, clock(o.At))
	}
	d.emit(EventRoleOffered{Role: role.ID, From: holder, To: to.ID, By: who, Note: journal.Personal(note)})
	if !d.s.here(to.ID) {
		d.callPerson(to.ID, "to be "+strings.ToLower(role.Name))
	}
	return nil
}

// offered returns the role that was offered to a person.
func (d *decider) offered(who, role string) (*Offer, error) {
	o := d.s.Offered(role)
	if o == nil || o.To != who {
		r, _ := d.p.Role(role)
		return nil, fault.New(fault.Conflict, "Nobody asks you to be %s.", strings.ToLower(r.Name)).Instead("Take the role, if that is agreed.")
	}
	return o, nil
}

func (d *decider) accept(op OpAccept) error {
	who, err := d.responder()
	if err != nil {
		return err
	}
	o, err := d.offered(who, op.Role)
	if err != nil {
		return err
	}
	d.emit(EventRoleTaken{Role: o.Role, Person: who})
	return nil
}

func (d *decider) decline(op OpDecline) error {
	who, err := d.responder()
	if err != nil {
		return err
	}
	o, err := d.offered(who, op.Role)
	if err != nil {
		return err
	}
	why, err := words(op.Why, "reason", false)
	if err != nil {
		return err
	}
	d.emit(EventRoleDeclined{Role: o.Role, Person: who, Why: journal.Personal(why)})
	return nil
}

// leave takes a person out who had come. What they signed stays signed; steps that they began can be taken over.
func (d *decider) leave(op OpLeave) error {
	who, err := d.responder()
	if err != nil {
		return err
	}
	if !d.s.here(who) {
		return fault.New(fault.Conflict, "You have not said that you come.").Instead("Answer that you cannot.")
	}
	note, err := words(op.Note, "note", false)
	if err != nil {
		return err
	}
	heir := map[string]string{} // roles that the person has asked somebody present to take
	for _, o := range d.s.Offers {
		if o.From == who && d.s.here(o.To) {
			heir[o.Role] = o.To
		}
	}
	d.emit(EventLeft{Person: who, Note: journal.Personal(note)})
	for _, pg := range slices.Clone(d.s.Pages) {
		if pg.Person == who && pg.State == Ringing {
			d.emit(EventPageEnded{Page: pg.ID, State: Ended})
		}
	}
	for _, h := range slices.Clone(d.s.Roles) {
		if to := heir[h.Role]; h.Person == who && to != "" {
			d.emit(EventRoleTaken{Role: h.Role, Person: to})
		}
	}
	d.handOver(who)
	d.replace(who)
	return nil
}

// acceptTasks asks a person to take the roles that are offered to them.
func acceptTasks(p *plan.Plan, s *State, person string, add func(Task)) {
	for _, o := range s.Offers {
		if o.To != person {
			continue
		}
		role, _ := p.Role(o.Role)
		say := NameOf(p, o.By) + " asks you to."
		if o.From != "" {
			say = NameOf(p, o.From) + " holds it until you accept."
		}
		if o.Note != "" {
			say += " “" + o.Note + "”"
		}
		if len(role.Duties) > 0 {
			say += " What it asks of you: " + strings.Join(role.Duties, "; ") + "."
		}
		add(Task{Kind: TaskAccept, Ref: o.Role, Title: "Accept or decline: " + role.Name, Say: say})
	}
}
