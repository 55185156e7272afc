package document

import (
	"regexp"

	"tocsin/document/markdown"
)

var (
	// peopled finds headings that no section is known by and that still say that people follow whom one can reach.
	peopled = regexp.MustCompile(`(?i)\b(contacts?|call|phones?|phone ?book|reach|directory|people|who'?s who|who is who|team|staff|crew|partners?|vendors?|suppliers?|auditors?|lawyers?|counsel|legal|support|help|hotlines?)\b`)
	// outside are those of them that say that the people are not of the team.
	outside = regexp.MustCompile(`(?i)\b(partners?|vendors?|suppliers?|auditors?|lawyers?|counsel|legal|support|external|outside|hotlines?)\b`)
)

// readPeople reads a table of names and how to reach them under a heading that no section is known by. It is one of contacts
// if the heading or another column says so; else it stays a note, for a number may be anything's.
func readPeople(w *walker, p *part, i int) int {
	t := &p.blocks[i]
	if t.Kind != markdown.Table || p.own {
		return 0
	}
	c := newColumns(t)
	name := c.find("name", "who~", "person", "contact~", "contact name~", "contact person~")
	ways := 0
	for _, kind := range contactColumns {
		for c.find(kind.words...) >= 0 {
			ways++
		}
	}
	if name < 0 || ways == 0 {
		return 0
	}
	elsewhere := c.find("organisation", "organization", "company", "firm~") >= 0
	said := elsewhere || ways > 1 || plainKey(t.Header[name].Text) != "name" ||
		c.find("title", "role", "position", "job title", "team~", "time zone", "timezone") >= 0
	if p.heading != nil && peopled.MatchString(p.title) || said {
		core := !elsewhere && (p.heading == nil || !outside.MatchString(p.title))
		team := "core"
		if !core {
			team = "extended"
		}
		w.warn(p, t.From, "these are taken for contacts of the "+team+" team, which no heading says", "move who does not belong there")
		return w.team(p, t, core)
	}
	w.keep(p, t.From, t.To)
	w.warn(p, t.From, "nothing tells whether these are people to call", "it stays a note: put it under a heading such as “Core team” or “External contacts” if they are")
	return 1
}
