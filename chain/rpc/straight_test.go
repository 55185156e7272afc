package rpc_test

import (
	"bytes"
	"strings"
	"sync/atomic"
	"testing"
)

// A gap is fetched with its headers beside each other, not one after the other by the parents that they name; where what an
// endpoint says by number does not add up, by those all the same.
func TestGapIsFetchedStraight(t *testing.T) {
	for _, lying := range []bool{false, true} {
		c := newSpeaker(t)
		c.say(3)
		mine(t, c.Chain, 150)
		var stepwise atomic.Int64
		s := through(t, c.URL(), func(method string, answer []byte) []byte {
			switch {
			case method == "eth_getBlockByHash" && !bytes.Contains(answer, []byte(`"blockHash"`)) && bytes.Contains(answer, []byte(`"transactions":["0x`)):
				stepwise.Add(1) // a header of a block that holds something
			case method == "eth_getBlockByNumber" && lying && bytes.Contains(answer, []byte(`"number":"0x2"`)):
				return bytes.Replace(answer, []byte(`"gasUsed":"0x`), []byte(`"gasUsed":"0x1`), 1)
			}
			return answer
		})
		p := newPool(t, quick(s.URL))
		d := keep(t, p, c.genesis())
		d.reached(t, c.Chain)
		d.exact(t, c.Chain)
		if n := stepwise.Load(); lying != (n > 0) {
			t.Errorf("lying %t: %d headers were asked for by their hash", lying, n)
		}
		d.mu.Lock()
		if steps := strings.Join(d.journey.steps, " "); strings.Contains(steps, "-") || uint64(len(d.journey.steps)) != c.Head().Number {
			t.Errorf("steps %s", steps)
		}
		d.mu.Unlock()
	}
}
