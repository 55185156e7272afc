package engine

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"tocsin/decision"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

// Adoptions are all that proves which plan of a protocol is in force: the events of its record as they are stored, and the plans that
// they name. Whoever holds them needs no server.
type Adoptions struct {
	Tocsin   int               `json:"tocsin_adoptions"` // version of this form, 1
	Protocol string            `json:"protocol"`
	Events   []AdoptionEvent   `json:"events"`
	Plans    map[string]string `json:"plans"` // canonical form by hash
}

// AdoptionEvent is one event: its line as it is hashed.
type AdoptionEvent struct {
	Line     string          `json:"line"`
	Openings json.RawMessage `json:"openings,omitempty"`
}

// adoptionsVersion is the version of the form.
const adoptionsVersion = 1

// maxAdoptions is the most that is read of one file, in bytes.
const maxAdoptions = 256 << 20

// VerifyAdoptions proves from what the database holds now, not from what is remembered, that the plan in force follows from the
// pinned one by valid adoptions. The fault, of code invalid, says what does not fit.
func (e *Engine) VerifyAdoptions(ctx context.Context, protocol string) (*History, error) {
	x, err := e.Adoptions(ctx, protocol)
	if err != nil {
		return nil, err
	}
	return x.Verify()
}

// Holder is the person to whom the plan in force gives an account to sign with, or else the latest plan that was in force and did;
// nil if none did.
func (e *Engine) Holder(ctx context.Context, protocol string, account evm.Address) (*plan.Person, error) {
	h, err := e.History(ctx, protocol)
	if err != nil {
		return nil, err
	}
	for _, reign := range slices.Backward(h.Reigns) {
		p, err := e.planByHash(ctx, reign.Hash.Hex())
		if err != nil {
			return nil, err
		}
		if x := decision.Holder(p, account); x != nil {
			return x, nil
		}
	}
	return nil, nil
}

// Adoptions returns what proves which plan is in force. It proves nothing itself: Verify does.
func (e *Engine) Adoptions(ctx context.Context, protocol string) (*Adoptions, error) {
	records, err := e.planRecords(ctx, protocol)
	if err != nil {
		return nil, err
	}
	x := &Adoptions{Tocsin: adoptionsVersion, Protocol: protocol, Plans: map[string]string{}}
	for _, r := range records {
		if sum := sha256.Sum256(r.Bytes); sum != r.Hash {
			return nil, (&History{Protocol: protocol}).broken(fault.New(fault.Invalid, "Record %d: its bytes have the hash %x, where %x is on record.", r.Seq, sum, r.Hash))
		}
		x.Events = append(x.Events, AdoptionEvent{Line: string(r.Bytes), Openings: r.Openings})
		var named struct {
			Hash evm.Hash `json:"hash"`
		}
		if env, err := r.Open(&named); err != nil || env.Kind != kindPinned && env.Kind != kindProposed && env.Kind != kindAdopted {
			continue // what cannot be read is for Verify to say
		}
		hash := named.Hash.Hex()
		sp, err := e.store.Plan(ctx, hash)
		switch {
		case isNotFound(err): // for Verify to say
		case err != nil:
			return nil, fmt.Errorf("load plan %s: %w", hash, err)
		default:
			x.Plans[hash] = string(sp.Canonical)
		}
	}
	return x, nil
}

// ReadAdoptions reads what Write wrote. A fault of code invalid says why it cannot be read.
func ReadAdoptions(r io.Reader) (*Adoptions, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxAdoptions+1))
	if err != nil {
		return nil, fmt.Errorf("read adoptions: %w", err)
	}
	if len(b) > maxAdoptions {
		return nil, fault.New(fault.Invalid, "The file of adoptions is larger than %d MiB.", maxAdoptions>>20)
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	x := &Adoptions{}
	err = dec.Decode(x)
	if err == nil {
		if _, more := dec.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something follows it")
		}
	}
	if err == nil && x.Tocsin != adoptionsVersion {
		err = fmt.Errorf("it has version %d, and this release reads version %d", x.Tocsin, adoptionsVersion)
	}
	if err != nil {
		return nil, fault.New(fault.Invalid, "This is no file of adoptions.").Instead("Write one with tocsin adopt export, or take it from the console's page of the plan.").Because(err)
	}
	return x, nil
}

// Write writes them as one JSON object.
func (x *Adoptions) Write(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	return enc.Encode(x)
}

// Verify proves every step and returns the record. The fault, of code invalid, says what does not fit.
func (x *Adoptions) Verify() (*History, error) {
	h := &History{Protocol: x.Protocol}
	records := make([]journal.Record, len(x.Events))
	for i, ev := range x.Events {
		r := journal.Record{Bytes: []byte(ev.Line), Hash: sha256.Sum256([]byte(ev.Line)), Openings: ev.Openings}
		env, err := openEvent(r, nil)
		if err != nil {
			return nil, h.broken(fault.New(fault.Invalid, "Event %d cannot be read.", i+1).Because(err))
		}
		r.Stream, r.Seq, r.Kind, r.At = env.Stream, env.Seq, env.Kind, env.At
		records[i] = r
	}
	return h.read(records, func(hash evm.Hash) (*plan.Plan, error) {
		text, ok := x.Plans[hash.Hex()]
		if !ok {
			return nil, fault.New(fault.Invalid, "The plan %s, which it names, is missing.", hash.Hex())
		}
		return parsePlan(hash.Hex(), []byte(text))
	})
}

// PlanOf is a plan that the adoptions name, as they hold it; only after Verify is its hash its own.
func (x *Adoptions) PlanOf(hash evm.Hash) (*plan.Plan, bool) {
	text, ok := x.Plans[hash.Hex()]
	if !ok {
		return nil, false
	}
	p, err := parsePlan(hash.Hex(), []byte(text))
	return p, err == nil
}
