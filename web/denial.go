package web

import (
	"net/url"

	"tocsin/incident"
	"tocsin/plan"
)

// denial is what somebody attests of the person who holds a link, and the form by which they deny it.
type denial struct {
	Decision string
	Say      string
	Form     form
}

// linkOp is what the form of a page's link asks for: an answer to the call, or a denial of what was attested.
func linkOp(v url.Values) incident.Op {
	if v.Has("deny") {
		return incident.OpDeny{Decision: v.Get("deny")}
	}
	return incident.OpAnswer{Answer: v.Get("answer"), Note: v.Get("note")}
}

func denialsOf(s *incident.State, p *plan.Plan, person string, fs *forms, path string) []denial {
	var list []denial
	for i := range s.Decisions {
		d := &s.Decisions[i]
		a := d.AttestedOf(person)
		if a == nil {
			continue
		}
		pd, _ := p.Decision(d.Decision)
		answer := "yes"
		if a.Choice != "approve" {
			answer = "no"
		}
		list = append(list, denial{
			Decision: d.ID, Form: fs.form("deny-"+d.ID, path),
			Say: incident.NameOf(p, a.Attested.By) + " attests that you said " + answer + " to: " + pd.Name + ". “" + string(a.Attested.Words) + "”",
		})
	}
	return list
}
