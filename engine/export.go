package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"tocsin/evm"
	"tocsin/exercise"
	"tocsin/fault"
	"tocsin/journal"
)

// ExportProtocol writes everything that is recorded about a protocol as a zip that verifies offline: incidents with their files,
// what its detectors found, its mutes, what it had armed, who tried their keys and was away, its exercises that are over without their
// scripts, its plans and how they came into force.
func (e *Engine) ExportProtocol(ctx context.Context, protocol string, to io.Writer) (journal.ProtocolManifest, error) {
	heads, err := e.store.Heads(ctx, "", false)
	if err != nil {
		return journal.ProtocolManifest{}, fmt.Errorf("list streams: %w", err)
	}
	slices.Reverse(heads) // the oldest first
	w := journal.NewProtocolWriter(to, protocol)
	named := map[evm.Hash]bool{}
	for _, h := range heads {
		if h.Protocol != protocol {
			continue
		}
		var keep sealing
		var told *exercise.State
		if h.Kind == kindIncident {
			v, err := e.View(ctx, h.Stream[len(kindIncident)+1:])
			if err != nil {
				return journal.ProtocolManifest{}, err
			}
			keep.state = v.State
		}
		if h.Kind == kindExercise {
			v, err := e.Session(ctx, h.Stream[len(kindExercise)+1:])
			if err != nil {
				return journal.ProtocolManifest{}, err
			}
			if !v.State.Phase.Over() {
				continue // what is held back in it is for its moderator alone, and a surprise is nobody's to know of
			}
			told = v.State
		}
		err := w.Stream(h.Stream, h.Version, func(after uint64) ([]journal.Record, error) {
			records, err := e.store.Window(ctx, h.Stream, after, eventWindow)
			if err != nil {
				return nil, fmt.Errorf("load %s: %w", h.Stream, err)
			}
			for _, r := range records {
				plansNamed(r, named)
			}
			if told != nil {
				for i := range records {
					records[i] = exercise.Outward(records[i], told)
				}
			}
			if keep.state == nil {
				return records, nil
			}
			return keep.records(records)
		})
		if err == nil && h.Kind == kindIncident {
			err = e.exportFiles(ctx, w, h.Stream[len(kindIncident)+1:])
		}
		if err != nil {
			return journal.ProtocolManifest{}, err
		}
	}
	for _, hash := range slices.SortedFunc(maps.Keys(named), func(a, b evm.Hash) int { return bytes.Compare(a[:], b[:]) }) {
		if err := e.exportPlan(ctx, w, hash.Hex()); err != nil {
			return journal.ProtocolManifest{}, err
		}
	}
	return w.Close()
}

// plansNamed adds the plans that a record names.
func plansNamed(r journal.Record, named map[evm.Hash]bool) {
	if !bytes.Contains(r.Bytes, []byte(`"plan":"0x`)) && !bytes.Contains(r.Bytes, []byte(`"hash":"0x`)) {
		return
	}
	var env struct {
		Data struct {
			Plan evm.Hash `json:"plan"`
			Hash evm.Hash `json:"hash"`
		} `json:"data"`
	}
	if json.Unmarshal(r.Bytes, &env) != nil {
		return // it means something else by these words, or cannot be read, which is for whoever verifies to say
	}
	for _, h := range []evm.Hash{env.Data.Plan, env.Data.Hash} {
		if h != (evm.Hash{}) {
			named[h] = true
		}
	}
}

// exportPlan writes a plan, if the hash is that of one.
func (e *Engine) exportPlan(ctx context.Context, w *journal.ProtocolWriter, hash string) error {
	sp, err := e.store.Plan(ctx, hash)
	if isNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("load plan %s: %w", hash, err)
	}
	files, err := unzip(sp.Files)
	if err != nil {
		return fmt.Errorf("read plan %s: %w", hash, err)
	}
	return w.Plan(hash, sp.Canonical, files)
}

