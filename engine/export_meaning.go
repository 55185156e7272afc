package engine

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"tocsin/arm"
	"tocsin/decision"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
	"tocsin/upkeep"
)

// meaning checks what an export's records of arming and of upkeep say against the plans that it holds: that what was armed was armed by
// those whom the plan asks, and that keys that were tried were held. Its zero value has seen nothing.
type meaning struct {
	armings map[uint64]decision.Arming
	armed   []armedOnce
	tried   []triedOnce
	failed  []string
}

// armedOnce is an arming as it was when enough had signed.
type armedOnce struct {
	decision.Arming
	at time.Time
}

// triedOnce is a signature by which somebody showed that they hold a key.
type triedOnce struct {
	upkeep.EventTried
	at time.Time
}

func (m *meaning) fail(format string, args ...any) {
	m.failed = append(m.failed, fmt.Sprintf(format, args...))
}

// see takes in a record whose place in its chain holds, or not: that is said elsewhere.
func (m *meaning) see(r journal.Record) {
	switch kind, _, _ := strings.Cut(r.Stream, "/"); kind {
	case kindArms:
		h, err := arm.Decode(r)
		if err != nil {
			m.unread(r, err)
			return
		}
		m.arms(h)
	case kindUpkeep:
		h, err := upkeep.Decode(r)
		if err != nil {
			m.unread(r, err)
			return
		}
		if e, ok := h.Event.(upkeep.EventTried); ok && e.Of == "" {
			m.tried = append(m.tried, triedOnce{e, h.At})
		}
	}
}

func (m *meaning) unread(r journal.Record, err error) {
	var newer *arm.UnknownKind
	var later *upkeep.UnknownKind
	if errors.As(err, &newer) || errors.As(err, &later) {
		m.fail("Record %d of %s is of a newer release: what it means cannot be checked. Verify it with that release.", r.Seq, r.Stream)
		return
	}
	m.fail("Record %d of %s cannot be read: %s", r.Seq, r.Stream, fault.Sentence(err))
}

func (m *meaning) arms(h arm.Happened) {
	switch e := h.Event.(type) {
	case arm.EventAsked:
		if m.armings == nil {
			m.armings = map[uint64]decision.Arming{}
		}
		m.armings[e.Arming.Number] = e.Arming
	case arm.EventAnswered:
		a := m.armings[e.Number]
		a.Answers = append(a.Answers, e.Answer)
		if m.armings != nil {
			m.armings[e.Number] = a
		}
	case arm.EventArmed:
		a := m.armings[e.Number]
		a.Number = e.Number
		m.armed = append(m.armed, armedOnce{a, h.At})
	}
}

// check says what does not follow from the plans, which are canonical, by hash.
func (m *meaning) check(plans map[string]string) []string {
	parsed := map[evm.Hash]*plan.Plan{}
	named := func(hash evm.Hash) *plan.Plan {
		if _, ok := parsed[hash]; !ok {
			p, err := plan.ParseCanonical([]byte(plans[hash.Hex()]))
			if err != nil || p.Hash() != hash {
				p = nil
			}
			parsed[hash] = p
		}
		return parsed[hash]
	}
	for _, a := range m.armed {
		p := named(a.Message.Plan)
		if p == nil {
			m.fail("The arming %d was signed under the plan %s, which is not in the export.", a.Number, a.Message.Plan.Hex())
			continue
		}
		if err := a.Follows(p); err != nil {
			m.fail("The arming %d does not hold: %s", a.Number, fault.Sentence(err))
		} else if st := a.Status(p, a.at); st.State != decision.Met {
			m.fail("The arming %d does not hold: it was armed without those whom the plan asks. %s", a.Number, st.Say)
		}
	}
	for _, x := range m.tried {
		p := named(x.Plan)
		if p == nil {
			m.fail("%s tried a key under the plan %s, which is not in the export.", x.Person, x.Plan.Hex())
		} else if err := x.holds(p); err != nil {
			m.fail("That %s tried a key on %s does not hold: %s", x.Person, x.Day, fault.Sentence(err))
		}
	}
	return m.failed
}

// holds says why the signature does not show that the person held the key; nil if it does.
func (x triedOnce) holds(p *plan.Plan) error {
	day, err := time.Parse(time.DateOnly, x.Day)
	if err != nil {
		return fault.New(fault.Invalid, "%q is no day.", x.Day)
	}
	person, ok := p.Person(x.Person)
	if !ok {
		return fault.New(fault.Invalid, "The plan has no such person.")
	}
	msg := decision.Trial(p, &person, day)
	var signer evm.Address
	if x.Fact != nil {
		signer, err = decision.VerifyContract(msg, x.Signature, x.Fact, &person, x.at)
	} else {
		signer, err = decision.Verify(msg, x.Signature, &person, x.at)
	}
	if err == nil && signer != x.Signer {
		err = fault.New(fault.Invalid, "%s signed it, not %s.", decision.CalledIn(p, x.Person, signer), decision.CalledIn(p, x.Person, x.Signer))
	}
	return err
}
