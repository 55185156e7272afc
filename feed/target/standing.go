package target

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tocsin/detect"
	"tocsin/fault"
	"tocsin/plan"
)

// Stored reads a state as a database keeps it; a new one if it keeps none.
func Stored(b []byte) (*State, error) {
	s := NewState()
	if len(b) == 0 || string(b) == "null" {
		return s, nil
	}
	if err := json.Unmarshal(b, s); err != nil {
		return nil, fmt.Errorf("read what was seen outside of chains: %w", err)
	}
	if s.V != StateVersion {
		return nil, fault.New(fault.Unavailable, "What was seen outside of chains is kept in version %d, which this release does not know.", s.V).Instead("Update this node.")
	}
	return s, nil
}

// Sights tells how the plan's targets stand, in the plan's order.
func (s *State) Sights(p *plan.Plan) []detect.Sight {
	targets, broken := Compile(p)
	sights := map[string]detect.Sight{}
	for _, t := range targets {
		g := detect.Sight{State: detect.Quiet}
		switch m := s.Targets[t.Detector]; {
		case m == nil || m.Of != t.mark():
			g.State, g.Why = detect.Unknown, "It has not been looked at yet"
		default:
			g.Value = m.value(t.Kind)
			if wrong := m.wrong(); len(wrong) > 0 {
				g.State, g.Why = detect.Firing, upper(strings.Join(wrong[:min(len(wrong), mostListed)], "; "))
				if t.Kind == Web {
					g.Value.Text = "not as known"
				}
			}
		}
		sights[t.Detector] = g
	}
	for _, b := range broken {
		sights[b.Detector] = detect.Sight{State: detect.Off, Why: strings.TrimSuffix(b.Say, ".")}
	}
	list := make([]detect.Sight, 0, len(sights))
	for i := range p.Detectors {
		d := &p.Detectors[i]
		g, ok := sights[d.ID]
		if !ok {
			continue
		}
		g.Detector, g.Name, g.Kind, g.Mode, g.Asset, g.Issues = d.ID, d.Name, d.Kind, d.Mode, d.Asset, p.IssuesOf(d.ID)
		if g.Mode == "" {
			g.Mode = detect.Observe
		}
		list = append(list, g)
	}
	return list
}

// value is how a target of a kind stands, in a word or two.
func (m *Memory) value(kind string) detect.Measure {
	failed := 0
	for _, o := range m.Outages {
		if o != nil {
			failed = max(failed, o.Failed)
		}
	}
	switch {
	case failed > 0:
		return detect.Measure{Text: counted(failed, "failure"), Figure: float64(failed)}
	case kind == HTTP:
		return detect.Measure{Text: "answers"}
	case kind == Web && m.Web != nil:
		return detect.Measure{Text: "as known"}
	case m.Feed != nil:
		n := len(m.Feed.Seen)
		return detect.Measure{Text: counts(n, "entry", "entries"), Figure: float64(n)}
	}
	return detect.Measure{}
}

// wrong says what of a target is not as it should be just now, in words.
func (m *Memory) wrong() (list []string) {
	for _, facet := range slices.Sorted(maps.Keys(m.Outages)) {
		if o := m.Outages[facet]; o != nil && o.Finding != "" {
			list = append(list, o.Why+", since "+clock(o.Since))
		}
	}
	w := m.Web
	if w == nil {
		return list
	}
	for _, typ := range slices.Sorted(maps.Keys(w.Records)) {
		if f := w.Records[typ]; f != nil {
			list = append(list, f.standing(recordNames[typ])...)
		}
	}
	for _, typ := range slices.Sorted(maps.Keys(w.Addresses)) {
		switch a := w.Addresses[typ]; {
		case a == nil:
		case a.Odd != nil:
			list = append(list, fmt.Sprintf("%s are %s since %s", recordNames[typ], words(a.Odd.Set), clock(a.Odd.Since)))
		case len(a.Beyond) > 0:
			list = append(list, fmt.Sprintf("%s are %s, which the plan does not name", recordNames[typ], words(a.Beyond)))
		}
	}
	if c := w.Certificate; c != nil {
		list = append(list, c.Issuer.standing("the issuer of the certificate")...)
		if c.Mistrust != "" {
			list = append(list, "the certificate is not to be trusted: "+clip(c.Mistrust))
		}
		if c.Expiring != "" {
			_, until, _ := strings.Cut(c.Expiring, " ")
			if end, err := time.Parse(time.RFC3339, until); err == nil {
				list = append(list, "the certificate is good until "+clock(end)+" only")
			}
		}
	}
	if w.Page != nil && len(w.Page.Told) > 0 {
		list = append(list, "scripts come from "+words(w.Page.Told)+", which the plan does not name")
	}
	return list
}

// standing says what of a fact is not as it should be just now.
func (f *fact) standing(name string) (list []string) {
	if f.Wrong {
		list = append(list, fmt.Sprintf("%s: %s is not what the plan expects", name, words(f.Value)))
	}
	for _, k := range slices.Sorted(maps.Keys(f.Other)) {
		list = append(list, fmt.Sprintf("%s: a resolver says %s, where %s was", name, words(f.Other[k]), words(f.Value)))
	}
	return list
}
