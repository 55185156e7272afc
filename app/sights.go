package app

import (
	"context"
	"sync"
	"time"

	"tocsin/detect"
	"tocsin/web"
)

// sightsFor is how long what detectors see is shown before it is read again: any number of pages may ask.
const sightsFor = time.Second

// sights hand the console what viewers see.
type sights struct {
	desk *Desk
	now  func() time.Time

	mu sync.Mutex
	of map[string]*seen // by protocol
}

// seen is what was seen of one protocol.
type seen struct {
	viewer *Viewer

	mu    sync.Mutex
	at    time.Time
	known []web.Sight
}

// list tells what the detectors of a protocol see.
func (s *sights) list(ctx context.Context, protocol string) ([]web.Sight, error) {
	s.mu.Lock()
	if s.of == nil {
		s.of = map[string]*seen{}
	}
	x := s.of[protocol]
	if x == nil {
		x = &seen{viewer: s.desk.Viewer(protocol)}
		s.of[protocol] = x
	}
	s.mu.Unlock()
	return x.list(ctx, s.now())
}

func (x *seen) list(ctx context.Context, now time.Time) ([]web.Sight, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.known == nil || now.Sub(x.at) >= sightsFor {
		v, err := x.viewer.Vista(ctx)
		if err != nil {
			return nil, err
		}
		list := make([]web.Sight, 0, len(v.Detectors))
		for _, g := range v.Detectors {
			list = append(list, shown(g))
		}
		x.at, x.known = now, list
	}
	return x.known, nil
}

// shown is a sight as the console takes it.
func shown(g detect.Sight) web.Sight {
	s := web.Sight{
		Detector: g.Detector, State: g.State, Why: g.Why, Group: g.Group, Now: g.Value.Text, Usual: g.Baseline.Text,
		Threshold: g.Threshold.Text, Last: g.Last, Chart: web.Chart{Limits: g.Limits, Steps: g.Step},
	}
	if g.Baseline.Known {
		s.Chart.Usual = []float64{g.Baseline.Figure}
	}
	for _, p := range g.History {
		s.Chart.Points = append(s.Chart.Points, web.ChartPoint{At: time.Unix(int64(min(p.Time, 1<<40)), 0).UTC(), Figure: p.Figure})
	}
	return s
}
