package engine_test

import (
	"maps"
	"testing"
	"testing/fstest"

	"filippo.io/age"

	"tocsin/engine"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/plan"
	"tocsin/plan/contacts"
	"tocsin/store/memory"
)

// sealedAway is the small plan with everybody's contacts in a file that the key opens, and nowhere else.
func sealedAway(t *testing.T) (p *plan.Plan, files map[string][]byte, key string) {
	t.Helper()
	p, files = small(t)
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	d := &contacts.Details{Salt: [32]byte{7}, Contacts: map[string][]plan.Contact{}}
	for _, team := range [][]plan.Person{p.CoreTeam, p.ExtendedTeam} {
		for i := range team {
			d.Contacts[team[i].ID], team[i].Contact = team[i].Contact, nil
		}
	}
	files = maps.Clone(files)
	if files["people.age"], err = contacts.Seal(d, []string{id.Recipient().String()}); err != nil {
		t.Fatal(err)
	}
	p.Contacts = plan.ContactsFile{File: "people.age", Hash: d.Hash()}
	return p, files, id.String()
}

func TestSealedContactsAreCalled(t *testing.T) {
	p, files, key := sealedAway(t)
	e := engine.New(engine.Options{Store: memory.New(nil), Now: newClock().now, Contacts: func(p *plan.Plan, files map[string][]byte) error {
		return contacts.Open(p, files, key)
	}})
	if _, err := e.Pin(t.Context(), p, files); err != nil {
		t.Fatal(err)
	}
	if err := e.Reachable(t.Context(), p.Protocol); err != nil {
		t.Fatal(err)
	}
	v := report(t, e)
	rung := 0
	for _, h := range happened(t, v) {
		if ev, ok := h.Event.(incident.EventPageRung); ok && ev.To != "" {
			rung++
		}
	}
	if rung == 0 {
		t.Error("nobody was called by what the file holds")
	}
	if v.State.Plan != p.Hash() {
		t.Error("the incident runs under another plan")
	}
}

func TestWithoutAKeyNobodyIsTakenForUnreachable(t *testing.T) {
	p, files, key := sealedAway(t)
	st, clock := memory.New(nil), newClock()
	blind := engine.New(engine.Options{Store: st, Now: clock.now})
	if _, err := blind.Pin(t.Context(), p, files); err != nil {
		t.Fatal(err)
	}
	for name, e := range map[string]*engine.Engine{
		"no key": blind,
		"the wrong file": engine.New(engine.Options{Store: st, Now: clock.now, Contacts: func(p *plan.Plan, _ map[string][]byte) error {
			return contacts.Open(p, map[string][]byte{"people.age": []byte("x")}, key)
		}}),
	} {
		if err := e.Reachable(t.Context(), p.Protocol); err == nil {
			t.Errorf("%s: everybody can be called", name)
		}
		_, err := e.Open(t.Context(), incident.Command{Actor: as("ada"), Op: incident.OpOpen{Issue: "theft", Text: "Money is gone"}})
		if !fault.Is(err, fault.Unavailable) {
			t.Errorf("%s: opening answers %v", name, err)
		}
	}
}

func TestAPlanWithSealedContactsSurvivesItsFolder(t *testing.T) {
	p, files, key := sealedAway(t)
	st := memory.New(nil)
	if _, err := engine.New(engine.Options{Store: st, Now: newClock().now}).Pin(t.Context(), p, files); err != nil {
		t.Fatal(err)
	}
	back, err := engine.New(engine.Options{Store: st}).Files(t.Context(), p.Protocol)
	if err != nil {
		t.Fatal(err)
	}
	folder := fstest.MapFS{}
	for name, b := range back {
		folder[name] = &fstest.MapFile{Data: b}
	}
	if _, ok := folder["people.age"]; !ok {
		t.Fatal("the sealed file is not kept with the plan")
	}
	d, err := contacts.Unseal(back["people.age"], key)
	if err != nil || len(d.Contacts) == 0 {
		t.Errorf("the kept file does not open: %v", err)
	}
}
