package document

import (
	"time"

	"tocsin/evm"
	"tocsin/plan"
)

// team writes who is there and how to reach them. A public sheet has the roles only.
func (b *binder) team() chapter {
	c := chapter{ID: "team", Title: "Who we are, and how to reach us"}
	if b.public {
		c.Title = "Roles"
		c.text(sayf("Who we are and how to reach us is left out of the public plan."))
		c.Parts = append(c.Parts, b.roles())
		return c
	}
	for _, t := range []struct {
		id, title string
		persons   []plan.Person
	}{{"core-team", "Core team", b.p.CoreTeam}, {"extended-team", "Extended team", b.p.ExtendedTeam}} {
		part := chapter{ID: t.id, Title: t.title}
		for i := range t.persons {
			part.Parts = append(part.Parts, b.personOf(&t.persons[i]))
		}
		c.Parts = append(c.Parts, part)
	}
	if len(b.p.Groups) > 0 {
		part := chapter{ID: "groups", Title: "Groups"}
		for i := range b.p.Groups {
			g := &b.p.Groups[i]
			t := titled("group."+g.ID, g.Name, g.ID)
			var f facts
			f.add("Members", series(b.whoAll(g.Members), "and"))
			if g.Need > 0 {
				f.add("When the group must approve", sayf("%d of them", g.Need))
			}
			t.facts(f)
			part.Parts = append(part.Parts, t)
		}
		c.Parts = append(c.Parts, part)
	}
	if len(b.p.Rotas) > 0 {
		part := chapter{ID: "rotas", Title: "On call"}
		for i := range b.p.Rotas {
			part.Parts = append(part.Parts, b.rotaOf(&b.p.Rotas[i]))
		}
		c.Parts = append(c.Parts, part)
	}
	c.Parts = append(c.Parts, b.roles())
	if len(b.p.Unlisted) > 0 {
		part := chapter{ID: "unlisted", Title: "On no list"}
		part.text(sayf("The plan names them, and no list says who they are."))
		var rows []words
		for _, u := range b.p.Unlisted {
			rows = append(rows, words{{Text: clipped(u.Name), Open: true}})
		}
		part.items("", rows)
		c.Parts = append(c.Parts, part)
	}
	return c
}

func (b *binder) personOf(r *plan.Person) chapter {
	c := titled("person."+r.ID, r.Name, r.ID)
	c.text(say(r.Title))
	var f facts
	var ladder []words
	for _, way := range r.Ladder() {
		ladder = append(ladder, contact(way))
	}
	if len(ladder) == 0 {
		ladder = []words{b.unreachable()}
	}
	f.add("Reach", ladder...)
	f.add("Answers for", series(each(r.Categories, b.category), "and"))
	f.add("Roles", series(b.whoAll(r.Roles), "and"))
	f.add("Duties", saidAll(r.Duties)...)
	f.add("Backups", series(b.whoAll(r.Backups), "then"))
	if r.TimeZone != "" {
		f.add("Time zone", say(r.TimeZone))
	}
	for _, k := range r.Keys {
		f.add("Signs with", b.key(k))
	}
	c.facts(f)
	return c
}

func (b *binder) key(k plan.Key) words {
	var w words
	switch {
	case k.Kind == "passkey":
		w = beside(sayf("passkey "), code(k.Passkey))
		if k.Site != "" {
			w = beside(w, sayf(" on "), code(k.Site))
		}
	case k.Kind == "contract":
		w = beside(sayf("contract "), account(k.Address), sayf(" on "), b.chain(k.Chain))
	case k.Address != evm.Address{}:
		w = account(k.Address)
	default:
		w = missing("the key's address")
	}
	if k.Note != "" {
		w = beside(w, sayf(" ("), say(k.Note), sayf(")"))
	}
	return w
}

func (b *binder) rotaOf(r *plan.Rota) chapter {
	c := titled("rota."+r.ID, r.Name, r.ID)
	c.facts(b.shifts(r))
	return c
}