// exportFiles writes what was handed in with an incident, and its post-mortem.
func (e *Engine) exportFiles(ctx context.Context, w *journal.ProtocolWriter, id string) error {
	v, err := e.View(ctx, id)
	if err != nil {
		return err
	}
	for _, ev := range v.State.Evidence {
		if ev.File == nil || ev.Gone {
			continue
		}
		f, err := e.store.File(ctx, stream(id), ev.File.ID)
		switch {
		case isNotFound(err): // whoever verifies the export says so
		case err != nil:
			return fmt.Errorf("load file %s of incident %s: %w", ev.ID, id, err)
		default:
			if err := w.Evidence(stream(id), ev.File.Path(), f.Bytes); err != nil {
				return err
			}
		}
	}
	if v.State.Postmortem == "" {
		return nil
	}
	return w.Evidence(stream(id), journal.PostmortemFile, []byte(v.State.Postmortem))
}

// ProtocolExport is what VerifyExport found in an export of a protocol.
type ProtocolExport struct {
	journal.ProtocolReport
	History *History // how its plans came into force; nil if that does not hold
}

// VerifyExport verifies an export of a protocol, with what its records mean: that the plan in force follows from the first by valid
// adoptions, that what was armed was signed by those whom its plan asks, and that keys that were tried were held. With a roll it also tells whether the export holds what the roll says of the protocol's streams. It needs no server.
func VerifyExport(r io.ReaderAt, size int64, roll *journal.Roll) (ProtocolExport, error) {
	adoptions := &Adoptions{Tocsin: adoptionsVersion, Plans: map[string]string{}}
	marks := map[string]journal.Mark{}
	if roll != nil {
		for _, m := range roll.Streams {
			marks[m.Stream] = m
		}
	}
	var rewritten []string
	var means meaning
	met := map[string]bool{}
	seen := journal.Seen{
		Plan: func(hash string, canonical []byte) { adoptions.Plans[hash] = string(canonical) },
		Record: func(r journal.Record) {
			means.see(r)
			if strings.HasPrefix(r.Stream, kindPlan+"/") {
				adoptions.Events = append(adoptions.Events, AdoptionEvent{Line: string(r.Bytes), Openings: r.Openings})
			}
			if m, ok := marks[r.Stream]; ok && m.Seq == r.Seq {
				met[r.Stream] = true
				if hexOf(r.Hash) != m.Hash {
					rewritten = append(rewritten, fmt.Sprintf("The stream %s was rewritten: its record %d has the hash %x where it was %s.", m.Stream, m.Seq, r.Hash, m.Hash))
				}
			}
		},
	}
	report, err := journal.VerifyProtocol(r, size, seen)
	if err != nil {
		return ProtocolExport{}, err
	}
	x := ProtocolExport{ProtocolReport: report}
	adoptions.Protocol = report.Protocol
	h, err := adoptions.Verify()
	if err != nil {
		x.Fail("%s", fault.Sentence(err))
	} else {
		x.History = h
	}
	for _, say := range append(means.check(adoptions.Plans), rewritten...) {
		x.Fail("%s", say)
	}
	for _, s := range report.Streams {
		if m, ok := marks[s.Stream]; ok && !met[s.Stream] {
			x.Fail("The stream %s has %d records where there were %d.", s.Stream, s.Records, m.Seq)
		}
		delete(marks, s.Stream)
	}
	for _, name := range slices.Sorted(maps.Keys(marks)) {
		// Of an incident it is not known whose it is, unless the roll is of this protocol alone.
		kind, of, _ := strings.Cut(name, "/")
		if kind == kindExercise {
			continue // one that was not over when this was exported is left out
		}
		if kind != kindIncident && of == report.Protocol || len(roll.Protocols) == 1 && roll.Protocols[0] == report.Protocol {
			x.Fail("The stream %s is missing.", name)
		}
	}
	return x, nil
}
