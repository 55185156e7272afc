package incident

import (
	"time"

	"github.com/holiman/uint256"

	"tocsin/action"
)

// applySafe applies the events of Safes; false if h is not one.
func (s *State) applySafe(h Happened) bool {
	switch e := h.Event.(type) {
	case EventSafeAsked:
		if d := s.Decision(e.Decision); d != nil {
			d.asked(e, h.At)
		}
	case EventSafeUnread:
		if d := s.Decision(e.Decision); d != nil {
			d.Unread = e.Why
		}
	case EventSentAnyway:
		if d := s.Decision(e.Decision); d != nil {
			d.Anyway = &Anyway{By: e.By, At: h.At, Why: e.Why}
		}
		s.warned(e.Calls, h.At)
	case EventUnvouched:
		s.applyUnvouched(e)
	default:
		return false
	}
	return true
}

// asked is what becomes of a decision when its Safe's owners are asked anew: signatures of something else do not count any more, and
// what was decided by them is open again.
func (d *Decision) asked(e EventSafeAsked, at time.Time) {
	was := d.Safe
	d.Safe = &Asking{Number: e.Number, At: at, Facts: e.Facts, Tx: e.Tx, Hashes: e.Hashes, Warnings: e.Warnings}
	d.Unread = ""
	for i := range d.Approvals {
		a := &d.Approvals[i]
		switch {
		case a.Form != FormSafe || a.Void != "":
		case a.Hash != e.Hashes.Hash:
			a.Void = "The Safe's transaction is another now."
		case !e.Facts.Owner(a.Signer):
			a.Void = "The account is no owner of the Safe any more."
		}
	}
	if was != nil && was.Hashes != e.Hashes {
		d.Anyway = nil // it was about what is not sent any more
	}
	if d.State == Met {
		d.State, d.Settled = Open, time.Time{}
	}
}

// warned keeps messages to people, so that what becomes of them can be told.
func (s *State) warned(calls []Ring, at time.Time) {
	for _, r := range calls {
		s.Warnings = append(s.Warnings, Call{Delivery: r.Delivery, Contact: r.Contact, At: at})
	}
}

func zero() *uint256.Int { return new(uint256.Int) }

// sendCall is what is sent for an action that is one call of an account.
func sendCall(pr *action.Prepared) *Send {
	value := pr.Value
	if value == nil {
		value = zero()
	}
	return &Send{To: pr.To, Value: value, Data: pr.Data}
}

// authorised gives an action what is sent for it, where an earlier release ordered it, and the asking of the Safe it was ordered under.
func (a *Action) authorised(s *State) {
	pr := a.Prepared
	if a.Send == nil && pr != nil && pr.Kind == action.Call {
		a.Send = sendCall(pr)
	}
	if d := s.Decision(a.Decision); d != nil {
		a.Round = d.Round
		if d.Safe != nil {
			a.Asking = d.Safe.Number
		}
	}
}
