package check

import (
	"time"

	"tocsin/plan"
)

// everybodyOf expands references to all persons they may stand for at some time: every member of a rota, on call or not.
func everybodyOf(p *plan.Plan, refs []string) []string {
	var ids []string
	have := map[string]bool{}
	open := map[string]bool{}
	var add func(ref string)
	add = func(ref string) {
		if open[ref] {
			return
		}
		open[ref] = true
		if g, ok := p.Group(ref); ok {
			for _, m := range g.Members {
				add(m)
			}
			return
		}
		if r, ok := p.Rota(ref); ok {
			for _, m := range r.Members {
				add(m)
			}
			for _, cover := range r.Cover {
				add(cover.Person)
			}
			return
		}
		if r, ok := p.Role(ref); ok && len(r.Holders) > 0 {
			for _, h := range r.Holders {
				add(h)
			}
		}
		for _, id := range p.Members(ref, time.Time{}) {
			if !have[id] {
				have[id] = true
				ids = append(ids, id)
			}
		}
	}
	for _, ref := range refs {
		add(ref)
	}
	return ids
}
