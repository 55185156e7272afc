package detect

import (
	"tocsin/evm"
	"tocsin/plan"
)

// Index holds the compiled detectors of a plan. It never changes after Compile and is safe for concurrent use.
type Index struct {
	lanes   map[uint64]*lane // by chain
	proxies []proxy          // in the plan's order
}

// lane is the index of one chain. Rules under an address see what concerns that address; those beside it see the whole
// chain.
type lane struct {
	reorg    int             // blocks that may be rolled back
	rules    []*rule         // in the plan's order
	matches  map[string]bool // detectors that are neither of the kinds below
	accounts map[evm.Address]*filing
	anywhere filing
	senders  map[evm.Address][]*rule // by who sends
	spikes   []*rule                 // in the plan's order
	silences []*rule                 // in the plan's order
	gauges   []*rule                 // in the plan's order
	wants    []Want                  // of the gauges
	asked    map[string]int          // place among the wants
	depths   map[string]uint64       // by detector, of those that wait for blocks on top
	finals   map[string]string       // by detector, of those that wait for the chain to call a block safe or finalized
	inner    *inner                  // of those that look for internal calls; nil if none does
}

// filing holds rules by what they look for.
type filing struct {
	topics    map[evm.Hash][]*rule // events
	logs      []*rule              // any event
	selectors map[[4]byte][]*rule  // functions
	calls     []*rule              // any transaction
}

// rule is one detector, compiled.
type rule struct {
	detector plan.Detector
	asset    plan.Asset // zero if it looks at the whole chain
	chain    uint64
	issues   []string
	depth    uint64   // blocks on top before a finding counts
	final    string   // safe or finalized, where the chain has to call the block so
	event    bool     // it sees logs
	own      bool     // it stands in no plan
	failed   bool     // it sees failed transactions only
	shape    *shape   // nil if it sees any event or any transaction
	shapes   []*shape // all that the detector sees, this one first
	others   []*rule  // the detector once more for each further shape
	of       *rule    // of such a one, the rule that it belongs to
	where    *expression
	amount   *expression
	say      message
	spike    *spike   // of a spike
	silence  *silence // of an absence
	gauge    *gauge   // of a state or a balance

	names map[evm.Address]string // of the plan's assets
}

// Chains lists the chains that have detectors, in no order.
func (x *Index) Chains() []uint64 {
	ids := make([]uint64, 0, len(x.lanes))
	for id := range x.lanes {
		ids = append(ids, id)
	}
	return ids
}

func (x *Index) file(r *rule, reorg int) {
	l := x.lanes[r.chain]
	if l == nil {
		l = &lane{reorg: reorg, accounts: map[evm.Address]*filing{}}
		x.lanes[r.chain] = l
	}
	if !r.own {
		l.rules = append(l.rules, r)
	}
	if r.gauge != nil {
		l.want(r.gauge)
		l.gauges = append(l.gauges, r)
		return
	}
	f := &l.anywhere
	if r.asset.ID != "" {
		if f = l.accounts[r.asset.Address]; f == nil {
			f = &filing{}
			l.accounts[r.asset.Address] = f
		}
	}
	if r.detector.Internal {
		l.fileInner(r)
	}
	switch {
	case r.spike != nil && r.spike.perBlock:
		// it looks at no transaction
	case r.sends():
		if l.senders == nil {
			l.senders = map[evm.Address][]*rule{}
		}
		l.senders[r.asset.Address] = append(l.senders[r.asset.Address], r)
	case r.event && r.shape == nil:
		f.logs = append(f.logs, r)
	case r.event:
		if f.topics == nil {
			f.topics = map[evm.Hash][]*rule{}
		}
		for _, v := range r.forms() {
			f.topics[v.shape.topic] = append(f.topics[v.shape.topic], v)
		}
	default:
		for _, v := range r.forms() {
			f.fileCall(v)
		}
	}
	switch {
	case r.spike != nil:
		l.spikes = append(l.spikes, r)
	case r.silence != nil:
		l.silences = append(l.silences, r)
	default:
		if l.matches == nil {
			l.matches = map[string]bool{}
		}
		l.matches[r.detector.ID] = true
	}
	if r.depth > 0 {
		if l.depths == nil {
			l.depths = map[string]uint64{}
		}
		l.depths[r.detector.ID] = r.depth
	}
	if r.final != "" {
		if l.finals == nil {
			l.finals = map[string]string{}
		}
		l.finals[r.detector.ID] = r.final
	}
}

// forms lists the rule and those of its further shapes.
func (r *rule) forms() []*rule { return append([]*rule{r}, r.others...) }

// whole is the rule that stands for its detector.
func (r *rule) whole() *rule {
	if r.of != nil {
		return r.of
	}
	return r
}

// astray reports whether a log of the rule's event has a number of topics that no shape of the detector has; of several
// shapes of one event the first says so. It is another event of the same signature; but if an asset emits it, its ABI may be
// wrong, and that is counted.
func (r *rule) astray(topics int) bool {
	if r.whole().others == nil { // mostly
		return true
	}
	var first *rule
	for _, v := range r.whole().forms() {
		switch {
		case v.shape.topic != r.shape.topic:
		case v.shape.fits(topics):
			return false
		case first == nil:
			first = v
		}
	}
	return first == r
}

// seeLog calls visit for the rules that a log concerns.
func (f *filing) seeLog(g *evm.Log, visit func(*rule)) {
	for _, r := range f.logs {
		visit(r)
	}
	if len(g.Topics) == 0 || f.topics == nil {
		return
	}
	for _, r := range f.topics[g.Topics[0]] {
		if r.shape.fits(len(g.Topics)) || r.asset.ID != "" && r.astray(len(g.Topics)) {
			visit(r)
		}
	}
}

// seeTx calls visit for the rules that a transaction concerns.
func (f *filing) seeTx(tx *evm.Transaction, visit func(*rule)) {
	for _, r := range f.calls {
		visit(r)
	}
	if tx == nil || len(tx.Input) < 4 || f.selectors == nil {
		return
	}
	for _, r := range f.selectors[[4]byte(tx.Input)] {
		visit(r)
	}
}
