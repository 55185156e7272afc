package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
	"tocsin/store"
)

// The measures of retention. What is removed at once keeps nobody else waiting long.
const (
	retainEvery   = 10 * time.Minute
	retainLease   = time.Minute // after which another node goes on, if this one dies
	retainRecords = 2000        // records of which texts are removed in one commit, and deliveries
	retainBytes   = 32 << 20    // of files that are removed in one commit
)

// The keys of the plan that say how long texts about people are kept.
const (
	ruleIncidents = "retention.incidents"
	ruleExercises = "retention.exercises"
	ruleReports   = "retention.reports"
)

// Retain removes the texts about people that the plans in force do not keep any longer: those of incidents that were closed or
// dismissed, and those that findings brought. It does so in portions, each of which says so in its record, so that whoever is
// interrupted goes on where they were. Of several nodes one does it; it does nothing on the others.
func (e *Engine) Retain(ctx context.Context) error {
	protocols, err := e.Protocols(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, protocol := range protocols {
		if err := e.retain(ctx, protocol); err != nil {
			errs = append(errs, fmt.Errorf("remove what %s keeps no longer: %w", protocol, err))
		}
	}
	return errors.Join(errs...)
}

func (e *Engine) retain(ctx context.Context, protocol string) error {
	p, err := e.InForce(ctx, protocol)
	if err != nil || p.Retention == (plan.Retention{}) {
		return err
	}
	k := &keeper{engine: e, protocol: protocol, key: "retention/" + protocol}
	if ok, err := k.renew(ctx); err != nil || !ok {
		return err
	}
	defer func() { _ = e.store.Release(context.WithoutCancel(ctx), k.key, e.node) }()
	var errs []error
	errs = append(errs, k.incidents(ctx, p.Retention))
	if p.Retention.Exercises > 0 {
		errs = append(errs, k.exercises(ctx, time.Duration(p.Retention.Exercises)))
	}
	if p.Retention.Reports > 0 {
		errs = append(errs, k.reports(ctx, time.Duration(p.Retention.Reports)))
	}
	err = errors.Join(errs...)
	if isLost(err) {
		return nil // another node goes on
	}
	return err
}

// retainAlways removes what is due until ctx ends.
func (e *Engine) retainAlways(ctx context.Context) {
	tick := time.NewTicker(retainEvery)
	defer tick.Stop()
	for {
		if err := e.Retain(ctx); err != nil && ctx.Err() == nil {
			e.log.Error("sweep", "what", "remove texts", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// keeper removes what is due of one protocol, while it holds the lease.
type keeper struct {
	engine   *Engine
	protocol string
	key      string // of the lease, and of what is remembered
	epoch    uint64
}

// renew takes or prolongs the lease; false if another node has it.
func (k *keeper) renew(ctx context.Context) (bool, error) {
	epoch, ok, err := k.engine.Lease(ctx, k.key, k.engine.now().Add(retainLease))
	if err != nil {
		return false, fmt.Errorf("take %s: %w", k.key, err)
	}
	k.epoch = epoch
	return ok, nil
}

// hold prolongs the lease; store.ErrLost if another node has it.
func (k *keeper) hold(ctx context.Context) error {
	ok, err := k.renew(ctx)
	if err == nil && !ok {
		return store.ErrLost
	}
	return err
}

// keptBy is who removes what a plan keeps no longer.
var keptBy = journal.Actor{Kind: journal.System, Via: "plan"}

// keeps is how long a plan keeps the texts of an incident, and by which key; those of an exercise's as long as the exercise's own, where
// the plan says that.
func keeps(r plan.Retention, exercise bool) (time.Duration, string) {
	if exercise && r.Exercises > 0 {
		return time.Duration(r.Exercises), ruleExercises
	}
	return time.Duration(r.Incidents), ruleIncidents
}

// incidents removes the texts of incidents that were over long enough ago.
func (k *keeper) incidents(ctx context.Context, r plan.Retention) error {
	list, err := k.engine.List(ctx, false)
	if err != nil {
		return err
	}
	var errs []error
	for _, s := range list {
		keep, rule := keeps(r, s.Exercise)
		if s.Protocol != k.protocol || keep == 0 || !s.Phase.Over() && !s.Exercise || !s.Exercise && k.engine.now().Sub(s.Opened) < keep {
			continue
		}
		if err := k.incident(ctx, s.ID, keep, rule); err != nil {
			if ctx.Err() != nil || isLost(err) {
				return errors.Join(append(errs, err)...)
			}
			errs = append(errs, fmt.Errorf("incident %s: %w", s.ID, err))
		}
	}
	return errors.Join(errs...)
}

// incident removes the texts of an incident, one portion after the other. What was written after it was over is kept as long
// from then on.
func (k *keeper) incident(ctx context.Context, id string, keep time.Duration, rule string) error {
	e := k.engine
	head, err := e.store.Head(ctx, stream(id))
	if err != nil {
		return fmt.Errorf("look up incident: %w", err)
	}
	if done, err := k.done(ctx, id, head.Version); err != nil || done {
		return err
	}
	ended, err := e.ended(ctx, id)
	if err != nil || ended.IsZero() || e.now().Sub(ended) < keep {
		return err
	}
	for more, left := true, false; more; {
		if err := k.hold(ctx); err != nil {
			return err
		}
		var version uint64
		more = false
		err := e.redact(ctx, id, func(v *View) (removal, error) {
			if more = false; v.ReadOnly != nil || !v.State.Over() {
				version = 0
				return removal{}, nil
			}
			r, err := e.removal(ctx, v, scope{until: e.now().Add(-keep), records: retainRecords, bytes: retainBytes})
			r.why, r.rule, r.actor = fmt.Sprintf("The plan keeps them for %s (%s).", plan.Duration(keep), rule), rule, keptBy
			more, left, version = r.more, r.later, v.Events
			if !r.empty() {
				more = true // look once more, at what is left then
			}
			return r, err
		})
		if err != nil {
			return err
		}
		if !more && version > 0 {
			return k.note(ctx, id, version, left)
		}
	}
	return nil
}

// ended is when an incident was closed or dismissed the last time; one that was merged ends with the one that it goes on in. Zero
// if it goes on.
func (e *Engine) ended(ctx context.Context, id string) (time.Time, error) {
	for seen := map[string]bool{}; !seen[id]; {
		seen[id] = true
		v, err := e.View(ctx, id)
		switch {
		case err != nil:
			return time.Time{}, err
		case v.State.Into != nil:
			id = v.State.Into.Incident
			continue
		case !v.State.Over():
			return time.Time{}, nil
		case !v.State.Phase.Over():
			return v.State.Clock().At, nil // the exercise's end, in real time
		}
		last, err := v.Latest(ctx, 0, 1, incident.EventClosed{}.Kind(), incident.EventDismissed{}.Kind())
		if err != nil || len(last) == 0 {
			return time.Time{}, err
		}
		return last[0].At, nil
	}
	return time.Time{}, nil // merged in a circle, which nobody can decide
}

// doneMark is under which it is remembered that nothing is left to be removed from an incident with so many events.
func doneMark(id string, version uint64) string { return fmt.Sprintf("retained/%s/%d", id, version) }

// done reports whether it is known that nothing is to be removed from an incident now.
func (k *keeper) done(ctx context.Context, id string, version uint64) (bool, error) {
	m := doneMark(id, version)
	seen, err := k.engine.store.Seen(ctx, []string{m})
	if err != nil {
		return false, fmt.Errorf("look up what was removed: %w", err)
	}
	return seen[m] != "", nil
}

// note remembers that nothing is left, unless something too young is.
func (k *keeper) note(ctx context.Context, id string, version uint64, left bool) error {
	if left {
		return nil
	}
	err := k.engine.store.Commit(ctx, store.Commit{Marks: map[string]string{doneMark(id, version): stream(id)}})
	if isConflict(err) {
		return nil
	}
	return err
}
