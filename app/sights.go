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

// sights hand the console what a viewer sees.
type sights struct {
	viewer *Viewer
	now    func() time.Time

	mu    sync.Mutex
	at    time.Time
	known []web.Sight
}

func (s *sights) list(ctx context.Context) ([]web.Sight, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := s.now(); s.known == nil || now.Sub(s.at) >= sightsFor {
		v, err := s.viewer.Vista(ctx)
		if err != nil {
			return nil, err
		}
		list := make([]web.Sight, 0, len(v.Detectors))
		for _, g := range v.Detectors {
			list = append(list, shown(g))
		}
		s.at, s.known = now, list
	}
	return s.known, nil
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
