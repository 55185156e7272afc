package engine

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"sort"
	"time"

	"tocsin/evm"
	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
	"tocsin/store"
)

// Standing says which plan is in force and whether a folder holds another one.
type Standing struct {
	Protocol string    `json:"protocol"`
	InForce  evm.Hash  `json:"in_force"`
	Since    time.Time `json:"since"`
	Folder   evm.Hash  `json:"folder"`
	Differs  bool      `json:"differs"` // the folder is not what is in force: a gap, never a change
	First    bool      `json:"first"`   // this start pinned it
}

// Pin brings the first plan of a protocol into force. A later plan that differs changes nothing: the standing says so.
func (e *Engine) Pin(ctx context.Context, p *plan.Plan, files map[string][]byte) (Standing, error) {
	hash := p.Hash()
	zipped, err := zipFiles(files)
	if err != nil {
		return Standing{}, err
	}
	sp := store.Plan{Hash: hash.Hex(), Protocol: p.Protocol, Canonical: p.Canonical(), Files: zipped, Stored: e.now()}
	if err := e.store.PutPlan(ctx, sp); err != nil {
		return Standing{}, fmt.Errorf("keep plan: %w", err)
	}
	for {
		h, err := e.History(ctx, p.Protocol)
		if err == nil {
			return h.standing(hash), nil
		}
		if !fault.Is(err, fault.NotFound) {
			return Standing{}, err
		}
		h, err = e.append(ctx, &History{Protocol: p.Protocol}, journal.Actor{Kind: journal.System, Via: "first-start"},
			planEvent{kindPinned, eventPinned{Hash: hash, Version: p.Version}})
		switch {
		case isConflict(err):
			continue // another node pinned one at the same moment
		case err != nil:
			return Standing{}, err
		}
		st := h.standing(hash)
		st.First = true
		return st, nil
	}
}

// standing compares what is in force with what a folder holds.
func (h *History) standing(folder evm.Hash) Standing {
	g := h.InForce()
	return Standing{Protocol: h.Protocol, InForce: g.Hash, Since: g.Since, Folder: folder, Differs: g.Hash != folder}
}

// Standing says which plan is in force and whether it is the one that a folder holds.
func (e *Engine) Standing(ctx context.Context, protocol string, folder evm.Hash) (Standing, error) {
	h, err := e.History(ctx, protocol)
	if err != nil {
		return Standing{}, err
	}
	return h.standing(folder), nil
}

// InForce returns the plan in force for a protocol.
func (e *Engine) InForce(ctx context.Context, protocol string) (*plan.Plan, error) {
	h, err := e.History(ctx, protocol)
	if err != nil {
		return nil, err
	}
	return h.Plan(), nil
}

// Protocols lists the protocols that have a plan in force, in the order of their names.
func (e *Engine) Protocols(ctx context.Context) ([]string, error) {
	heads, err := e.store.Heads(ctx, kindPlan, false)
	if err != nil {
		return nil, fmt.Errorf("list plans: %w", err)
	}
	ids := make([]string, 0, len(heads))
	for _, h := range heads {
		ids = append(ids, h.Protocol)
	}
	sort.Strings(ids)
	return ids, nil
}

func (e *Engine) planByHash(ctx context.Context, hash string) (*plan.Plan, error) {
	e.mu.Lock()
	p := e.plans[hash]
	e.mu.Unlock()
	if p != nil {
		return p, nil
	}
	p, sp, err := e.readPlan(ctx, hash)
	if err != nil {
		return nil, err
	}
	e.openContacts(p, sp)
	e.readScripts(p, sp)
	e.mu.Lock()
	e.plans[hash] = p
	e.mu.Unlock()
	return p, nil
}

