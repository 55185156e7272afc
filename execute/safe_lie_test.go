package execute

import (
	"testing"
	"time"

	core "tocsin/action/safe"
	"tocsin/chain"
	"tocsin/engine"
	"tocsin/incident"
)

// An endpoint says of a Safe's transaction that it was mined and succeeded, in a block that does not hold it, or knows of no receipt while
// there is one, or takes it and sends it nowhere: nothing is believed that the blocks do not bear out, and it lands once.
func TestRealSafeToldLies(t *testing.T) {
	c := newCouncil(t, 20*time.Millisecond, core.V141)
	depths := []uint64{0, 2}
	if testing.Short() {
		depths = depths[1:]
	}
	for name, lies := range map[string]func() chain.Client{
		"mined where it was not": func() chain.Client { return &liar{Client: c.client, left: 12} },
		"mined and not sent":     func() chain.Client { return &liar{Client: c.client, left: 12, drop: true} },
		"not mined where it was": func() chain.Client { return &forgetful{Client: c.client, left: 12} },
	} {
		for _, confirmations := range depths {
			o, since, nonce := c.order(confirmations), c.head(), c.safe.Facts(t).Nonce
			out := c.carry(o, lies())
			a := o.action()
			if out.State != engine.Landed || a.State != incident.Verified || a.Landed == nil || !c.paused() || c.landingsAt(c.safe.Address, since) != 1 || c.safe.Facts(t).Nonce != nonce+1 {
				t.Fatalf("%s, %d confirmations: outcome %+v, action %+v, paused %v, landed %d times", name, confirmations, out, a, c.paused(), c.landingsAt(c.safe.Address, since))
			}
			r, err := c.client.Receipt(c.ctx, a.Landed.Tx)
			if err != nil || r.BlockNumber != a.Landed.Block {
				t.Errorf("%s: it is recorded in block %d, and the chain says %+v, %v", name, a.Landed.Block, r, err)
			}
			c.owned(c.vault, mustEncode(t, "unpause()"))
		}
	}
}
