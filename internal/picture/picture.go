// Package picture reads the state machines that docs draw as text, so that tests can hold them to what the code does.
package picture

import (
	"fmt"
	"os"
	"regexp"
	"strings"
)

// Start is where every machine begins.
const Start = "start"

// Move is one step of a state machine: from a state to another by an event.
type Move struct{ Machine, From, By, To string }

// String writes the move as the pictures draw it.
func (m Move) String() string {
	return fmt.Sprintf("%s: %s ──%s──▶ %s", m.Machine, m.From, m.By, m.To)
}

var arrow = regexp.MustCompile(`^(\S+(?:, \S+)*) +──(\S+(?:, \S+)*)──▶ +(\S+)`)

// Moves reads the arrows of a page. A heading of the second rank names a machine; each line of its picture, a block of text, is states, an arrow that
// says by which events, a state, and perhaps more arrows from there. A line that is drawn otherwise is an error.
func Moves(file string) (map[Move]bool, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read pictures: %w", err)
	}
	list, machine, inside := map[Move]bool{}, "", false
	for line := range strings.Lines(string(b)) {
		line = strings.TrimRight(line, "\n")
		switch name, is := strings.CutPrefix(line, "## "); {
		case is:
			machine = name
		case strings.HasPrefix(line, "```"):
			inside = !inside && line == "```text"
		case inside:
			if err := read(list, machine, strings.TrimSpace(line)); err != nil {
				return nil, err
			}
		}
	}
	return list, nil
}

func read(list map[Move]bool, machine, line string) error {
	for line != "" {
		m := arrow.FindStringSubmatch(line)
		if m == nil {
			return fmt.Errorf("%s: this is no arrow: %q", machine, line)
		}
		for from := range strings.SplitSeq(m[1], ", ") {
			for by := range strings.SplitSeq(m[2], ", ") {
				list[Move{machine, from, by, m[3]}] = true
			}
		}
		rest := line[len(m[0]):]
		if strings.TrimSpace(rest) == "" {
			return nil
		}
		line = m[3] + rest
	}
	return nil
}
