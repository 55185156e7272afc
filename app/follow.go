package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"tocsin/detect"
	"tocsin/fault"
	"tocsin/feed"
	"tocsin/feed/target"
	"tocsin/plan"
	"tocsin/watch"
)

// outlook is a plan made ready to be watched by.
type outlook struct {
	plan  *plan.Plan
	index *detect.Index
}

// verifyAll proves that every plan in force follows from the one of its protocol that was pinned.
func (d *Desk) verifyAll(ctx context.Context) error {
	ids, err := d.Engine.Protocols(ctx)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if _, err := d.Engine.VerifyAdoptions(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// outlook compiles the detectors of the plan in force, and says which of them do not run and which chains nobody watches.
func (s *server) outlook(ctx context.Context, p *plan.Plan) (o outlook, say []string, err error) {
	files, err := s.desk.Engine.Files(ctx, p.Protocol)
	if err != nil {
		return o, nil, err
	}
	abis, unread := detect.ABIs(p, files)
	index, broken := detect.Compile(p, abis)
	_, outside := target.Compile(p)
	for _, b := range slices.Concat(unread, broken, outside) {
		say = append(say, fmt.Sprintf("Detector %s does not run: %s.", b.Detector, strings.TrimSuffix(b.Say, ".")))
	}
	for _, c := range p.Chains {
		if len(s.o.Endpoints[c.ID]) == 0 {
			say = append(say, fmt.Sprintf("Chain %d (%s) is not watched: no --endpoint %d=URL was given.", c.ID, c.Name, c.ID))
		}
	}
	return outlook{plan: p, index: index}, append(say, s.hooks(p)...), nil
}

// watch watches a protocol's chains, and what is not on a chain, until ctx ends. When another plan comes into force, it goes on by
// that one, from the block that was seen last.
func (s *server) watch(ctx context.Context, x *protocol) {
	by := x.first
	changed, stop := s.desk.Engine.Subscribe()
	defer stop()
	for ctx.Err() == nil {
		session, end := context.WithCancel(ctx)
		var wg sync.WaitGroup
		for id, client := range s.clients {
			if _, ok := by.plan.Chain(id); !ok {
				continue
			}
			w := watch.New(watch.Options{Engine: s.desk.Engine, Client: client, Plan: by.plan, Index: by.index, Now: s.desk.Engine.Now, Logger: s.o.Logger})
			wg.Go(func() {
				if err := w.Run(session); err != nil && session.Err() == nil {
					s.o.Logger.Error("watch chain", "protocol", x.id, "chain", id, "err", err)
				}
			})
		}
		if s.o.sealed {
			by = s.adopted(ctx, x, changed, by)
			end()
			wg.Wait()
			continue
		}
		outside := feed.New(feed.Options{Engine: s.desk.Engine, Plan: by.plan, Exercise: s.o.exercise, Now: s.desk.Engine.Now, Logger: s.o.Logger})
		wg.Go(func() {
			if err := outside.Run(session); err != nil && session.Err() == nil {
				s.o.Logger.Error("follow what is not on a chain", "protocol", x.id, "err", err)
			}
		})
		by = s.adopted(ctx, x, changed, by)
		end()
		wg.Wait()
	}
}

// adopted waits until another plan is in force and can be watched by.
func (s *server) adopted(ctx context.Context, x *protocol, changed <-chan struct{}, by outlook) outlook {
	hash := by.plan.Hash()
	for {
		select {
		case <-ctx.Done():
			return by
		case <-changed:
		}
		st, err := s.desk.Engine.Standing(ctx, by.plan.Protocol, hash)
		if err != nil || !st.Differs {
			continue
		}
		p, err := s.desk.Engine.InForce(ctx, by.plan.Protocol)
		if err != nil {
			continue
		}
		next, say, err := s.outlook(ctx, p)
		if err != nil {
			s.o.Logger.Error("the plan adopted cannot be watched by; the one before is still watched by", "protocol", x.id, "plan", st.InForce.Hex(), "say", fault.Sentence(err))
			hash = st.InForce // once is enough
			continue
		}
		s.o.Logger.Warn("another plan came into force; it is watched by from now on", "protocol", x.id, "plan", st.InForce.Hex(), "version", p.Version)
		for _, line := range say {
			s.o.Logger.Warn(line, "protocol", x.id, "plan", st.InForce.Hex())
		}
		x.gauges.adopt(p)
		return next
	}
}