// shifts says who is on call in turn, without asking the time.
func (b *binder) shifts(r *plan.Rota) facts {
	var f facts
	f.add("In turn", series(b.whoAll(r.Members), "then"))
	at := r.HandOver
	if at == "" {
		at = "09:00"
	}
	zone := r.TimeZone
	if zone == "" {
		zone = "UTC"
	}
	f.add("Hand-over", sayf("%s at %s %s, beginning %s", every(r.Shift.Or(7*oneDay)), clipped(at), clipped(zone), dated(r.Start, "on a day still to be written")))
	for _, o := range r.Cover {
		f.add("Instead", beside(sayf("%s to %s: ", dated(o.From, "?"), dated(o.To, "?")), b.who(o.Person)))
	}
	return f
}

func (b *binder) roles() chapter {
	c := chapter{ID: "roles", Title: "Roles in an incident"}
	for i := range b.p.Roles {
		r := &b.p.Roles[i]
		t := titled("role."+r.ID, r.Name, r.ID)
		var f facts
		if !b.public {
			f.add("Held by", series(few(b.holders(r.ID)), "or"))
		}
		t.facts(f)
		t.items("", saidAll(r.Duties))
		c.Parts = append(c.Parts, t)
	}
	return c
}

// communications writes who hears what by when, and the channels.
func (b *binder) communications() chapter {
	c := chapter{ID: "communications", Title: "Who hears from us, and when"}
	for i := range b.p.Communications {
		m := &b.p.Communications[i]
		t := titled("communication."+m.ID, m.Name, m.ID)
		var f facts
		if m.Audience == "" {
			f.add("To", missing("the audience"))
		} else {
			f.add("To", say(m.Audience))
		}
		f.add("When", due(m.Timing))
		f.add("Only for", b.reach(m))
		f.add("Where", b.places(m))
		if m.Responsible == "" {
			f.add("Who writes it", missing("who writes it"))
		} else {
			f.add("Who writes it", b.who(m.Responsible))
		}
		if m.Approval != "" {
			f.add("Before it goes out", b.decision(m.Approval))
		}
		t.facts(f)
		if m.Template != "" {
			t.Blocks = append(t.Blocks, block{Label: "Its form", Quote: clean(m.Template)})
		}
		c.Parts = append(c.Parts, t)
	}
	if len(b.p.Channels) > 0 {
		part := chapter{ID: "channels", Title: "Channels"}
		for i := range b.p.Channels {
			ch := &b.p.Channels[i]
			t := titled("channel."+ch.ID, ch.Name, ch.ID)
			var f facts
			f.add("Kind", say(ch.Kind))
			f.add("Address", web(ch.To))
			if ch.Public {
				f.add("Read by", sayf("everybody"))
			}
			t.facts(f)
			part.Parts = append(part.Parts, t)
		}
		c.Parts = append(c.Parts, part)
	}
	return c
}

// reach says for which incidents a message is owed; nothing if for all.
func (b *binder) reach(m *plan.Communication) words {
	all := each(m.Categories, b.category)
	all = append(all, each(m.Issues, b.issue)...)
	w := series(all, "and")
	if len(m.Severities) > 0 {
		if len(w) > 0 {
			w = beside(w, sayf("; "))
		}
		w = beside(w, sayf("severity "), series(each(m.Severities, b.severity), "or"))
	}
	return w
}

// places says where a message is posted.
func (b *binder) places(m *plan.Communication) words {
	if m.Channel == "" {
		return missing("the channel")
	}
	w := series(append([]words{b.channel(m.Channel)}, each(m.Also, b.channel)...), "and")
	if m.Backup != "" {
		w = beside(w, sayf("; if it fails: "), b.channel(m.Backup))
	}
	return w
}

// inTime says a length of time as a bound; nothing if there is none.
func inTime(d plan.Duration) words {
	if d <= 0 {
		return nil
	}
	return sayf("within %s", spell(time.Duration(d)))
}
