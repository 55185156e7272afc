package detect

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"strconv"
)

// Bounds on what is kept of a detector for people to look at.
const (
	maxPoints = 60
	hour      = 3600 // seconds
	day       = 24   // hours of matches that are counted
)

// Course is what a detector measured lately, for people to look at: nothing is decided by it. It is kept small, for it is
// stored with every block: a figure once in a minute, and only if it is another one.
type Course struct {
	Of     string  `json:"of"`               // what is measured: a course of anything else starts anew
	Points points  `json:"points,omitempty"` // oldest first
	Now    string  `json:"now,omitempty"`    // what was read last, in words
	Figure float64 `json:"figure,omitempty"` // of it
	Time   uint64  `json:"time,omitempty"`   // of the block it was read at; Unix seconds
	Wrong  bool    `json:"wrong,omitempty"`  // it was not as it must be
	Lost   string  `json:"lost,omitempty"`   // why it could not be told at the last look
}

// Point is one figure of the past, as exact as drawing needs: four digits.
type Point struct {
	Time   uint64  `json:"time"` // Unix seconds
	Figure float64 `json:"figure"`
}

// points are stored as [time, figure, seconds later, figure …].
type points []Point

// MarshalJSON writes the points in their short form.
func (p points) MarshalJSON() ([]byte, error) {
	b := make([]byte, 0, 2+16*len(p))
	b = append(b, '[')
	before := uint64(0)
	for i, at := range p {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendUint(b, at.Time-min(before, at.Time), 10)
		b = append(b, ',')
		b = strconv.AppendFloat(b, at.Figure, 'g', -1, 64)
		before = at.Time
	}
	return append(b, ']'), nil
}

// UnmarshalJSON reads the short form.
func (p *points) UnmarshalJSON(b []byte) error {
	var list []float64
	if err := json.Unmarshal(b, &list); err != nil {
		return fmt.Errorf("read points: %w", err)
	}
	if len(list)%2 != 0 || len(list) > 2*maxPoints {
		return fmt.Errorf("read points: %d numbers", len(list))
	}
	*p = nil
	at := uint64(0)
	for i := 0; i < len(list); i += 2 {
		if !(list[i] >= 0 && list[i] <= 1<<40) {
			return fmt.Errorf("read points: %g is no time", list[i])
		}
		at += uint64(list[i])
		*p = append(*p, Point{Time: at, Figure: list[i+1]})
	}
	return nil
}

// drawn rounds a figure to what drawing needs; what cannot be drawn is zero.
func drawn(f float64) float64 {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return 0
	}
	r, err := strconv.ParseFloat(strconv.FormatFloat(f, 'g', 4, 64), 64)
	if err != nil {
		return 0
	}
	return r
}

// keep adds a point.
func (t *Course) keep(at uint64, figure float64) {
	t.Points = append(t.Points, Point{Time: min(at, 1<<40), Figure: drawn(figure)})
	if n := len(t.Points) - maxPoints; n > 0 {
		t.Points = append(points(nil), t.Points[n:]...)
	}
}

// saw notes what was read at a block.
func (t *Course) saw(at uint64, now string, figure float64, wrong bool) {
	n := len(t.Points)
	if n == 0 || t.Wrong != wrong || t.Points[n-1].Time/60 != at/60 && t.Points[n-1].Figure != drawn(figure) {
		t.keep(at, figure)
	}
	t.Now, t.Figure, t.Time, t.Wrong, t.Lost = now, drawn(figure), at, wrong, ""
}

// came notes that what must not stay away came, and when it had come before.
func (t *Course) came(at, before uint64) {
	gap := float64(at - min(before, at))
	if n := len(t.Points); n > 0 && t.Points[n-1].Time/60 == at/60 {
		return
	}
	t.keep(at, gap)
}

// forget drops what was noted of a block that is gone, and of any after it.
func (t *Course) forget(from uint64) {
	if t == nil {
		return // it was stored so
	}
	for n := len(t.Points); n > 0 && t.Points[n-1].Time >= from; n-- {
		t.Points = t.Points[:n-1]
	}
	if t.Time >= from {
		t.Now, t.Figure, t.Time, t.Wrong = "", 0, 0, false
	}
}

// course returns what is kept of a detector, begun anew where it measures something else now.
func (s *State) course(id, of string) *Course {
	if s.Courses == nil {
		s.Courses = map[string]*Course{}
	}
	t := s.Courses[id]
	if t == nil || t.Of != of {
		t = &Course{Of: of}
		s.Courses[id] = t
	}
	return t
}

// read notes what a gauge showed.
func (p *pass) read(r *rule, answers []Answer) {
	t := p.state.course(r.detector.ID, r.gauge.of)
	o, err := r.gauge.read(p.block, answers)
	holds := true
	if err == nil {
		holds, _, err = r.gauge.right(r, o)
	}
	if err != nil {
		t.Lost = clip(err.Error())
		return
	}
	text, figure := r.reading(o)
	t.saw(p.block.Time, text, figure, !holds)
}

// reading says what was read in words, and as one figure: the amount if the detector has one, else the first number.
func (r *rule) reading(o *readout) (text string, figure float64) {
	g := r.gauge
	if g.holds == nil {
		n, _ := o.values["balance"].(number)
		return inUnits(n, g.unit), n.float(g.unit)
	}
	if r.amount != nil {
		if out, err := r.amount.eval(o); err == nil {
			if n, ok := out.(number); ok {
				return inUnits(n, r.asset), n.float(r.asset)
			}
		}
	}
	first := true
	for _, v := range g.vars[len(blockVariables):] {
		val := o.values[v.name]
		if text != "" {
			text += ", "
		}
		text += v.name + " " + valueText(val)
		if n, ok := val.(number); ok && first {
			figure, first = scaled(&n.mag, 0), false
			if n.neg {
				figure = -figure
			}
		}
	}
	return clip(text), figure
}

// undo takes back what a block counted.
func (s *Series) undo(p Part) {
	s.take(p.Count)
	if p.Fired {
		s.Last = p.Last
	}
}

// matched counts what the block's matches found, hour by hour, and drops what is kept of detectors that are gone.
func (p *pass) matched() {
	s, l := p.state, p.lane
	retire(s.Matches, len(l.matches), func(id string) bool { return l.matches[id] })
	retire(s.Courses, len(l.gauges)+len(l.silences), func(id string) bool {
		v := s.Vigils[id]
		return v != nil && s.Courses[id] != nil && v.Of == s.Courses[id].Of
	})
	if p.quiet {
		return
	}
	brought := map[string]uint64{}
	for _, f := range p.found {
		if l.matches[f.Detector] {
			brought[f.Detector]++
		}
	}
	at := int64(min(p.block.Time, 1<<40) / hour)
	for id, n := range brought {
		m := s.Matches[id]
		if m == nil {
			if s.Matches == nil {
				s.Matches = map[string]*Series{}
			}
			m = &Series{}
			s.Matches[id] = m
		}
		part := Part{Count: Count{Window: at, N: n}, Last: m.Last, Fired: true}
		m.add(part.Count)
		m.Last = &Fired{Window: at, Time: p.block.Time}
		m.forget(at - day + 1)
		p.note(id, Undo{Part: part})
	}
}

// retire drops what is kept of detectors that are not live, once there are more than there can be.
func retire[T any](kept map[string]T, most int, live func(id string) bool) {
	if len(kept) <= most {
		return
	}
	maps.DeleteFunc(kept, func(id string, _ T) bool { return !live(id) })
}
