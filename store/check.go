package store

import (
	"fmt"
	"slices"
)

// Check tells what makes a commit unusable whatever is stored: every store refuses the same.
func (c Commit) Check() error {
	streams := map[string]bool{}
	for _, a := range c.Appends {
		switch {
		case a.Stream == "" || a.Kind == "":
			return fmt.Errorf("commit: an append needs a stream and its kind")
		case streams[a.Stream]:
			return fmt.Errorf("commit: %s is appended to twice", a.Stream)
		case a.Expect == 0 && len(a.Records) == 0:
			return fmt.Errorf("commit: the new stream %s has no records", a.Stream)
		}
		streams[a.Stream] = true
		for i, r := range a.Records {
			if r.Stream != a.Stream || r.Seq != a.Expect+uint64(i)+1 {
				return fmt.Errorf("commit: record %d of %s is not record %d of %s", r.Seq, r.Stream, a.Expect+uint64(i)+1, a.Stream)
			}
		}
	}
	for _, d := range c.Deliveries {
		if d.ID == "" || d.State != "" && d.State != Queued {
			return fmt.Errorf("commit: a new delivery needs an id and is queued, not %q", d.State)
		}
	}
	for _, l := range c.Links {
		if l.Hash == "" {
			return fmt.Errorf("commit: a link needs the hash of its secret")
		}
	}
	for _, r := range c.Redactions {
		if r.Stream == "" || r.Seq == 0 {
			return fmt.Errorf("commit: a redaction names a stream and a record")
		}
	}
	for _, f := range c.Files {
		switch {
		case f.Stream == "" || f.ID == "":
			return fmt.Errorf("commit: a file needs a stream and an id")
		case len(f.Bytes) > MaxFile:
			return fmt.Errorf("commit: the file %s of %s has %d bytes, more than %d", f.ID, f.Stream, len(f.Bytes), MaxFile)
		}
	}
	return nil
}

// Redacted lists the streams of which records are redacted, each once.
func (c Commit) Redacted() []string {
	var names []string
	for _, r := range c.Redactions {
		if !slices.Contains(names, r.Stream) {
			names = append(names, r.Stream)
		}
	}
	return names
}

// DueNow returns the deliveries that are due as soon as they are committed: these wake a worker. The others wait for the
// sweep, which keeps better time than a job queue.
func (c Commit) DueNow() []Delivery {
	var due []Delivery
	for _, d := range c.Deliveries {
		if !d.NotBefore.After(d.Created) {
			due = append(due, d)
		}
	}
	return due
}

// CheckOutcome refuses states in which a delivery cannot be left by Finish.
func CheckOutcome(state string) error {
	switch state {
	case Queued, Landed, Failed, Unknown:
		return nil
	}
	return fmt.Errorf("finish delivery: %q is not a state it can be left in", state)
}
