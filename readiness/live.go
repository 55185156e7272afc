package readiness

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tocsin/chain"
	"tocsin/check"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
	"tocsin/status"
	"tocsin/trial"
)

// Live is what is looked at on the chains that a plan names. It needs no server.
type Live struct {
	Plan      *plan.Plan
	Clients   map[uint64]chain.Client // by chain id
	Endpoints []Endpoint              // each alone, to be compared with one another
	Executor  evm.Address             // account that Tocsin sends from; zero: not known
	Away      map[string]time.Time    // persons who are away from their keys, until when
	Open      trial.Opener            // of transactions signed in advance; nil: none can be opened
	Before    *Facts                  // what was recorded when the plan was reviewed; nil: nothing yet
	Now       time.Time

	Reach  func(ctx context.Context, address string) error // whether somebody on the web answers, who is asked for nothing; nil: nobody is tried
	Secret func(name string) string                        // of requests, by environment variable; nil: not known here

	Page   func(ctx context.Context, address string) (code int, body []byte, err error) // a page as anybody reads it; nil: none is read
	Status *status.State                                                                // what the status file is to say; nil: not known here
}

// Seen is a block at which a chain was looked at.
type Seen struct {
	Chain uint64    `json:"chain"`
	Name  string    `json:"name"`
	Block uint64    `json:"block"`
	Hash  evm.Hash  `json:"block_hash"`
	At    time.Time `json:"at"` // by the chain's clock
}

// Report is what a look at the chains found.
type Report struct {
	At     time.Time `json:"at"`
	Seen   []Seen    `json:"seen"`
	Trials []Trial   `json:"trials"`
	Gaps   []Gap     `json:"gaps"`
	Facts  Facts     `json:"facts"` // what the chains say, to be compared with later
}

// Red reports whether something would fail in an emergency.
func (r Report) Red() bool {
	return slices.ContainsFunc(r.Gaps, func(g Gap) bool { return g.Level == check.Error })
}

// LookLive looks at everything on the chains that would matter in an emergency. What cannot be looked at is a gap, never an error; a
// look that ctx ended says so by many of them.
func LookLive(ctx context.Context, l Live) Report {
	k := &survey{Live: l, scenes: map[uint64]*scene{}, safes: map[string]council{}}
	k.report = Report{At: l.Now.UTC(), Seen: []Seen{}, Trials: []Trial{}, Facts: Facts{Plan: l.Plan.Hash(), At: l.Now.UTC(), Contracts: []Contract{}}}
	k.open(ctx)
	k.endpoints(ctx)
	k.readSafes(ctx)
	k.actions(ctx)
	k.purse(ctx)
	k.contracts(ctx)
	k.powers(ctx)
	k.absences()
	k.drift()
	k.report.Gaps = ranked(k.report.Gaps)
	return k.report
}

// survey is one look at the chains.
type survey struct {
	Live
	report Report
	scenes map[uint64]*scene  // chains that can be seen
	safes  map[string]council // by asset
	costs  []cost             // gas that the executor would pay for
}

// add adds a gap that was seen at the head of a chain.
func (k *survey) add(s *scene, g Gap) {
	if s != nil {
		g.Chain, g.Block, g.BlockHash = s.chain.ID, s.head.Number, s.head.Hash
	}
	k.report.Gaps = append(k.report.Gaps, g)
}

// unseen says that something could not be looked at.
func (k *survey) unseen(s *scene, of, what string, err error) {
	k.add(s, Gap{
		Code: NotLooked, Level: check.Warning, Of: of, Say: fmt.Sprintf("%s could not be looked at. %s", what, fault.Sentence(err)),
		Why:  "Nobody knows whether it would work.",
		Mend: "Look again; if it stays so, give another endpoint of the chain.",
	})
}

// open goes to the head of each chain.
func (k *survey) open(ctx context.Context) {
	for _, c := range k.Plan.Chains {
		client := k.Clients[c.ID]
		if client == nil {
			k.add(nil, Gap{
				Code: ChainUnseen, Level: check.Error, Chain: c.ID, Say: fmt.Sprintf("No endpoint of chain %d (%s) was given.", c.ID, c.Name),
				Why:  "Nothing on it can be looked at, and no action can be sent.",
				Mend: fmt.Sprintf("Give one with --endpoint %d=URL, better two of different providers.", c.ID),
			})
			continue
		}
		head, err := client.Head(ctx)
		if err != nil {
			k.add(nil, Gap{
				Code: ChainUnseen, Level: check.Error, Chain: c.ID, Say: fmt.Sprintf("Chain %d (%s) cannot be seen. %s", c.ID, c.Name, fault.Sentence(err)),
				Why:  "Nothing on it can be looked at, and no action can be sent.",
				Mend: "See whether the endpoint answers, and give another one.",
			})
			continue
		}
		s := &scene{chain: c, client: client, head: head}
		k.scenes[c.ID] = s
		k.report.Seen = append(k.report.Seen, Seen{Chain: c.ID, Name: c.Name, Block: head.Number, Hash: head.Hash, At: time.Unix(int64(head.Time), 0).UTC()})
	}
}

// ranked orders gaps by their levels, and leaves those of one level as they are.
func ranked(gaps []Gap) []Gap {
	rank := map[check.Level]int{check.Error: 0, check.Warning: 1, check.Note: 2}
	slices.SortStableFunc(gaps, func(a, b Gap) int { return rank[a.Level] - rank[b.Level] })
	return gaps
}
