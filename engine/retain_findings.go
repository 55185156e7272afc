package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
	"tocsin/store"
)

// eventForgotten says that texts about people were removed from the record of findings.
type eventForgotten struct {
	By      string `json:"by,omitempty"` // person; empty if the plan's retention did it
	Texts   int    `json:"texts"`
	Finding string `json:"finding,omitempty"` // of this one only
	Why     string `json:"why"`
	Rule    string `json:"rule,omitempty"` // key of the plan that wanted it
}

// retained is what is remembered of the retention of a protocol's findings.
type retained struct {
	Findings uint64 `json:"findings"` // number up to which nothing is left to be removed
}

// reports removes the texts that findings brought long enough ago, from where it ended the last time.
func (k *keeper) reports(ctx context.Context, keep time.Duration) error {
	e := k.engine
	b, err := e.store.Watch(ctx, k.key)
	if err != nil {
		return fmt.Errorf("look up what was removed: %w", err)
	}
	var at retained
	if b != nil {
		if err := json.Unmarshal(b, &at); err != nil {
			return fmt.Errorf("read what was removed: %w", err)
		}
	}
	until := e.now().Add(-keep)
	why := fmt.Sprintf("The plan keeps them for %s (%s).", plan.Duration(keep), ruleReports)
	for {
		if err := k.hold(ctx); err != nil {
			return err
		}
		from, last := at.Findings, false
		err := e.persist(ctx, func() error {
			var gone []store.Redaction
			texts, scanned := 0, 0
			at.Findings = from
			records, err := e.store.Window(ctx, findingsStream(k.protocol), from, retainRecords)
			if err != nil {
				return fmt.Errorf("load findings: %w", err)
			}
			for _, r := range records {
				if r.At.After(until) {
					break
				}
				red, n, err := forget(r)
				if err != nil {
					return err
				}
				if n > 0 {
					gone, texts = append(gone, red), texts+n
				}
				at.Findings, scanned = r.Seq, scanned+1
			}
			if last = scanned < retainRecords; scanned == 0 {
				return nil
			}
			state, err := marshal(at)
			if err != nil {
				return err
			}
			c := store.Commit{Watch: []store.Watch{{Key: k.key, Epoch: k.epoch, State: state}}, Redactions: gone}
			return e.forgetFindings(ctx, k.protocol, c, keptBy, eventForgotten{Texts: texts, Why: why, Rule: ruleReports})
		})
		if err != nil || last {
			return err
		}
	}
}

// forget is a finding's record without the texts about people, and how many they were.
func forget(r journal.Record) (store.Redaction, int, error) {
	n := 0
	left, err := journal.Redact(r, func(_, value string) bool {
		if value != "" {
			n++
		}
		return value != ""
	})
	return store.Redaction{Stream: r.Stream, Seq: r.Seq, Openings: left}, n, err
}

// forgetFindings commits what removes texts from the record of findings, and says so there if there are any.
func (e *Engine) forgetFindings(ctx context.Context, protocol string, c store.Commit, actor journal.Actor, ev eventForgotten) error {
	d := &draft{engine: e, commit: c}
	if ev.Texts > 0 {
		e.observing.Lock()
		defer e.observing.Unlock()
		if err := d.write(ctx, protocol, actor, incident.KindRedacted, ev); err != nil {
			return err
		}
	}
	return e.commit(ctx, d.commit)
}

// RedactFindingOrder says from which finding texts about people are to be removed.
type RedactFindingOrder struct {
	Protocol string
	Finding  string // id
	Why      string
	Actor    journal.Actor
}

// RedactFinding removes what somebody wrote, and how to reach them, from the record of a finding for good. It returns how many texts
// there were; if there are none, nothing happens. The texts of a finding that led to an incident stand in that incident.
func (e *Engine) RedactFinding(ctx context.Context, o RedactFindingOrder) (int, error) {
	why := strings.TrimSpace(strings.ToValidUTF8(o.Why, "\uFFFD"))
	if why == "" {
		return 0, fault.New(fault.Invalid, "The reason is missing.").Instead("Write a sentence.")
	}
	texts := 0
	err := e.persist(ctx, func() error {
		var gone []store.Redaction
		texts = 0
		known, led := false, ""
		err := e.forward(ctx, o.Protocol, 0, func(r journal.Record) (bool, error) {
			n, err := readNoted(r)
			if err != nil || n.found == nil || n.found.ID != o.Finding {
				return err == nil, err
			}
			known = true
			if n.found.Incident != "" {
				led = n.found.Incident
			}
			red, some, err := forget(r)
			if some > 0 {
				gone, texts = append(gone, red), texts+some
			}
			return true, err
		})
		switch {
		case err != nil:
			return err
		case !known:
			return fault.New(fault.NotFound, "There is no finding %q.", o.Finding)
		case texts == 0 && led != "":
			return fault.New(fault.Conflict, "What this finding says about people stands in incident %s.", led).
				Instead("Remove it there.")
		case texts == 0:
			return nil
		}
		by := ""
		if o.Actor.Kind == journal.Person {
			by = o.Actor.ID
		}
		return e.forgetFindings(ctx, o.Protocol, store.Commit{Redactions: gone}, o.Actor, eventForgotten{By: by, Texts: texts, Finding: o.Finding, Why: why})
	})
	return texts, err
}
