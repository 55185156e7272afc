package document

import (
	"fmt"
	"time"

	"tocsin/plan"
)

func (b *binder) decisions() chapter {
	c := chapter{ID: "decisions", Title: "What must be agreed, and by whom"}
	for i := range b.p.Decisions {
		c.Parts = append(c.Parts, b.decisionOf(&b.p.Decisions[i]))
	}
	return c
}

func (b *binder) decisionOf(d *plan.Decision) chapter {
	c := titled("decision."+d.ID, d.Name, d.ID)
	c.text(bold(say(d.Question)))
	for _, w := range b.quorum(d) {
		c.text(w)
	}
	var f facts
	f.add("An approval stands for", sayf("%s", spell(d.Expires.Or(time.Hour))))
	var sets []words
	sets = append(sets, each(d.Actions, b.action)...)
	sets = append(sets, each(d.Steps, b.stepOf)...)
	sets = append(sets, each(d.Updates, b.communication)...)
	if d.Adopts {
		sets = append(sets, sayf("a newer version of this plan comes into force"))
	}
	if len(sets) == 0 {
		sets = []words{missing("what it sets in motion")}
	}
	f.add("Sets in motion", sets...)
	c.facts(f)
	return c
}

// quorum says in sentences whose approval a decision needs.
func (b *binder) quorum(d *plan.Decision) []words {
	var all []words
	var single []words // single approvers, who are said in one sentence
	for _, ref := range d.Required {
		members := b.members(ref)
		switch g, isGroup := b.p.Group(ref); {
		case isGroup && g.Need > 0:
			all = append(all, beside(sayf("%d of %s ", g.Need, ofCount(len(members))), b.who(ref), b.inBrackets(members), sayf(" must approve.")))
		case isGroup && len(members) > 1:
			all = append(all, beside(b.who(ref), b.inBrackets(members), sayf(" must approve; "), missing("how many of them"), sayf(".")))
		default:
			if r, isRole := b.p.Role(ref); isRole && len(b.holders(r.ID)) != 1 {
				all = append(all, beside(b.who(ref), sayf(" must approve; "), missing("how many of those who may hold the role"), sayf(".")))
			} else {
				single = append(single, b.who(ref))
			}
		}
	}
	switch len(single) {
	case 0:
	case 1:
		all = append([]words{beside(single[0], sayf(" must approve."))}, all...)
	case 2:
		all = append([]words{beside(series(single, "and"), sayf(" must both approve."))}, all...)
	default:
		all = append([]words{beside(series(single, "and"), sayf(" must all approve."))}, all...)
	}
	if len(d.Required) == 0 && d.Additional.Need == 0 {
		all = append(all, missing("who must approve"))
	}
	if len(d.Additional.Who) > 0 {
		var n int
		for _, ref := range d.Additional.Who {
			n += len(b.members(ref))
		}
		names := series(b.whoAll(d.Additional.Who), "and")
		if need := d.Additional.Need; need > 0 {
			besides := "Besides, "
			if len(all) == 0 {
				besides = ""
			}
			all = append(all, beside(sayf("%sany %d of %s must approve: ", besides, need, ofCount(n)), names, sayf(".")))
		} else {
			all = append(all, beside(sayf("May add their approval, none must: "), names, sayf(".")))
		}
	}
	for _, s := range d.StandIns {
		when := ", at once."
		if s.After > 0 {
			when = fmt.Sprintf(", after %s without an answer.", spell(time.Duration(s.After)))
		}
		all = append(all, beside(b.who(s.Who), sayf(" may approve in place of "), b.who(s.For), sayf("%s", when)))
	}
	if d.ProposerMayNotApprove {
		all = append(all, sayf("Whoever proposes it may not approve it."))
	}
	if a := d.Attested; a != nil {
		all = append(all, beside(sayf("An approver may also agree by word of mouth, to "), series(b.whoAll(a.By), "or"),
			sayf(", who calls them back on another channel and attests it. It stands for %s; the approver is told at once and can deny it.", spell(a.Expires.Or(d.Expires.Or(time.Hour))))))
	}
	if o := d.Override; o != nil {
		all = append(all, beside(sayf("In an emergency any %d of ", o.Persons()), series(b.whoAll(o.Who), "and"),
			sayf(" may decide it without the others, by signing their reason. Everybody is told, and the post-mortem reviews it.")))
	}
	for _, q := range d.Unsettled {
		all = append(all, beside(words{{Text: "The plan leaves open, and until it is answered nothing can be decided: ", Open: true}}, marked(say(q))))
	}
	return all
}

func marked(w words) words {
	for i := range w {
		w[i].Open = true
	}
	return w
}

func ofCount(n int) string {
	if n == 0 {
		return "nobody:"
	}
	return fmt.Sprint(n)
}

// members lists the persons that a reference may stand for, without asking the time: all of a rota, all holders of a role.
func (b *binder) members(ref string) []string {
	persons, ok := b.in[ref]
	if !ok {
		persons = b.membersOf(ref)
		b.in[ref] = persons
	}
	return persons
}

func (b *binder) membersOf(ref string) []string {
	have := map[string]bool{}
	var persons []string
	var add func(ref string)
	add = func(ref string) {
		if have[ref] {
			return
		}
		have[ref] = true
		if _, ok := b.person[ref]; ok {
			persons = append(persons, ref)
		} else if g, ok := b.p.Group(ref); ok {
			for _, m := range g.Members {
				add(m)
			}
		} else if r, ok := b.p.Rota(ref); ok {
			for _, m := range r.Members {
				add(m)
			}
		} else if r, ok := b.p.Role(ref); ok {
			for _, h := range r.Holders {
				add(h)
			}
			for _, team := range [][]plan.Person{b.p.CoreTeam, b.p.ExtendedTeam} {
				for i := range team {
					for _, own := range team[i].Roles {
						if own == ref {
							add(team[i].ID)
						}
					}
				}
			}
		}
	}
	add(ref)
	return persons
}

// inBrackets names the members of a group, where there are few enough to read.
func (b *binder) inBrackets(members []string) words {
	if len(members) == 0 || len(members) > 12 || b.public {
		return nil
	}
	return beside(sayf(" ("), series(b.whoAll(members), "and"), sayf(")"))
}
