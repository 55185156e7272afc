package watch

import (
	"crypto/sha256"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"tocsin/detect"
	"tocsin/evm"
	"tocsin/incident"
)

// Bounds on what one detector says. What is beyond them is recorded among the findings that call nobody, and summed up.
const (
	floodOver   = 256              // findings of one detector in the blocks remembered
	floodWithin = 10 * time.Minute // by the time of the blocks
	errsBefore  = 3                // times that a detector says itself that it could not judge
)

const detectorErroring = "erroring" // a detector fails again and again

// erring is a detector that could not judge what it saw.
type erring struct {
	First uint64 `json:"first"` // block time
	Last  uint64 `json:"last"`
	Times int    `json:"times"`
	Told  int    `json:"told,omitempty"` // how many times had been told of
}

// tame makes what detectors found into what is told. Nothing is left out: a flood is recorded whole and told in sums, so that
// nobody drowns in what one detector says while another one has more to say.
func (c *committer) tame(found []detect.Finding) []incident.Finding {
	var out []incident.Finding
	for _, f := range found {
		if f.Unjudged > 0 {
			out = append(out, c.err(f)...)
		} else {
			out = append(out, convert(f))
		}
	}
	for i := 0; i < len(out); {
		n := 1
		for i+n < len(out) && out[i+n].Detector == out[i].Detector && out[i+n].BlockHash == out[i].BlockHash {
			n++
		}
		if f, ok := c.flood(out[i : i+n]); ok {
			out = slices.Insert(out, i+n, f)
			n++
		}
		i += n
	}
	return out
}

// err tells that a detector could not judge: the first times each by itself, then once, and again each time that it has become
// twice as often.
func (c *committer) err(f detect.Finding) []incident.Finding {
	s, at := c.state, uint64(max(f.At.Unix(), 0))
	if s.Erring == nil {
		s.Erring = map[string]*erring{}
	}
	for id, e := range s.Erring {
		if at > e.Last+uint64(floodWithin.Seconds()) {
			delete(s.Erring, id)
		}
	}
	e := s.Erring[f.Detector]
	if e == nil {
		e = &erring{First: at}
		s.Erring[f.Detector] = e
	}
	own := c.w.o.Plan.IssuesOf(detectorErroring)
	e.Last, e.Times = at, e.Times+f.Unjudged
	one := convert(f)
	out := []incident.Finding{one}
	switch {
	case f.Unjudged >= errsBefore && len(own) == 0, e.Times < errsBefore:
		return out // it says so itself
	case f.Unjudged < errsBefore && e.Times > errsBefore:
		out[0].Mode = detect.Observe
	}
	if e.Told > 0 && e.Times < 2*e.Told {
		return out
	}
	e.Told = e.Times
	name := c.w.name(f.Detector)
	id := sha256.Sum256(fmt.Appendf(nil, "%s %d %d %s", f.Detector, e.First, e.Times, f.BlockHash))
	sum := one
	sum.ID, sum.Detector, sum.Amount, sum.Tx = fmt.Sprintf("%s-%d-%x", detectorErroring, c.w.chain, id[:12]), detectorErroring, "", evm.Hash{}
	if len(own) > 0 {
		sum.Issues = own
	}
	sum.Say = fmt.Sprintf("%s could not judge what it saw %d times since %s: what it looks for may go unnoticed. It is told again when it has become twice as often; each time stands among the findings.",
		name, e.Times, f.At.Add(-time.Duration(at-e.First)*time.Second).UTC().Format("15:04:05 UTC"))
	return append(out, sum)
}

// flood keeps back what one detector found in a block beyond what is bearable, and sums it up.
func (c *committer) flood(list []incident.Finding) (sum incident.Finding, ok bool) {
	f, recent := list[0], c.state.Detect.Recent
	at := slices.IndexFunc(recent, func(p detect.Past) bool { return p.Hash == f.BlockHash })
	if at < 0 || f.Mode == detect.Observe {
		return sum, false
	}
	before := 0
	for _, p := range recent[:at] {
		if p.Time+uint64(floodWithin.Seconds()) < recent[at].Time {
			continue
		}
		for _, id := range p.Findings {
			if strings.HasPrefix(id, f.Detector+"-") {
				before++
			}
		}
	}
	more := list[min(max(floodOver-before, 0), len(list)):]
	if len(more) == 0 {
		return sum, false
	}
	sum = more[0]
	amount := new(big.Int)
	for i := range more {
		if n, ok := new(big.Int).SetString(more[i].Amount, 10); ok {
			amount.Add(amount, n)
		}
		more[i].Mode = detect.Observe
	}
	id := sha256.Sum256(fmt.Appendf(nil, "%s %s", sum.ID, f.BlockHash))
	sum.ID, sum.Tx = fmt.Sprintf("%s-sum-%x", f.Detector, id[:12]), evm.Hash{}
	if sum.Amount != "" {
		sum.Amount = amount.String()
	}
	sum.Say = fmt.Sprintf("%s found %d more in block %d, which are not told one by one. The first: %s", c.w.name(f.Detector), len(more), f.Block, sum.Say)
	recent[at].Findings = append(recent[at].Findings, sum.ID) // it goes with its block
	return sum, true
}

// name is what people call a detector.
func (w *Watcher) name(detector string) string {
	if d, ok := w.o.Plan.Detector(detector); ok && d.Name != "" {
		return d.Name
	}
	return detector
}
