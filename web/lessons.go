package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"tocsin/incident"
)

// The bounds of what lessons are drawn from: the overview looks at few incidents, for it is drawn often.
const (
	lessonsFrom  = 200 // incidents, on their own page
	lessonsShown = 3   // lessons on the overview
)

// lessonsPage is what past incidents propose for the plan.
type lessonsPage struct {
	*shell
	List []lesson
	Of   int // incidents that are over
}

// lesson is one proposal, with the incidents that it comes from.
type lesson struct {
	Name  string
	Tag   string // what it would become: Detector, Action, Step
	Say   string
	Took  string // the longest time; empty if it is not known
	From  []anchorLink
	Write string // lines for the plan
}

func (c *Console) lessons(w http.ResponseWriter, r *http.Request, s *session) {
	p := &lessonsPage{shell: c.shell(s, "Lessons", s.at("/lessons"))}
	var err error
	if p.List, p.Of, err = c.lessonsOf(r.Context(), s, lessonsFrom); err != nil {
		c.fail(w, r, err)
		return
	}
	c.render(w, r, http.StatusOK, lessonsBody(p))
}

// lessonsOf draws the lessons of the newest incidents that are over, as far as the person may see them.
func (c *Console) lessonsOf(ctx context.Context, s *session, most int) (list []lesson, of int, err error) {
	past, err := c.Engine.Past(ctx, s.protocol, s.person.ID, most)
	if err != nil {
		return nil, 0, err
	}
	for _, l := range incident.Lessons(past) {
		x := lesson{Name: l.Name, Tag: capital(l.Propose), Say: l.Say, Write: l.Write}
		if l.Longest > 0 {
			x.Took = length(l.Longest)
		}
		for _, id := range l.Incidents {
			x.From = append(x.From, anchorLink{Href: "/incidents/" + url.PathEscape(id), Name: id})
		}
		list = append(list, x)
	}
	return list, len(past), nil
}

func incidentsOver(n int) string {
	if n == 1 {
		return "one incident that is over"
	}
	return strconv.Itoa(n) + " incidents that are over"
}
