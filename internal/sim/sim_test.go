package sim

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"tocsin/plan"
)

// steps is how long a world runs.
const steps = 100

var seed = flag.Int("seed", -1, "the one seed to run, and to print")

func TestWorlds(t *testing.T) {
	p, source, err := plan.Load(os.DirFS("../../incident/testdata/plan"))
	if err != nil {
		t.Fatal(err)
	}
	if *seed >= 0 {
		text, err := Run(t.Context(), p, source.Files, uint64(*seed), steps)
		t.Logf("seed %d:\n%s", *seed, text)
		if err != nil {
			t.Error(err)
		}
		return
	}
	seeds := 200
	if testing.Short() {
		seeds = 30
	}
	tally := map[string]int{}
	for n := range seeds {
		text, err := Run(t.Context(), p, source.Files, uint64(n), steps)
		if err != nil {
			t.Fatalf("seed %d (run it alone with -seed %d): %v\n%s", n, n, err, text)
		}
		if n < 5 {
			if again, _ := Run(t.Context(), p, source.Files, uint64(n), steps); again != text {
				t.Fatalf("seed %d gives another history the second time", n)
			}
		}
		for _, sign := range []string{"the power fails: before commit", "the power fails: after commit", "is forgotten", "lands", "OpUnlanded", "unknown"} {
			if strings.Contains(text, sign) {
				tally[sign]++
			}
		}
	}
	t.Log(fmt.Sprint("worlds with ", tally))
	for _, sign := range []string{"the power fails: before commit", "the power fails: after commit", "is forgotten", "lands", "unknown"} {
		if tally[sign] == 0 {
			t.Errorf("in no world was there %q", sign)
		}
	}
}