// readPlan reads a plan from the store, whose word for what stands under a hash is not taken.
func (e *Engine) readPlan(ctx context.Context, hash string) (*plan.Plan, store.Plan, error) {
	sp, err := e.store.Plan(ctx, hash)
	if isNotFound(err) {
		return nil, sp, fault.New(fault.Invalid, "The database does not hold the plan %s.", hash).Because(err)
	}
	if err != nil {
		return nil, sp, fmt.Errorf("load plan %s: %w", hash, err)
	}
	p, err := parsePlan(hash, sp.Canonical)
	return p, sp, err
}

// parsePlan reads the canonical form of the plan that has a hash.
func parsePlan(hash string, canonical []byte) (*plan.Plan, error) {
	p, err := plan.ParseCanonical(canonical)
	if err != nil {
		return nil, fault.New(fault.Invalid, "What is kept as the plan %s cannot be read.", hash).Because(err)
	}
	if got := p.Hash().Hex(); got != hash {
		return nil, fault.New(fault.Invalid, "What is kept as the plan %s is another one, %s.", hash, got)
	}
	return p, nil
}

// zipFiles packs a plan's files, the same files always into the same bytes.
func zipFiles(files map[string][]byte) ([]byte, error) {
	names := make([]string, 0, len(files))
	for n := range files {
		names = append(names, n)
	}
	sort.Strings(names)
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, n := range names {
		f, err := w.Create(n)
		if err != nil {
			return nil, fmt.Errorf("pack plan: %w", err)
		}
		if _, err := f.Write(files[n]); err != nil {
			return nil, fmt.Errorf("pack plan: %w", err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("pack plan: %w", err)
	}
	return buf.Bytes(), nil
}

func unzip(b []byte) (map[string][]byte, error) {
	r, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, f := range r.File {
		rc, err := f.Open()
		if err != nil {
			return nil, err
		}
		files[f.Name], err = io.ReadAll(rc)
		rc.Close()
		if err != nil {
			return nil, err
		}
	}
	return files, nil
}

// FileOf returns a file of a plan that is or was in force, as it was when the plan came into force. Fault: not_found if the plan, or the file,
// is not there.
func (e *Engine) FileOf(ctx context.Context, hash evm.Hash, name string) ([]byte, error) {
	sp, err := e.store.Plan(ctx, hash.Hex())
	if err != nil {
		return nil, fmt.Errorf("load plan %s: %w", hash.Hex(), err)
	}
	files, err := unzip(sp.Files)
	if err != nil {
		return nil, fmt.Errorf("read the files of the plan %s: %w", hash.Hex(), err)
	}
	b, ok := files[name]
	if !ok {
		return nil, fault.New(fault.NotFound, "The plan %s was adopted without the file %q.", hash.Hex(), name)
	}
	return b, nil
}

// Files returns the files of the plan in force, as they were when it came into force. Files that the plan's hash covers are
// held to it.
func (e *Engine) Files(ctx context.Context, protocol string) (map[string][]byte, error) {
	p, err := e.InForce(ctx, protocol)
	if err != nil {
		return nil, err
	}
	return e.FilesWith(ctx, p)
}

// FilesWith returns the files that are kept with a plan. Those that the plan's hash covers are held to it.
func (e *Engine) FilesWith(ctx context.Context, p *plan.Plan) (map[string][]byte, error) {
	protocol := p.Protocol
	sp, err := e.store.Plan(ctx, p.Hash().Hex())
	if err != nil {
		return nil, fmt.Errorf("load plan of %q: %w", protocol, err)
	}
	files, err := unzip(sp.Files)
	if err != nil {
		return nil, fmt.Errorf("read the files of the plan of %q: %w", protocol, err)
	}
	for _, a := range p.Attachments {
		if b, ok := files[a.Name]; ok && evm.Keccak(b) != a.Hash {
			return nil, fault.New(fault.Invalid, "The file %q that the database keeps with the plan of %q is not the one that the plan was adopted with.", a.Name, protocol).
				Instead("Somebody may have tampered with the database; restore it from a backup that you trust.")
		}
	}
	return files, nil
}
