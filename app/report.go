package app

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tocsin/comms"
	"tocsin/engine"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/stage"
)

// Report is how a demo ended, as read from the chain and the journal.
type Report struct {
	Incident        string           `json:"incident"`
	Phases          Phases           `json:"phases"`
	FirstMalicious  ReportTx         `json:"first_malicious_tx"`
	Pause           ReportTx         `json:"pause_tx"`
	DetectedBlock   uint64           `json:"detected_block"`
	AnsweredBy      []string         `json:"answered_by"`
	Approvals       []ReportApproval `json:"approvals"`
	Paused          bool             `json:"paused"`   // as the chain says at the end
	Deposits        string           `json:"deposits"` // wei that users had put in
	LossAtDetection string           `json:"loss_at_detection"`
	LossAtPause     string           `json:"loss_at_pause"`
	LossFinal       string           `json:"loss_final"`
	PagesSent       int              `json:"pages_sent"`
	UpdatesPosted   int              `json:"updates_posted"`
	Events          int              `json:"events"`
	ExportVerifies  bool             `json:"export_verifies"`
	Postmortem      string           `json:"postmortem"` // path
	Export          string           `json:"export"`     // path

	left   string // wei in the vault at the end
	closed bool
	landed int // transactions of the executor that landed
}

// Phases are when each phase began, in their order.
type Phases struct {
	Detected  time.Time `json:"detected"`
	Validated time.Time `json:"validated,omitzero"`
	Contained time.Time `json:"contained,omitzero"`
	Resolved  time.Time `json:"resolved,omitzero"`
	Closed    time.Time `json:"closed,omitzero"`
}

// ReportTx is a transaction on the chain.
type ReportTx struct {
	Hash   string `json:"hash"`
	Block  uint64 `json:"block"`
	Status uint64 `json:"status"`
}

// ReportApproval is who approved, and how.
type ReportApproval struct {
	Who string `json:"who"`
	How string `json:"how"`
}

// Good reports whether the demo ended as it must: paused, what was left still there, closed, and verifiable.
func (r *Report) Good() bool { return r.Wrong() == "" }

// Wrong says what did not end as it must; empty if all did.
func (r *Report) Wrong() string {
	var w []string
	if !r.Paused {
		w = append(w, "the vault is not paused")
	}
	if r.Pause.Status != 1 {
		w = append(w, "the pause did not land")
	}
	if r.LossFinal != r.LossAtPause {
		w = append(w, "tokens left after the pause")
	}
	if !r.closed {
		w = append(w, "the incident is not closed")
	}
	if !r.ExportVerifies {
		w = append(w, "the export does not verify")
	}
	if r.left == "" || r.left == "0" {
		w = append(w, "nothing is left in the vault")
	}
	return strings.Join(w, "; ")
}

// report reads how a demo ended, and writes its post-mortem and export beside its data.
func report(ctx context.Context, e *engine.Engine, st *stage.Stage, id, folder string) (*Report, error) {
	v, err := e.View(ctx, id)
	if err != nil {
		return nil, err
	}
	s := v.State
	r := &Report{
		Incident: id, Events: int(v.Events), closed: s.Phase == incident.Closed, AnsweredBy: []string{}, Approvals: []ReportApproval{},
		Phases: phases(s),
	}
	for _, a := range s.Answers {
		if a.Comes() {
			r.AnsweredBy = append(r.AnsweredBy, a.Person)
		}
	}
	for _, d := range s.Decisions {
		for _, a := range d.Approvals {
			r.Approvals = append(r.Approvals, ReportApproval{a.Person, "EIP-712 signature by " + incident.KeyName(v.Plan, a)})
		}
	}
	for _, p := range s.Pages {
		for _, c := range p.Calls {
			if c.Outcome == "landed" {
				r.PagesSent++
			}
		}
	}
	for _, u := range s.Updates {
		if u.State == incident.Posted {
			r.UpdatesPosted++
		}
	}
	for _, f := range s.Findings {
		if f.Retracted == "" && f.Block > 0 && (r.DetectedBlock == 0 || f.Block < r.DetectedBlock) {
			r.DetectedBlock = f.Block
		}
	}
	for _, a := range s.Actions {
		if a.Landed != nil {
			r.Pause = ReportTx{a.Landed.Tx.Hex(), a.Landed.Block, a.Landed.Status}
			r.landed++
		}
	}
	if err := r.readChain(ctx, st); err != nil {
		return nil, err
	}
	x, err := e.Export(ctx, id)
	if err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	if err := journal.WriteExport(&buf, x); err != nil {
		return nil, err
	}
	rep, err := journal.VerifyExport(bytes.NewReader(buf.Bytes()), int64(buf.Len()))
	r.ExportVerifies = err == nil && rep.OK()
	r.Export = filepath.Join(folder, "incident-"+id+".zip")
	if err := os.WriteFile(r.Export, buf.Bytes(), 0o600); err != nil {
		return nil, fmt.Errorf("write export: %w", err)
	}
	r.Postmortem = filepath.Join(folder, "postmortem-"+id+".md")
	happened, err := v.Happened(ctx)
	if err != nil {
		return nil, err
	}
	text := comms.Postmortem(v.Plan, s, happened, v.Now())
	for _, u := range s.Updates { // as the team posted it among themselves, if it did
		if c, _ := v.Plan.Communication(u.Communication); c.Postmortem && c.Audience == "internal" && u.State == incident.Posted {
			text = u.Text
		}
	}
	if err := os.WriteFile(r.Postmortem, []byte(text), 0o600); err != nil {
		return nil, fmt.Errorf("write post-mortem: %w", err)
	}
	slices.Sort(r.AnsweredBy)
	return r, nil
}

// readChain reads what the chain itself says.
func (r *Report) readChain(ctx context.Context, st *stage.Stage) error {
	tx, err := st.FirstMaliciousTx(ctx)
	if err != nil {
		return fmt.Errorf("read the first malicious transaction: %w", err)
	}
	r.FirstMalicious = ReportTx{tx.Hash.Hex(), tx.Block, tx.Status}
	if r.Paused, err = st.Paused(ctx); err != nil {
		return fmt.Errorf("read whether the vault is paused: %w", err)
	}
	deposits, err := st.Deposits(ctx)
	if err != nil {
		return fmt.Errorf("read deposits: %w", err)
	}
	left, err := st.VaultBalance(ctx, nil)
	if err != nil {
		return fmt.Errorf("read the vault's balance: %w", err)
	}
	r.Deposits, r.left = deposits.Dec(), left.Dec()
	for _, x := range []struct {
		block uint64
		into  *string
	}{{r.DetectedBlock, &r.LossAtDetection}, {r.Pause.Block, &r.LossAtPause}, {0, &r.LossFinal}} {
		loss, err := st.LossAt(ctx, x.block)
		if err != nil {
			return fmt.Errorf("read the loss: %w", err)
		}
		*x.into = loss.Dec()
	}
	return nil
}

// phases are the moments as they were, corrections included.
func phases(s *incident.State) Phases {
	m := s.Times()
	return Phases{m.Detected, m.Validated, m.Contained, m.Resolved, m.Closed}
}
