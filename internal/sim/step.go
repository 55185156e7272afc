package sim

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Step is one thing that happens in a world, with the mishaps that come with it. Its text is a line:
//
//	+12s node-1 watch | dies before call 3 | before call 2: +1s node-2 look
type Step struct {
	Wait      time.Duration // since the step before
	Node      int           // that it happens on, from 1; 0 for the chain
	Words     []string      // what happens; the first says which kind of step it is
	Death     *Death        // of the node; nil if it lives
	Meanwhile *Step         // that is quicker; nil for none
	Stall     int           // the node's call to the store before which Meanwhile happens
}

// Death is when a node loses its power.
type Death struct {
	Call  int // to the store, from 1
	After bool
}

func (d Death) when() string {
	if d.After {
		return "after"
	}
	return "before"
}

// String is the step's line; Parse reads it back.
func (s Step) String() string {
	var b strings.Builder
	where := "chain"
	if s.Node > 0 {
		where = nodeName(s.Node)
	}
	fmt.Fprintf(&b, "+%s %s %s", s.Wait, where, strings.Join(s.Words, " "))
	if s.Death != nil {
		fmt.Fprintf(&b, " | dies %s call %d", s.Death.when(), s.Death.Call)
	}
	if s.Meanwhile != nil {
		fmt.Fprintf(&b, " | before call %d: %s", s.Stall, s.Meanwhile)
	}
	return b.String()
}

func nodeName(n int) string { return "node-" + strconv.Itoa(n) }

// parseStep reads a step's line.
func parseStep(line string) (Step, error) {
	bad := func(why string) (Step, error) { return Step{}, fmt.Errorf("step %q: %s", line, why) }
	own, mishaps, _ := strings.Cut(line, " | ")
	words := strings.Fields(own)
	if len(words) < 3 || words[0][0] != '+' {
		return bad("want +WAIT WHERE WHAT …")
	}
	wait, err := time.ParseDuration(words[0][1:])
	if err != nil || wait < 0 {
		return bad("no such wait")
	}
	s := Step{Wait: wait, Words: words[2:]}
	if words[1] != "chain" {
		name, ok := strings.CutPrefix(words[1], "node-")
		if s.Node, err = strconv.Atoi(name); !ok || err != nil || s.Node < 1 || s.Node > maxNodes {
			return bad("no such place")
		}
	}
	var when string
	var call int
	if n, _ := fmt.Sscanf(mishaps, "dies %s call %d", &when, &call); n == 2 {
		s.Death = &Death{Call: call, After: when == "after"}
		_, mishaps, _ = strings.Cut(mishaps, " | ")
	}
	if mishaps == "" {
		return s, nil
	}
	head, rest, _ := strings.Cut(mishaps, ": ")
	if n, _ := fmt.Sscanf(head, "before call %d", &s.Stall); n != 1 {
		return bad("no such mishap")
	}
	other, err := parseStep(rest)
	if err != nil {
		return bad(err.Error())
	}
	s.Meanwhile = &other
	return s, nil
}
