package sim

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/plan"
)

var (
	seeds  = flag.Int("seeds", 0, "how many seeds to run; 0 for as many as fit into a run of all tests")
	first  = flag.Int("first", 0, "the first of them")
	seed   = flag.Int("seed", -1, "the one seed to run, and to print")
	replay = flag.String("replay", "", "a file with a history to replay, and to print")
)

// A run of all tests takes so many worlds, or as many as fit into that time; a short one takes few.
const (
	worlds      = 10_000
	worldsFor   = 25 * time.Second
	worldsShort = 100
	rareAmong   = 2000 // worlds; among fewer, what is rare need not be there
)

// TestMain gives garbage more room: worlds are small and many.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	os.Exit(m.Run())
}

func ground(t *testing.T) *Ground {
	t.Helper()
	p, source, err := plan.Load(os.DirFS("testdata/plan"))
	if err != nil {
		t.Fatal(err)
	}
	g, err := NewGround(t.Context(), p, source.Files)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// still runs a world where the machine's time stands still, so that only the history moves it.
func still(t *testing.T, run func(ctx context.Context) Outcome) (o Outcome) {
	synctest.Test(t, func(t *testing.T) { o = run(t.Context()) })
	return o
}

func TestWorlds(t *testing.T) {
	g := ground(t)
	switch {
	case *replay != "":
		text, err := os.ReadFile(*replay)
		if err != nil {
			t.Fatal(err)
		}
		h, err := Parse(string(text))
		if err != nil {
			t.Fatal(err)
		}
		show(t, g, still(t, func(ctx context.Context) Outcome { return g.Replay(ctx, h) }))
		return
	case *seed >= 0:
		show(t, g, still(t, func(ctx context.Context) Outcome { return g.Live(ctx, uint64(*seed)) }))
		return
	}
	n := worlds
	if testing.Short() {
		n = worldsShort
	}
	until := time.Now().Add(worldsFor)
	if *seeds > 0 {
		n, until = *seeds, time.Now().Add(24*time.Hour)
	}
	var next atomic.Int64
	var broken atomic.Bool
	var mu sync.Mutex
	signs, done := map[string]int{}, 0
	t.Run("seeds", func(t *testing.T) {
		for range runtime.GOMAXPROCS(0) {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				for !broken.Load() {
					k := int(next.Add(1)) - 1
					if k >= n || time.Now().After(until) {
						return
					}
					o := still(t, func(ctx context.Context) Outcome { return g.Live(ctx, uint64(*first+k)) })
					if o.Broken != nil {
						broken.Store(true)
						t.Errorf("seed %d", *first+k)
						show(t, g, o)
					}
					mu.Lock()
					done++
					tally(signs, o.Text)
					mu.Unlock()
				}
			})
		}
	})
	t.Log(fmt.Sprint(done, " worlds; with ", signs))
	if done < rareAmong || t.Failed() {
		return
	}
	for _, sign := range rare {
		if signs[sign] == 0 {
			t.Errorf("in no world was there %q", sign)
		}
	}
}

// show prints what came of a world; of one that broke, also the smallest that breaks the same way.
func show(t *testing.T, g *Ground, o Outcome) {
	t.Helper()
	t.Log("\n" + o.Text)
	if o.Broken == nil {
		return
	}
	small := still(t, func(ctx context.Context) Outcome { return g.Shrink(ctx, o.History, o.Broken.Rule) })
	t.Errorf("%s\nThe smallest history that breaks the same rule (run it with -replay FILE):\n%s", o.Broken, small.Text)
}

// rare is what must have been there in some of many worlds.
var rare = []string{
	"loses its power before commit", "loses its power after commit", "loses its power after claim", "| before call",
	"is forgotten", "lands", "OpUnlanded", ": unknown", ": failed", ": again", "again on node", "is adopted", "answer cannot",
	"approve wrong", "refuse right", "clock 1h", "clock -1h", " unmute ", ": asked", ": muted", " hook ", " feed ", " open ",
	"incident 2026-11-21-3", "reminder ", "dismiss", "reopen", "resolve", "close",
	" goes on in ", "runs by the plan in force", " trust ", " distrust ", " reveal ", " reply ", " attach", "theft is armed", "acts by itself", "an arming is over", "an arming is changed", "an arming is disarmed", "an arming is refused",
	"is to be signed again", "without those who would have to agree", "reverts", "the Safe is used elsewhere", " reject ", " withdraw ", "which rejects", ": leak-", "page 2026-11-21-2/",
}

func tally(signs map[string]int, text string) {
	for _, sign := range rare {
		if strings.Contains(text, sign) {
			signs[sign]++
		}
	}
}

// TestReplay holds that a history is all that a world is made of: its text replays to the same text.
func TestReplay(t *testing.T) {
	g := ground(t)
	for n := range 40 {
		o := still(t, func(ctx context.Context) Outcome { return g.Live(ctx, uint64(n)) })
		again := still(t, func(ctx context.Context) Outcome { return g.Live(ctx, uint64(n)) })
		if again.Text != o.Text {
			t.Fatalf("seed %d gives another world the second time", n)
		}
		h, err := Parse(o.Text)
		if err != nil {
			t.Fatalf("seed %d: %v", n, err)
		}
		if h.String() != o.History.String() {
			t.Fatalf("seed %d: the text reads back as\n%s\ninstead of\n%s", n, h, o.History)
		}
		if again := still(t, func(ctx context.Context) Outcome { return g.Replay(ctx, h) }); again.Text != o.Text {
			t.Fatalf("seed %d replays otherwise", n)
		}
	}
}

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"":                                              "there is no world",
		"+1s chain mine":                                "line 1: want",
		"world 1 with 9 nodes":                          "line 1: want",
		"world 1 with 1 nodes\nlook":                    "want +WAIT",
		"world 1 with 1 nodes\n+x chain mine":           "no such wait",
		"world 1 with 1 nodes\n+1s moon look":           "no such place",
		"world 1 with 1 nodes\n+1s node-2 look":         "has 1 nodes",
		"world 1 with 1 nodes\n+1s node-1 look | sings": "no such mishap",
		"world 1 with 1 nodes\n+1s node-1 look | before call 2: nothing":         "want +WAIT",
		"world 1 with 1 nodes\n+1s node-1 look | before call 2: +1s node-2 look": "has 1 nodes",
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("world 1 with 2 nodes\n+1s node-1 look | dies after call 3 | before call 2: +1s chain mine\n")
	f.Fuzz(func(t *testing.T, text string) {
		h, err := Parse(text)
		if err != nil {
			return
		}
		again, err := Parse(h.String())
		if err != nil || again.String() != h.String() {
			t.Errorf("%q reads back as %q, %v", h, again, err)
		}
	})
}
