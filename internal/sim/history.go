package sim

import (
	"fmt"
	"strconv"
	"strings"
)

// History is all that a world is made of: who is in it follows from the seed, what happens from the steps. The same history
// is always the same world.
type History struct {
	Seed  uint64 // of chance that no step names: ids, salts, which call reaches somebody
	Nodes int
	Steps []Step
}

// maxNodes is how many nodes a world has at most.
const maxNodes = 3

// String is a line for the world and one for each step.
func (h History) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "world %d with %d nodes\n", h.Seed, h.Nodes)
	for _, s := range h.Steps {
		fmt.Fprintln(&b, s)
	}
	return b.String()
}

// Parse reads a history, also from the text of a run: what came of the steps stands on lines that begin with a space.
func Parse(text string) (History, error) {
	var h History
	for n, line := range strings.Split(text, "\n") {
		if line == "" || line[0] == ' ' || line[0] == '#' {
			continue
		}
		if h.Nodes == 0 {
			if _, err := fmt.Sscanf(line, "world %d with %d nodes", &h.Seed, &h.Nodes); err != nil || h.Nodes < 1 || h.Nodes > maxNodes {
				return h, fmt.Errorf("line %d: want \"world SEED with NODES nodes\", and not %s", n+1, strconv.Quote(line))
			}
			continue
		}
		s, err := parseStep(line)
		if err != nil {
			return h, fmt.Errorf("line %d: %w", n+1, err)
		}
		if s.Node > h.Nodes || s.Meanwhile != nil && s.Meanwhile.Node > h.Nodes {
			return h, fmt.Errorf("line %d: the world has %d nodes", n+1, h.Nodes)
		}
		h.Steps = append(h.Steps, s)
	}
	if h.Nodes == 0 {
		return h, fmt.Errorf("there is no world in it")
	}
	return h, nil
}
