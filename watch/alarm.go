package watch

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tocsin/incident"
)

// The detectors that look at the watch itself. An issue of the plan may name them under detection.detectors.
const (
	detectorBlind   = "blind"   // the chain is not seen
	detectorStalled = "stalled" // the chain is seen and has no new block
	detectorBehind  = "behind"  // what is seen is old
)

// alarm is a finding about the watch itself that stands until what it says is over. It is kept with the state of the watch,
// so that it is one however often the watch is started again, and is taken back by whichever node sees that it is over.
type alarm struct {
	ID       string    `json:"id"`
	Detector string    `json:"detector"`
	Since    time.Time `json:"since"`
}

// signs are what a look at the watch showed.
type signs struct {
	alarms []incident.Finding
	over   map[string]string // by detector, why it is well
}

// ended is a finding to be taken back because what it said is over.
type ended struct{ id, why string }

// heed takes what a look showed: what is new is found, what is over is taken back once that is found out.
func (c *committer) heed(s signs) {
	stands := func(detector string) int {
		return slices.IndexFunc(c.state.Alarms, func(a alarm) bool { return a.Detector == detector })
	}
	for _, f := range s.alarms {
		if stands(f.Detector) >= 0 {
			continue
		}
		c.state.Alarms = append(c.state.Alarms, alarm{ID: f.ID, Detector: f.Detector, Since: f.At})
		c.findings = append(c.findings, f)
		c.taken++
		c.w.log.Error("the watch does not see what it should", "finding", f.ID, "say", f.Say)
	}
	for _, detector := range []string{detectorBlind, detectorStalled, detectorBehind} {
		why, over := s.over[detector]
		if i := stands(detector); over && i >= 0 {
			c.ended = append(c.ended, ended{c.state.Alarms[i].ID, why})
			c.taken++
			c.w.log.Warn("the watch sees again what it should", "finding", c.state.Alarms[i].ID, "say", why)
		}
	}
}

// end says which alarm is over, for those that are to be taken back, and forgets it.
func (c *committer) end() (e ended, ok bool) {
	for len(c.ended) > 0 {
		e, c.ended = c.ended[0], c.ended[1:]
		if i := slices.IndexFunc(c.state.Alarms, func(a alarm) bool { return a.ID == e.id }); i >= 0 {
			c.state.Alarms = slices.Delete(c.state.Alarms, i, i+1)
			return e, true
		}
	}
	return e, false
}

// Unwell lists what is wrong with a watch by the state that it committed last: the names of the detectors of the watch itself
// (blind, stalled, behind) whose findings stand. It is empty for a watch that has committed nothing.
func Unwell(state []byte) ([]string, error) {
	if len(state) == 0 {
		return nil, nil
	}
	var s struct {
		Alarms []alarm `json:"alarms"`
	}
	if err := json.Unmarshal(state, &s); err != nil {
		return nil, fmt.Errorf("read state of the watch: %w", err)
	}
	var names []string
	for _, a := range s.Alarms {
		names = append(names, a.Detector)
	}
	return names, nil
}
