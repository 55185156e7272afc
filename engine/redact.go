package engine

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/store"
)

// RedactOrder says which texts about people are to be removed from an incident.
type RedactOrder struct {
	Incident   string
	Containing string // only texts that contain this, such as a name or an address; empty for all, of an incident that is over
	Why        string
	Actor      journal.Actor
}

// Redact removes texts about people from an incident for good: from its record, whose chain of hashes still holds, from what was
// sent for it, and the files that came with them. It returns how many texts of the record there were; if there are none, and no
// files, nothing happens.
func (e *Engine) Redact(ctx context.Context, o RedactOrder) (int, error) {
	texts := 0
	err := e.redact(ctx, o.Incident, func(v *View) (removal, error) {
		r, err := e.removal(ctx, v, scope{containing: o.Containing})
		r.why, r.actor, texts = o.Why, o.Actor, r.texts
		if o.Containing != "" {
			r.some = "that somebody asked for"
		}
		if r.texts+len(r.files) == 0 {
			r = removal{}
		}
		return r, err
	})
	return texts, err
}

// scope says which texts of an incident are meant, and how many of them at once. The zero scope is all.
type scope struct {
	containing string
	until      time.Time // only what is not younger; zero for all
	records    int       // at most so many, and as many deliveries; 0 for all
	bytes      int64     // no further file once so many bytes of files go; 0 for all
}

func (s scope) meant(text string) bool {
	return text != "" && strings.Contains(strings.ToLower(text), strings.ToLower(s.containing))
}

func (s scope) old(at time.Time) bool { return s.until.IsZero() || !at.After(s.until) }

// removal is what is taken out of an incident in one commit.
type removal struct {
	texts   int
	records []journal.Record // all of the incident, as they are left
	gone    []store.Redaction
	files   []string
	forget  []string
	more    bool // there is more of the same, for another commit
	later   bool // there is more that is too young

	why, some, rule string
	actor           journal.Actor
}

func (r *removal) empty() bool { return r.texts+len(r.files)+len(r.forget) == 0 }

// redact commits the removal that is made of how an incident stands.
func (e *Engine) redact(ctx context.Context, id string, plan func(*View) (removal, error)) error {
	ent := e.entry(id)
	ent.mu.Lock()
	defer ent.mu.Unlock()
	return e.persist(ctx, func() error {
		v, err := e.refresh(ctx, ent)
		if err != nil {
			return err
		}
		r, err := plan(v)
		if err != nil || r.empty() {
			return err
		}
		c, next, err := e.redaction(v, r)
		if err != nil {
			return err
		}
		if err := e.commit(ctx, c); err != nil {
			return err
		}
		ent.view = next
		return nil
	})
}

// removal finds what a scope means in an incident.
func (e *Engine) removal(ctx context.Context, v *View, s scope) (removal, error) {
	var r removal
	records, err := v.Records(ctx)
	if err != nil {
		return r, err
	}
	if err := journal.Verify(records); err != nil {
		return r, fault.New(fault.Invalid, "The record of incident %s does not hold: %s", v.id, fault.Sentence(err)).
			Instead("Nothing is removed from it. Restore the database from a backup that you trust.")
	}
	r.records = records
	if err := r.strip(s, nil); err != nil {
		return r, err
	}
	r.discard(v, s)
	return r, e.forgetting(ctx, stream(v.id), s, &r)
}

// strip takes what a scope means out of the records, but for those that are kept whole.
func (r *removal) strip(s scope, whole func(journal.Record) bool) error {
	for i, rec := range r.records {
		if whole != nil && whole(rec) {
			continue
		}
		n := 0
		left, err := journal.Redact(rec, func(_, value string) bool {
			if !s.meant(value) {
				return false
			}
			n++
			return true
		})
		switch {
		case err != nil:
			return err
		case n == 0:
		case !s.old(rec.At):
			r.later = true
		case s.records > 0 && len(r.gone) == s.records:
			r.more = true
		default:
			r.gone = append(r.gone, store.Redaction{Stream: rec.Stream, Seq: rec.Seq, Openings: left})
			r.records[i].Openings, r.texts = left, r.texts+n
		}
	}
	return nil
}

// discard adds the files that go.
func (r *removal) discard(v *View, s scope) {
	var size int64
	for _, ev := range v.State.Evidence {
		switch {
		case ev.File == nil, ev.Gone, s.containing != "" && !s.meant(ev.What) && !s.meant(ev.Note):
		case !s.old(ev.At):
			r.later = true
		case s.bytes > 0 && size >= s.bytes:
			r.more = true
		default:
			r.files = append(r.files, ev.File.ID)
			size += ev.File.Size
		}
	}
}

// forgetting adds what was sent: its copies of the texts go as well.
func (e *Engine) forgetting(ctx context.Context, stream string, s scope, r *removal) error {
	sent, err := e.store.Deliveries(ctx, stream)
	if err != nil {
		return fmt.Errorf("look up what was sent for %s: %w", stream, err)
	}
	for _, d := range sent {
		switch {
		case d.Kind == incident.DispatchAction, !s.meant(string(d.Payload) + string(d.Outcome)):
		case d.State == store.Queued || d.State == store.Sending:
			r.later = r.later || s.records > 0 // it still needs them
		case !s.old(d.Created):
			r.later = true
		case s.records > 0 && len(r.forget) == s.records:
			r.more = true
		default:
			r.forget = append(r.forget, d.ID)
		}
	}
	return nil
}

// redaction prepares the commit that removes texts, and the view that is left.
func (e *Engine) redaction(v *View, r removal) (store.Commit, *View, error) {
	if r.texts+len(r.files) == 0 {
		return store.Commit{Forget: r.forget}, v, nil
	}
	// What is decided next is decided on what is left.
	clean := &View{State: &incident.State{}, Plan: v.Plan, engine: e, id: v.id}
	clean, err := clean.after(r.records)
	if err != nil {
		return store.Commit{}, nil, err
	}
	clean.Plan = v.Plan
	op := incident.OpRedact{Texts: r.texts, Some: r.some, Why: r.why, Rule: r.rule, Files: r.files}
	c, next, err := e.decide(clean, incident.Command{ID: e.id("cmd"), Actor: r.actor, Op: op})
	if err != nil {
		return store.Commit{}, nil, err
	}
	c.Redactions, c.Forget = r.gone, r.forget
	for _, id := range r.files {
		c.Discard = append(c.Discard, store.FileRef{Stream: stream(v.id), ID: id})
	}
	return c, next, nil
}
