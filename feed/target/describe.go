package target

import (
	"fmt"
	"strings"
	"time"
)

// Describe says what was seen of a target, line by line, whatever was seen before.
func (t *Target) Describe(g Sight) (lines []string) {
	say := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	switch t.Kind {
	case HTTP:
		switch {
		case g.Answer == nil:
			say("%s: %s", t.Called, g.Blind)
		case t.lacks(g.Answer) != "":
			say("%s: %s", t.Called, t.lacks(g.Answer))
		default:
			say("%s answers as expected: status %d, in %s", t.Called, g.Answer.Status, g.Answer.Took.Round(time.Millisecond))
		}
	case Feed:
		if g.Blind != "" {
			say("%s: %s", t.Called, g.Blind)
			break
		}
		say("%s has %s", t.Called, counts(len(g.Entries), "entry", "entries"))
		for _, e := range g.Entries[:min(len(g.Entries), mostListed)] {
			mark := ""
			if t.speaks(e) {
				mark = " (would be found if it were new)"
			}
			say("%q %s%s", clip(e.Title), clip(Plain(e.Link)), mark)
		}
	case Web:
		for _, blind := range []string{g.RecordsBlind, g.CertificateBlind, g.PageBlind} {
			if blind != "" {
				say("%s", blind)
			}
		}
		for _, r := range g.Records {
			for _, v := range r.Views {
				say("%s of %s, according to %s: %s", r.Type, clip(r.Name), v.Resolver, words(v.Values))
			}
		}
		if c := g.Certificate; c != nil {
			say("%s", c.describe())
			if c.Mistrust != "" {
				say("the certificate is not to be trusted: %s", c.Mistrust)
			}
		}
		if g.Page != nil {
			say("%s", g.Page.describe())
			for _, i := range g.Page.Items {
				say("%s", strings.TrimSpace(describe(seen{Kind: i.Kind, Name: i.Name, Hash: i.Hash, Guard: i.Guard}, g.Page)))
			}
		}
	}
	return lines
}
