package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
)

// The bounds of a look at findings.
const (
	findingWindow = 512  // records read at once
	findingLimit  = 50   // findings on a page, unless more are wanted
	findingMost   = 1000 // findings on a page
)

// FindingQuery says which findings are wanted.
type FindingQuery struct {
	Detector string    // of this detector only; empty for all
	Since    time.Time // recorded then or later; zero for all
	Before   uint64    // only those with a lesser number; 0 begins with the newest
	Limit    int       // at most so many; 50 if zero, never more than 1000
	Person   string    // as this person may see: what led to an incident hidden from them is left out; empty for all
}

// FindingPage is some findings, the newest first.
type FindingPage struct {
	Findings []Found
	Next     uint64 // the Before that gives the page after; 0 if this is the last
}

// Findings lists what the detectors of a protocol found, the newest first, whether it called people or not. What no longer counts
// says why in Retracted. It reads no more of the record than it must, and never all of it at once.
func (e *Engine) Findings(ctx context.Context, protocol string, q FindingQuery) (FindingPage, error) {
	limit := q.Limit
	if limit <= 0 {
		limit = findingLimit
	}
	limit = min(limit, findingMost)
	var page FindingPage
	hidden, err := e.HiddenFrom(ctx, q.Person)
	if err != nil {
		return page, err
	}
	gone := map[string]string{} // findings whose retraction came later than what is being read → why
	err = e.backward(ctx, protocol, q.Before, func(r journal.Record) (bool, error) {
		if r.At.Before(q.Since) {
			return false, nil
		}
		n, err := readNoted(r)
		switch {
		case err != nil:
			return false, err
		case n.retracted != nil:
			gone[n.retracted.Finding] = n.retracted.Why
		case n.found != nil:
			why, is := gone[n.found.ID]
			delete(gone, n.found.ID) // one that was found again after it was taken back stands in the record twice
			if q.Detector != "" && n.found.Detector != q.Detector || hidden[n.found.Incident] {
				return true, nil
			}
			if len(page.Findings) == limit {
				page.Next = page.Findings[limit-1].Number
				return false, nil
			}
			if is {
				n.found.Retracted = why
			}
			page.Findings = append(page.Findings, *n.found)
		}
		return true, nil
	})
	if err != nil || q.Before == 0 {
		return page, err
	}
	return page, e.retractedLater(ctx, protocol, q.Before, page.Findings)
}

// retractedLater finds out which findings were taken back at or after a number of the record. It happens within as many blocks as
// a chain may be reorganised, so it is not far.
func (e *Engine) retractedLater(ctx context.Context, protocol string, from uint64, list []Found) error {
	marks := make([]string, len(list))
	for i := range list {
		marks[i] = markRetracted(list[i].ID)
	}
	seen, _, err := e.marked(ctx, protocol, marks)
	if err != nil {
		return err
	}
	open := map[string]int{}
	for i := range slices.Backward(list) { // of one that stands twice, the newer
		if f := &list[i]; f.Retracted == "" && seen[markRetracted(f.ID)] != "" {
			open[f.ID] = i
		}
	}
	return e.forward(ctx, protocol, max(from, 1)-1, func(r journal.Record) (bool, error) {
		if len(open) == 0 {
			return false, nil
		}
		n, err := readNoted(r)
		switch {
		case err != nil:
			return false, err
		case n.found != nil:
			delete(open, n.found.ID)
		case n.retracted != nil:
			if i, ok := open[n.retracted.Finding]; ok {
				list[i].Retracted = n.retracted.Why
				delete(open, n.retracted.Finding)
			}
		}
		return true, nil
	})
}

// Observed returns the findings of detectors that only observe, oldest first.
func (e *Engine) Observed(ctx context.Context, protocol string) ([]incident.Finding, error) {
	list := []incident.Finding{}
	at := map[string]int{}
	err := e.forward(ctx, protocol, 0, func(r journal.Record) (bool, error) {
		n, err := readNoted(r)
		switch {
		case err != nil:
			return false, err
		case n.found != nil && n.found.Led() == LedToRecord:
			at[n.found.ID] = len(list)
			list = append(list, n.found.Finding)
		case n.retracted != nil:
			if i, ok := at[n.retracted.Finding]; ok {
				list[i].Retracted = n.retracted.Why
			}
		}
		return true, nil
	})
	return list, err
}

// standings finds the last word of the record on findings, in one pass however many they are: each finding, or nil if it was taken
// back or never recorded.
func (e *Engine) standings(ctx context.Context, protocol string, ids []string) (map[string]*Found, error) {
	found, open := map[string]*Found{}, map[string]bool{}
	for _, id := range ids {
		open[id] = true
	}
	if len(open) == 0 {
		return found, nil
	}
	err := e.backward(ctx, protocol, 0, func(r journal.Record) (bool, error) {
		n, err := readNoted(r)
		switch {
		case err != nil:
			return false, err
		case n.found != nil && open[n.found.ID]:
			found[n.found.ID] = n.found
			delete(open, n.found.ID)
		case n.retracted != nil:
			delete(open, n.retracted.Finding)
		}
		return len(open) > 0, nil
	})
	return found, err
}

// forward goes through the record of findings after a number, until see says that it has seen enough.
func (e *Engine) forward(ctx context.Context, protocol string, after uint64, see func(journal.Record) (bool, error)) error {
	for {
		records, err := e.store.Window(ctx, findingsStream(protocol), after, findingWindow)
		if err != nil {
			return fmt.Errorf("load findings: %w", err)
		}
		for _, r := range records {
			if more, err := see(r); err != nil || !more {
				return err
			}
			after = r.Seq
		}
		if len(records) < findingWindow {
			return nil
		}
	}
}

// backward goes through the record of findings from before a number, or from its end if that is 0, back to its beginning, until
// see says that it has seen enough.
func (e *Engine) backward(ctx context.Context, protocol string, before uint64, see func(journal.Record) (bool, error)) error {
	version, err := e.findings(ctx, protocol)
	if err != nil {
		return err
	}
	if before == 0 || before > version {
		before = version + 1
	}
	for before > 1 {
		after := max(before-1, findingWindow) - findingWindow
		records, err := e.store.Window(ctx, findingsStream(protocol), after, int(before-1-after))
		if err != nil {
			return fmt.Errorf("load findings: %w", err)
		}
		if len(records) == 0 {
			return fault.New(fault.Invalid, "The findings before number %d are missing.", before).Instead("Restore the database from a backup that you trust.")
		}
		for _, r := range slices.Backward(records) {
			if more, err := see(r); err != nil || !more {
				return err
			}
		}
		before = after + 1
	}
	return nil
}

// findings is how many events the record of a protocol's findings has.
func (e *Engine) findings(ctx context.Context, protocol string) (uint64, error) {
	head, err := e.store.Head(ctx, findingsStream(protocol))
	if err != nil && !isNotFound(err) {
		return 0, fmt.Errorf("look up findings: %w", err)
	}
	return head.Version, nil
}

// findingsStream names the record of a protocol's findings.
func findingsStream(protocol string) string { return kindFindings + "/" + protocol }

// markRetracted is under which it is remembered that a finding was taken back at least once.
func markRetracted(finding string) string { return "retracted/" + finding }
