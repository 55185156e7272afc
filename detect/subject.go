package detect

import (
	"fmt"
)

// subject finds out what the rule sees.
func (c *compiler) subject(r *rule) *Problem {
	d := r.detector
	var problem *Problem
	if d.Kind == "absence" {
		if r.silence, problem = newSilence(r); problem != nil {
			return problem
		}
	}
	if d.Kind == "spike" {
		if r.spike, problem = newSpike(r); problem != nil {
			return problem
		}
		switch d.Metric {
		case events:
			r.event = true
		case outflow:
			r.event = d.Event != ""
		case failedTransactions:
			r.failed = true
		}
		if r.event && d.Function != "" || !r.event && d.Event != "" {
			return &Problem{Field: "metric", Say: fmt.Sprintf("the metric %q does not count what the detector names", d.Metric)}
		}
	} else {
		named := 0
		for _, is := range []bool{d.Event != "", d.Function != "", d.Transaction} {
			if is {
				named++
			}
		}
		if named != 1 {
			return &Problem{Field: "kind", Say: fmt.Sprintf("%s names one of event, function and transaction", map[bool]string{true: "an absence", false: "a match"}[r.silence != nil])}
		}
		r.event = d.Event != ""
	}
	switch {
	case d.Event != "":
		return c.emitted(r)
	case d.Function != "":
		return c.called(r)
	}
	return nil
}

// emitted finds the events that the rule sees: all of a name, or those of one signature.
func (c *compiler) emitted(r *rule) *Problem {
	list, loose, err := c.events(r.asset, r.detector.Event)
	if err != nil {
		return &Problem{Field: "event", Say: err.Error()}
	}
	for _, e := range list {
		if e.Anonymous {
			continue
		}
		r.shapes = append(r.shapes, c.shared(fmt.Sprint(e, loose), func() *shape { return eventShape(e, loose) }))
	}
	if len(r.shapes) == 0 {
		return &Problem{Field: "event", Say: "an anonymous event cannot be told from others"}
	}
	r.shape = r.shapes[0]
	return nil
}

// called finds the functions that the rule sees.
func (c *compiler) called(r *rule) *Problem {
	list, err := c.functions(r.asset, r.detector.Function)
	if err != nil {
		return &Problem{Field: "function", Say: err.Error()}
	}
	for _, m := range list {
		r.shapes = append(r.shapes, c.shared(m.String(), func() *shape { return callShape(m) }))
	}
	r.shape = r.shapes[0]
	return nil
}

func (c *compiler) shared(declaration string, make func() *shape) *shape {
	if s, ok := c.shapes[declaration]; ok {
		return s
	}
	s := make()
	c.shapes[declaration] = s
	return s
}
