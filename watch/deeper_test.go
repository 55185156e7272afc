package watch

import (
	"strings"
	"testing"

	"tocsin/chain"
	"tocsin/detect"
	"tocsin/evm"
)

// A chain that is reorganised to before the block with which the watch began takes back all that was found, and puts nothing else
// in doubt: that calls nobody. Once blocks have been forgotten it does.
func TestReorganisedToBeforeTheWatchBegan(t *testing.T) {
	for blocks, mode := range map[uint64]string{5: "observe", 40: "page"} {
		c, see := pen(t, testPlan("")) // it remembers 16 blocks
		var last *evm.Block
		parent := evm.Hash{}
		for n := range blocks {
			last = paying(n+20, 1000+12*n, parent, 1)
			parent = last.Hash
			see(last)
		}
		c.findings = nil
		c.begin(detect.Past{Number: 18, Hash: evm.Hash{18}, Time: 990})
		if len(c.findings) != 1 || c.findings[0].Detector != "reorg" || c.findings[0].Mode != mode {
			t.Fatalf("after %d blocks told %+v", blocks, c.findings)
		}
		if !strings.Contains(c.findings[0].Say, map[string]string{"observe": "with which the watch began", "page": "may not have happened"}[mode]) {
			t.Errorf("after %d blocks it says %q", blocks, c.findings[0].Say)
		}
		if want := min(blocks, 16); uint64(len(c.retracted)) != want {
			t.Errorf("after %d blocks %d findings are taken back, want %d", blocks, len(c.retracted), want)
		}
		// That blocks were rolled back one by one and others came is no beginning.
		c.retracted, c.hollow = nil, false
		c.orphan(chain.Ref{Number: 18, Hash: evm.Hash{18}})
		began := c.state.Began
		see(paying(19, 995, evm.Hash{7}, 0))
		if c.state.Began != began {
			t.Errorf("it began again with block %d", c.state.Began)
		}
	}
}
