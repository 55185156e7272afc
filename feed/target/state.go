package target

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"time"

	"tocsin/detect"
)

// StateVersion is the form of State that this release writes.
const StateVersion = 1

// State is what is remembered of all targets of a plan. It is JSON in the database.
type State struct {
	V       int                `json:"v"`
	Told    uint64             `json:"told,omitempty"` // findings so far: makes their ids
	Targets map[string]*Memory `json:"targets,omitempty"`
}

// Memory is what is remembered of one target.
type Memory struct {
	Of      string               `json:"of"` // what was looked at
	Outages map[string]*outage   `json:"outages,omitempty"`
	Last    map[string]time.Time `json:"last,omitempty"` // when an outage was told last, for detectors that cool down
	Web     *webMemory           `json:"web,omitempty"`
	Feed    *feedMemory          `json:"feed,omitempty"`
}

// outage is that something does not answer, or not as it should.
type outage struct {
	Failed  int       `json:"failed"`
	Since   time.Time `json:"since"`
	Why     string    `json:"why"`
	Finding string    `json:"finding,omitempty"` // that tells of it
}

// Outcome is what a look led to.
type Outcome struct {
	Findings     []detect.Finding
	Retracted    []string
	RetractedWhy string
}

// NewState returns the state of those who have seen nothing.
func NewState() *State { return &State{V: StateVersion, Targets: map[string]*Memory{}} }

// First reports whether a target has not been seen yet.
func (s *State) First(t *Target) bool {
	m := s.Targets[t.Detector]
	return m == nil || m.Of != t.mark() || t.Kind == Web && (m.Web == nil || m.Web.Page == nil)
}

// See takes in what was seen of a target.
func (s *State) See(t *Target, g Sight) Outcome {
	l := &look{state: s, target: t, sight: g}
	if s.Targets == nil {
		s.Targets = map[string]*Memory{}
	}
	l.memory = s.Targets[t.Detector]
	if l.memory == nil || l.memory.Of != t.mark() {
		l.drop(l.memory, "Its detector now looks at something else.")
		l.memory = &Memory{Of: t.mark()}
		s.Targets[t.Detector] = l.memory
	}
	switch t.Kind {
	case HTTP:
		l.http()
	case Web:
		l.web()
	case Feed:
		l.feed()
	}
	return l.out
}

// Forget drops what is remembered of detectors that are not among the targets any more.
func (s *State) Forget(targets []*Target) Outcome {
	l := &look{state: s}
	for _, id := range slices.Sorted(maps.Keys(s.Targets)) {
		if !slices.ContainsFunc(targets, func(t *Target) bool { return t.Detector == id }) {
			l.drop(s.Targets[id], "The plan no longer has its detector.")
			delete(s.Targets, id)
		}
	}
	return l.out
}

// look is one sight being taken in.
type look struct {
	state  *State
	target *Target
	memory *Memory
	sight  Sight
	out    Outcome
}

// drop takes back that something does not answer, when nobody asks it any more.
func (l *look) drop(m *Memory, why string) {
	if m == nil {
		return
	}
	for _, facet := range slices.Sorted(maps.Keys(m.Outages)) {
		if id := m.Outages[facet].Finding; id != "" {
			l.out.Retracted, l.out.RetractedWhy = append(l.out.Retracted, id), why
		}
	}
}

// tell adds a finding and returns its id.
func (l *look) tell(mode, say string) string {
	l.state.Told++
	id := l.id(fmt.Sprint(l.state.Told))
	l.add(id, mode, say)
	return id
}

// id is that of a finding, by what makes it one of its kind.
func (l *look) id(by string) string {
	name := sha256.Sum256(fmt.Appendf(nil, "%q %q %q", l.target.Protocol, l.target.Detector, by))
	return fmt.Sprintf("feed-%s-%x", l.target.Detector, name[:12])
}

func (l *look) add(id, mode, say string) {
	t := l.target
	l.out.Findings = append(l.out.Findings, detect.Finding{
		ID: id, Detector: t.Detector, Mode: mode, Issues: t.Issues, Asset: t.Asset, At: l.sight.At.UTC(), Say: say,
	})
}

// because tells what the target's message makes of it.
func (l *look) because(why string) string {
	return l.tell(l.target.Mode, l.target.say(map[string]string{"why": why}))
}

// failing notes that a facet of the target failed, or with an empty why that it did not. It is told once it failed often
// enough in a row, and when it is well again.
func (l *look) failing(facet, why string, facts map[string]string) {
	o := l.memory.Outages[facet]
	if why == "" {
		if o == nil {
			return
		}
		delete(l.memory.Outages, facet)
		if o.Finding == "" {
			return
		}
		again := fmt.Sprintf("It answers again since %s", clock(l.sight.At))
		if facet != "" {
			again = fmt.Sprintf("Its %s can be seen again since %s", facet, clock(l.sight.At))
		}
		again = fmt.Sprintf("%s; it did not since %s.", again, clock(o.Since))
		l.out.Retracted, l.out.RetractedWhy = append(l.out.Retracted, o.Finding), again
		if l.target.Mode == detect.Observe { // nothing shows there that one is taken back
			l.tell(detect.Observe, fmt.Sprintf("%s: %s", l.target.Name, again))
		}
		return
	}
	if o == nil {
		o = &outage{Since: l.sight.At.UTC()}
		if l.memory.Outages == nil {
			l.memory.Outages = map[string]*outage{}
		}
		l.memory.Outages[facet] = o
	}
	o.Why = clip(why)
	if o.Finding != "" {
		return // told already
	}
	if o.Failed++; o.Failed < l.target.Failures {
		return
	}
	if cool := l.target.CoolDown; cool > 0 {
		if last := l.memory.Last[facet]; !last.IsZero() && l.sight.At.Sub(last) < cool {
			return // if it still fails then, it is told
		}
		if l.memory.Last == nil {
			l.memory.Last = map[string]time.Time{}
		}
		l.memory.Last[facet] = l.sight.At.UTC()
	}
	say := why
	if o.Failed > 1 {
		say = fmt.Sprintf("%s, %d times in a row since %s", why, o.Failed, clock(o.Since))
	}
	if facts == nil {
		facts = map[string]string{}
	}
	facts["why"] = say
	o.Finding = l.tell(l.target.Mode, l.target.say(facts))
}

// http judges one answer.
func (l *look) http() {
	a := l.sight.Answer
	if a == nil {
		why := l.sight.Blind
		if why == "" {
			why = "it does not answer"
		}
		l.failing("", why, map[string]string{"status": "no answer", "took": "no answer"})
		return
	}
	l.failing("", l.target.lacks(a), map[string]string{"status": fmt.Sprint(a.Status), "took": a.Took.Round(time.Millisecond).String()})
}

func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }
