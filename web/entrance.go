package web

import (
	"context"
	"net/http"

	"tocsin/fault"
	"tocsin/plan"
)

// The kinds of detectors whose findings come by themselves.
const (
	kindWebhook = "webhook"
	kindReport  = "report"
)

// entrance is a detector of a plan in force through which findings come by themselves.
type entrance struct {
	plan     *plan.Plan
	detector plan.Detector
}

// name tells the entrance from all others.
func (e entrance) name() string { return e.plan.Protocol + "/" + e.detector.ID }

// entrances lists the detectors of a kind in all plans in force; of one protocol and with one id, if they are not empty. One
// that lacks what it needs is none.
func (c *Console) entrances(ctx context.Context, kind, protocol, id string) ([]entrance, error) {
	protocols, err := c.Engine.Protocols(ctx)
	if err != nil {
		return nil, err
	}
	var list []entrance
	for _, name := range protocols {
		if protocol != "" && name != protocol {
			continue
		}
		p, err := c.Engine.InForce(ctx, name)
		if err != nil {
			return nil, err
		}
		for _, d := range p.Detectors {
			if d.Kind == kind && (id == "" || d.ID == id) && len(d.Lacks()) == 0 {
				list = append(list, entrance{plan: p, detector: d})
			}
		}
	}
	return list, nil
}

// entrance is the one that a request names.
func (c *Console) entrance(r *http.Request, kind string) (entrance, error) {
	id := r.PathValue("detector")
	list, err := c.entrances(r.Context(), kind, r.PathValue("protocol"), id)
	switch {
	case err != nil:
		return entrance{}, err
	case len(list) == 0:
		return entrance{}, fault.New(fault.NotFound, "The plan in force has no such %s.", kind).Instead("The address may be old; ask the team.")
	case len(list) > 1 && id != "":
		return entrance{}, fault.New(fault.Conflict, "Several protocols here have a %s of this name.", kind).
			Instead("Put the protocol before it, as in /%s/%s.", list[0].plan.Protocol, id)
	}
	return list[0], nil
}
