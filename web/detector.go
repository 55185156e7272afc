package web

import (
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"tocsin/arm"
	"tocsin/engine"
	"tocsin/mute"
	"tocsin/plan"
)

// detectorPage is one detector alone.
type detectorPage struct {
	*shell
	Row        detectorRow
	BuiltIn    bool
	Large      *plot
	Definition []row
	Findings   []foundRow
	Older      string // address of the findings before; empty for none
	Mute       *mutePanel
	Acts       []arm.Standing // what it does by itself, or stops
	ActsAt     func(issue string) string
	All        string // address of all detectors
}

func (c *Console) detector(w http.ResponseWriter, r *http.Request, s *session) {
	id := r.PathValue("id")
	if err := mute.Known(s.plan, id); err != nil {
		c.fail(w, r, err)
		return
	}
	d, planned := s.plan.Detector(id)
	if !planned {
		d = plan.Detector{ID: id, Name: id, Mode: "page"}
	}
	p := &detectorPage{shell: c.shell(s, d.Name, s.detector(id)), BuiltIn: !planned}
	p.Here, p.All = s.at("/detectors"), s.at("/detectors")
	before, _ := strconv.ParseUint(r.URL.Query().Get("before"), 10, 64)
	page, err := c.Engine.Findings(r.Context(), s.protocol, engine.FindingQuery{Detector: id, Before: before, Person: s.person.ID})
	if err != nil {
		c.fail(w, r, err)
		return
	}
	mutes, err := c.Engine.Mutes(r.Context(), s.protocol)
	if err != nil {
		c.fail(w, r, err)
		return
	}
	g := Sight{Detector: id, State: sightQuiet}
	if planned {
		sights, why := c.sights(r, s)
		if g = sights[id]; why != "" {
			g.Why = strings.TrimSuffix(why, ".")
		}
	}
	quiet := slices.ContainsFunc(mutes, func(m mute.Mute) bool { return m.Detector == id && m.State == mute.Muted })
	p.Row = rowOfDetector(p.shell, s, d, g, page.Findings, quiet)
	p.Large = plotOf(g, times(page.Findings), 1000, 200)
	if planned {
		p.Definition = definition(s.plan, d)
	} else {
		p.Row.Say = builtInText(s.plan, id)
	}
	for _, f := range page.Findings {
		p.Findings = append(p.Findings, foundOf(p.shell, s.plan, f))
	}
	if page.Next > 0 {
		p.Older = s.detector(id) + "?before=" + strconv.FormatUint(page.Next, 10)
	}
	if p.Acts, err = c.automaticOf(r.Context(), s, id); err != nil {
		c.fail(w, r, err)
		return
	}
	p.ActsAt = s.automatic
	p.Mute = c.mutePanel(s, p.shell, id, mutes, &forms{})
	p.Mute.Back = s.detector(id) + "#mute"
	c.render(w, r, http.StatusOK, detectorBody(p))
}

// tagged reports whether the state is worth a word in the list.
func tagged(d detectorRow) bool { return d.State != sightQuiet && d.State != "elsewhere" }

// reason says why there is nothing to draw.
func reason(d detectorRow) string {
	if d.Why != "" {
		return d.Why + "."
	}
	return "Nothing to draw yet."
}

// definition is the detector as the plan writes it.
func definition(p *plan.Plan, d plan.Detector) []row {
	var rows []row
	v := reflect.ValueOf(d)
	for i := range v.NumField() {
		key, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
		f := v.Field(i)
		if f.IsZero() || key == "id" || key == "name" {
			continue
		}
		rows = append(rows, row{Label: strings.ReplaceAll(key, "_", " "), Text: written(p, key, f.Interface()), Code: key == "where" || key == "holds" || key == "amount" || key == "event" || key == "function"})
	}
	return rows
}

// written writes one key of a detector as people read it.
func written(p *plan.Plan, key string, value any) string {
	switch x := value.(type) {
	case string:
		if a, ok := p.Asset(x); ok && key == "asset" {
			return a.Name
		}
		return x
	case []string:
		return strings.Join(x, ", ")
	case map[string]string:
		var parts []string
		for _, k := range slices.Sorted(maps.Keys(x)) {
			parts = append(parts, k+": "+x[k])
		}
		return strings.Join(parts, "; ")
	case map[string]plan.Reading:
		var parts []string
		for _, k := range slices.Sorted(maps.Keys(x)) {
			of := x[k].Asset
			if a, ok := p.Asset(of); ok {
				of = a.Name
			}
			parts = append(parts, k+": "+x[k].Function+" of "+of)
		}
		return strings.Join(parts, "; ")
	case bool:
		return "yes"
	}
	return fmt.Sprint(value)
}
