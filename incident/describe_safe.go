package incident

import (
	"fmt"
	"strings"

	"tocsin/journal"
	"tocsin/plan"
)

// describeSafe says what was asked of a Safe's owners, what was done with their signatures, and what an action waits for.
func describeSafe(p *plan.Plan, s *State, h Happened) (string, bool) {
	decided := func(id string) string {
		if d := s.Decision(id); d != nil {
			return d.Name(p)
		}
		return id
	}
	switch e := h.Event.(type) {
	case EventActionWaits:
		return fmt.Sprintf("%s has not landed yet. %s", s.titleOf(e.ID), e.Why), true
	case EventNonceFilled:
		return fmt.Sprintf("%s waits behind the nonce %d, which nobody uses any more: a transaction that does nothing is signed and stored for it.", s.titleOf(e.ID), e.Tx.Nonce), true
	case EventSafeAsked:
		text := fmt.Sprintf("The owners of the Safe are asked to sign its transaction %s with the nonce %d, as of block %d: %s.", e.Hashes.Hash.Hex(), e.Tx.Nonce, e.Facts.Block, decided(e.Decision))
		if e.Why != "" {
			text = "The Safe has changed. " + e.Why + " " + text
		}
		names := make([]string, 0, len(e.Void))
		for _, who := range e.Void {
			names = append(names, NameOf(p, who))
		}
		if len(names) > 0 {
			text += " No longer counts what was signed by " + strings.Join(names, ", ") + "."
		}
		return text, true
	case EventSafeUnread:
		return fmt.Sprintf("The Safe cannot be read, so nothing can be signed: %s. %s", decided(e.Decision), e.Why), true
	case EventTakenIn:
		return e.describe(p), true
	case EventUnvouched:
		return e.describe(p, decided(e.Decision)), true
	case EventWithdrawn:
		return fmt.Sprintf("%s withdrew what was asked: %s.%s%s", NameOf(p, e.By), decided(e.Decision), inQuotes(e.Why), toldTo(p, e.Calls)), true
	case EventDenied:
		return fmt.Sprintf("%s never said what %s attested: %s. It does not count. Whoever can be that wrong, or the channel %s, may have to be distrusted.%s",
			NameOf(p, e.Person), NameOf(p, e.Attester), decided(e.Decision), e.Came, toldTo(p, e.Calls)), true
	case EventOverride:
		return fmt.Sprintf("%s signed to override the plan's rule: %s.%s%s", NameOf(p, e.Override.Person), decided(e.Decision), inQuotes(e.Override.Why), toldTo(p, e.Calls)), true
	case EventSentAnyway:
		return fmt.Sprintf("%s has it sent although the plan's rule is not met: %s.%s%s", NameOf(p, e.By), decided(e.Decision), inQuotes(e.Why), toldTo(p, e.Calls)), true
	}
	return "", false
}

// titleOf is what people call an action of the incident.
func (s *State) titleOf(id string) string {
	if a := s.Action(id); a != nil {
		return a.title()
	}
	return id
}

func inQuotes(t journal.Personal) string {
	if t == "" {
		return ""
	}
	return " “" + string(t) + "”"
}

// toldTo names those who are told something.
func toldTo(p *plan.Plan, list []Ring) string {
	names := make([]string, 0, len(list))
	for _, r := range list {
		names = append(names, NameOf(p, r.Person))
	}
	if len(names) == 0 {
		return ""
	}
	return " Told: " + strings.Join(names, ", ") + "."
}
