package watch

import (
	"fmt"
	"strings"
	"testing"

	"tocsin/chain"
	"tocsin/evm"
)

// Each story is told to a committer step by step: "b4" is block 4 of branch b at the head, "<b4" that the chain has left it
// there, "+b4" that block in order, "-b4" that the chain has left it in order. A block of branch b builds on the branch a
// below block 4. What must stand in the end is the last word: the branch and number of each block with a finding.
func TestWhatIsSeenAheadStandsOnce(t *testing.T) {
	for _, story := range []string{
		"+a1 a5 a6 +a2 +a3 +a4 +a5 +a6 a1,a2,a3,a4,a5,a6",
		"+a1 +a2 a5 a6 <a6 <a5 b5 +a3 +b4 +b5 a1,a2,a3,b4,b5",
		"+a1 +a2 a5 a6 +a3 +b4 +b5 +b6 a1,a2,a3,b4,b5,b6",        // nobody saw them go at the head
		"+a1 +a2 a5 a6 +a3 +a4 +a5 -a5 -a4 +b4 a1,a2,a3,b4",      // what builds on a block goes with it
		"+a1 +a2 a4 a5 +a3 +a4 <a5 <a4 -a4 +b4 a1,a2,a3,b4",      // one goes at the head, the other in order
		"+a1 a3 +a2 a3 +a3 a3 a4 a1,a2,a3,a4",                    // told again
		"+a1 a5 a6 b5 b6 +a2 +a3 +b4 +b5 +b6 a1,a2,a3,b4,b5,b6",  // two runs, one of them left in silence
		"+a1 a5 a6 <a6 a6 +a2 +a3 +a4 +a5 +a6 a1,a2,a3,a4,a5,a6", // it went and came back
		"+a1 a5 <a5 +a2 +a3 +a4 +a5 -a5 +a5 a1,a2,a3,a4,a5",      // so did this one, in order as well
		"+a1 a5 a6 ! +a2 +a3 ! +b4 ! +b5 a1,a2,a3,b4,b5",         // with a restart in between
		"+a1 a5 ! a6 a7 ! +a2 +a3 +a4 +a5 +a6 +a7 a1,a2,a3,a4,a5,a6,a7",
	} {
		t.Run(story, func(t *testing.T) {
			d, p := newDesk(), testPlan("")
			_, _, _ = d.Lease(t.Context(), "", p.Reviewed.Time)
			w := New(Options{Engine: d, Client: &blinking{}, Plan: p, Index: testIndex(t, p)})
			c := committer{w: w, epoch: d.epoch, state: &state{V: stateVersion}}
			words := strings.Fields(story)
			for _, word := range words[:len(words)-1] {
				if word == "!" {
					s, err := w.load(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					c = committer{w: w, epoch: d.epoch, state: s}
					continue
				}
				name := strings.TrimLeft(word, "+-<")
				number := uint64(name[1] - '0')
				hash := func(branch byte, n uint64) evm.Hash {
					if n < 4 {
						branch = 'a'
					}
					return evm.Hash{branch, byte(n)}
				}
				b := &evm.Block{}
				b.Number, b.Hash, b.ParentHash, b.Time = number, hash(name[0], number), hash(name[0], number-1), 1000+number
				b.Transactions = []evm.Transaction{{Hash: evm.Hash{name[0], byte(number)}, To: &target}}
				step := chain.Step{Ref: chain.Ref{Number: number, Hash: b.Hash}, Block: b, Orphaned: word[0] == '-' || word[0] == '<'}
				it := item{ahead: &step}
				if word[0] == '+' || word[0] == '-' {
					it = item{step: &step}
				}
				c.take(it)
				if err := c.commit(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			want, got := map[string]int{}, map[string]int{}
			for _, name := range strings.Split(words[len(words)-1], ",") {
				want[name]++
			}
			for _, tx := range d.live {
				var branch, number byte
				if _, err := fmt.Sscanf(tx, "0x%02x%02x", &branch, &number); err != nil {
					t.Fatal(err)
				}
				got[fmt.Sprintf("%c%d", branch, number)]++
			}
			if fmt.Sprint(got) != fmt.Sprint(want) || len(d.doubled)+len(d.unknown) > 0 {
				t.Errorf("stands %v, want %v; doubled %v, taken back without having been found %v", got, want, d.doubled, d.unknown)
			}
			if last, _ := c.state.Detect.Last(); len(c.state.Ahead) > 0 && c.state.Ahead[0].Blocks[0].Number <= last.Number {
				t.Errorf("remembered ahead of block %d: %+v", last.Number, c.state.Ahead)
			}
		})
	}
}
