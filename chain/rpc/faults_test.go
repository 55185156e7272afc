package rpc_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"tocsin/internal/chaos"
)

// Whatever several endpoints do at random, and however the chain is reorganised, what was followed in the end is the chain:
// no block skipped, none doubled. journey.take checks each step on the way.
func TestPoolFollowsExactlyTheChain(t *testing.T) {
	ways, seeds := chaos.Ways(), uint64(4)
	if testing.Short() {
		seeds = 2
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 4))
			c, fork := newSpeaker(t), newSpeaker(t)
			bad := []crooked{newCrooked(t, c.Chain), newCrooked(t, c.Chain)}
			g := newGate(t, strings.TrimPrefix(c.WSURL(), "ws://"))
			d := keep(t, newPool(t, quick(bad[0].url(), bad[1].url(), "ws://"+g.address()+"/secret-key")), c.genesis())
			c.say(2)
			d.reached(t, c.Chain)
			forked := false
			for range 50 {
				switch x := bad[r.IntN(len(bad))]; r.IntN(8) {
				case 0, 1, 2:
					x.be(ways[r.IntN(len(ways))], c.Head().Number-uint64(r.IntN(2)))
				case 3:
					x.Be(chaos.Fine)
				case 4:
					g.cut()
				case 5:
					if err := c.Reorg(t.Context(), 1+r.IntN(3), r.IntN(2) == 0); err != nil {
						t.Fatal(err)
					}
				case 6:
					if forked = !forked; forked {
						fork.say(1)
						bad[0].Turn(fork.URL())
					} else {
						bad[0].Turn(c.URL())
					}
				case 7:
					mine(t, c.Chain, 1+r.IntN(5))
				}
				c.say(1)
				// Without a liar among them, what comes from two is enough to go on.
				if bad[1].Way() == chaos.Fine && !forked && r.IntN(2) == 0 {
					d.reached(t, c.Chain)
				}
			}
			bad[0].Turn(c.URL())
			for _, x := range bad {
				x.Be(chaos.Fine)
			}
			c.say(1)
			d.reached(t, c.Chain)
			d.exact(t, c.Chain)
		})
	}
}
