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

// eventPinned is the adoption of the first plan: whoever starts the server vouches for it.
type eventPinned struct {
	Hash    evm.Hash `json:"hash"`
	Version string   `json:"version"`
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
	name := kindPlan + "/" + p.Protocol
	for {
		st, err := e.standing(ctx, p.Protocol)
		if err == nil {
			st.Folder, st.Differs = hash, st.InForce != hash
			return st, nil
		}
		if !fault.Is(err, fault.NotFound) {
			return Standing{}, err
		}
		ev := eventPinned{Hash: hash, Version: p.Version}
		r, err := journal.Seal([32]byte{}, journal.Envelope{
			Stream: name, Seq: 1, Kind: "plan-pinned", KindV: 1, At: e.now(), Actor: journal.Actor{Kind: journal.System, Node: e.node, Via: "first-start"},
		}, ev, e.salt)
		if err != nil {
			return Standing{}, err
		}
		err = e.commit(ctx, store.Commit{Appends: []store.Append{{Stream: name, Kind: kindPlan, Protocol: p.Protocol, Records: []journal.Record{r}, Open: true}}})
		switch {
		case isConflict(err):
			continue // another node pinned one at the same moment
		case err != nil:
			return Standing{}, err
		}
		return Standing{Protocol: p.Protocol, InForce: hash, Since: r.At, Folder: hash, First: true}, nil
	}
}

func (e *Engine) standing(ctx context.Context, protocol string) (Standing, error) {
	records, err := e.store.Load(ctx, kindPlan+"/"+protocol, 0)
	if err != nil {
		return Standing{}, fmt.Errorf("load the plan's record: %w", err)
	}
	if len(records) == 0 {
		return Standing{}, fault.New(fault.NotFound, "No plan of %q is in force.", protocol).Instead("Start the server with its plan folder first.")
	}
	last := records[len(records)-1]
	var ev eventPinned
	env, err := last.Open(&ev)
	if err != nil {
		return Standing{}, err
	}
	if env.Kind != "plan-pinned" || env.KindV != 1 {
		return Standing{}, fault.New(fault.Unavailable, "The plan of %q was adopted by a newer release.", protocol).Instead("Use a node of that release.")
	}
	return Standing{Protocol: protocol, InForce: ev.Hash, Since: env.At}, nil
}

// InForce returns the plan in force for a protocol.
func (e *Engine) InForce(ctx context.Context, protocol string) (*plan.Plan, error) {
	st, err := e.standing(ctx, protocol)
	if err != nil {
		return nil, err
	}
	return e.planByHash(ctx, st.InForce.Hex())
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
	sp, err := e.store.Plan(ctx, hash)
	if err != nil {
		return nil, fmt.Errorf("load plan %s: %w", hash, err)
	}
	if p, err = plan.ParseCanonical(sp.Canonical); err != nil {
		return nil, fmt.Errorf("read plan %s: %w", hash, err)
	}
	if got := p.Hash().Hex(); got != hash {
		return nil, fault.New(fault.Internal, "The database holds a plan under %s whose hash is %s.", hash, got)
	}
	e.openContacts(p, sp)
	e.mu.Lock()
	e.plans[hash] = p
	e.mu.Unlock()
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

// Files returns the files of the plan in force, as they were when it came into force.
func (e *Engine) Files(ctx context.Context, protocol string) (map[string][]byte, error) {
	st, err := e.standing(ctx, protocol)
	if err != nil {
		return nil, err
	}
	sp, err := e.store.Plan(ctx, st.InForce.Hex())
	if err != nil {
		return nil, fmt.Errorf("load plan of %q: %w", protocol, err)
	}
	files, err := unzip(sp.Files)
	if err != nil {
		return nil, fmt.Errorf("read the files of the plan of %q: %w", protocol, err)
	}
	return files, nil
}
