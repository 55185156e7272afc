package app

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"tocsin/check"
	"tocsin/detect"
	"tocsin/engine"
	"tocsin/incident"
	"tocsin/plan"
	"tocsin/readiness"
)

// detectorUnready is the detector of the engine's own that tells of what would fail in an emergency.
const detectorUnready = "unready"

// kept is what the lookouts of all nodes share of a protocol.
type kept struct {
	Report readiness.Report  `json:"report"`
	Told   map[string]string `json:"told,omitempty"` // the finding's id by the gap that it tells of
}

// lookoutKey names the lookout of a protocol, its lease and what it keeps.
func lookoutKey(protocol string) string { return "readiness/" + protocol }

// round shows what was seen last, by whichever node, and looks anew if that is an hour old, or somebody asked.
func (l *lookout) round(ctx context.Context, protocol string, asked bool) error {
	l.looking.Lock()
	defer l.looking.Unlock()
	last, err := l.last(ctx, protocol)
	if err != nil {
		return err
	}
	l.shown(protocol, last.Report)
	if !asked && l.engine.Now().Sub(last.Report.At) < eachLookout {
		return nil
	}
	key := lookoutKey(protocol)
	epoch, ok, err := l.engine.Lease(ctx, key, l.engine.Now().Add(lookoutFor))
	if err != nil || !ok {
		return err // another node looks just now
	}
	defer func() {
		if err := l.engine.Release(context.WithoutCancel(ctx), key); err != nil {
			l.log.Warn("the lease of a look runs out by itself", "protocol", protocol, "err", err)
		}
	}()
	if last, err = l.last(ctx, protocol); err != nil { // with the lease: another may have looked meanwhile
		return err
	}
	return l.look(ctx, protocol, epoch, last)
}

// last is what was kept last; zero if nothing was.
func (l *lookout) last(ctx context.Context, protocol string) (kept, error) {
	var k kept
	b, err := l.engine.WatchState(ctx, lookoutKey(protocol))
	if err != nil || b == nil {
		return k, err
	}
	if err := json.Unmarshal(b, &k); err != nil {
		l.log.Warn("what was seen last cannot be read; it is looked at anew", "protocol", protocol, "err", err)
		return kept{}, nil
	}
	return k, nil
}

// shown is what this node shows, if it is newer than what it shows already.
func (l *lookout) shown(protocol string, r readiness.Report) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if r.At.After(l.latest[protocol].At) {
		l.latest[protocol] = r
	}
}

// keep keeps a look for all nodes. Where an issue of the plan names the detector, each error that is new is found, once however often it
// is seen, and taken back once it is seen no more.
func (l *lookout) keep(ctx context.Context, p *plan.Plan, epoch uint64, last kept, r readiness.Report) error {
	k := kept{Report: r, Told: map[string]string{}}
	o := engine.Observation{Key: lookoutKey(p.Protocol), Epoch: epoch, Protocol: p.Protocol, BlockTime: r.At, Exercise: l.exercise}
	issues := p.IssuesOf(detectorUnready)
	for _, g := range r.Gaps {
		if g.Level != check.Error || len(issues) == 0 {
			continue
		}
		name := fmt.Sprintf("%s/%d/%s/%s", g.Code, g.Chain, g.Of, strings.Join(g.People, ","))
		if k.Told[name] != "" {
			continue
		}
		if id := last.Told[name]; id != "" {
			k.Told[name] = id
			continue
		}
		f := incident.Finding{
			ID: fmt.Sprintf("%s-%s-%d-%d", detectorUnready, g.Code, r.At.Unix(), len(o.Findings)), Detector: detectorUnready, Mode: detect.Page, Issues: issues,
			Chain: g.Chain, Block: g.Block, BlockHash: g.BlockHash, At: r.At, Say: g.Say,
		}
		if _, ok := p.Asset(g.Of); ok {
			f.Asset = g.Of
		}
		k.Told[name] = f.ID
		o.Findings = append(o.Findings, f)
	}
	blind := slices.ContainsFunc(r.Gaps, func(g readiness.Gap) bool { return g.Code == readiness.NotLooked || g.Code == readiness.ChainUnseen })
	for name, id := range last.Told {
		switch _, still := k.Told[name]; {
		case still:
		case blind: // that it is not seen proves nothing
			k.Told[name] = id
		default:
			o.Retracted = append(o.Retracted, id)
		}
	}
	slices.Sort(o.Retracted)
	o.RetractedWhy = "It was looked at again, and is as it should be."
	state, err := json.Marshal(k)
	if err != nil {
		return fmt.Errorf("encode what was seen: %w", err)
	}
	o.State = state
	if err := l.engine.Observe(ctx, o); err != nil {
		return err
	}
	l.shown(p.Protocol, r)
	return nil
}
