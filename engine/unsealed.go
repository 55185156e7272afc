package engine

import (
	"bytes"

	"tocsin/incident"
	"tocsin/journal"
)

// sealing keeps back, from copies of an incident's record that leave the house, what must not be known before it has been used: owners'
// signatures of a Safe's transaction, which carry no expiry. Their commitments stay, so that the copy verifies.
type sealing struct{ state *incident.State }

func (s sealing) record(r journal.Record) (journal.Record, error) {
	if len(r.Openings) == 0 || !bytes.Contains(r.Bytes, []byte(`"sealed":`)) && !bytes.Contains(r.Bytes, []byte(`"safe":`)) {
		return r, nil
	}
	h, err := incident.Decode(r)
	if err != nil {
		return r, err
	}
	var kept string
	switch e := h.Event.(type) {
	case incident.EventApproval:
		if s.state.Unsent(e.Decision) {
			kept = e.Approval.Sealed.Text()
		}
	case incident.EventActionOrdered:
		if e.Send != nil && s.state.Unsent(e.Decision) {
			kept = e.Send.Safe.Text()
		}
	}
	if kept == "" || kept == "0x" {
		return r, nil
	}
	r.Openings, err = journal.Redact(r, func(_, value string) bool { return value == kept })
	return r, err
}

func (s sealing) records(list []journal.Record) ([]journal.Record, error) {
	for i := range list {
		r, err := s.record(list[i])
		if err != nil {
			return nil, err
		}
		list[i] = r
	}
	return list, nil
}
