package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"tocsin/fault"
)

// questions asks at the terminal, a line at a time.
type questions struct {
	in  *bufio.Reader
	out io.Writer
	yes bool // the usual answer to everything
}

// longestAnswer is the longest line that is read as an answer, in bytes.
const longestAnswer = 4096

func newQuestions(t *terminal, yes bool) *questions {
	q := &questions{in: bufio.NewReaderSize(t.in, longestAnswer), out: t.out, yes: yes}
	if t.json {
		q.out = t.err // standard output is for the one object
	}
	return q
}

func (q *questions) say(format string, args ...any) {
	if !q.yes {
		fmt.Fprintf(q.out, format, args...)
	}
}

// tries is how often something is asked whose answers are of no use.
const tries = 5

// ask asks what a flag could have said, and why, until the answer is good. An empty line is the usual answer; so is every
// answer where nothing is to be asked. The end of the input is no answer.
func (q *questions) ask(flag, what, why, usual string, good func(string) error) (string, error) {
	if q.yes {
		return usual, good(usual)
	}
	q.say("\n%s %s\n", what, why)
	for n := 1; ; n++ {
		answer, err := q.line(flag, what, usual)
		if err != nil {
			return "", err
		}
		if err = good(answer); err == nil || n == tries {
			return answer, err
		}
		q.say("%s\n", printable(clip(fault.Sentence(err))))
	}
}

// given takes what a flag said, or asks for it.
func (q *questions) given(said string, good func(string) error, flag, what, why, usual string) error {
	if said != "" {
		return good(said)
	}
	_, err := q.ask(flag, what, why, usual, good)
	return err
}

// line reads one answer.
func (q *questions) line(flag, what, usual string) (string, error) {
	q.say("[%s] ", usual)
	line, err := q.in.ReadSlice('\n')
	answer := strings.TrimSpace(string(line))
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return "", fault.New(fault.Invalid, "That answer is longer than %d characters.", longestAnswer)
	case err != nil && answer == "":
		q.say("\n")
		return "", fault.New(fault.Invalid, "The input ended before this was answered: %s", what).Instead("Give --%s, or --yes to take what is usual for all that is left.", flag)
	case answer == "":
		return usual, nil
	}
	return answer, nil
}
