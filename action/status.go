package action

import (
	"fmt"
	"strings"
	"time"

	"github.com/holiman/uint256"

	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
	"tocsin/status"
)

// Status has the signed status file say something, in place of a request. Prepared.Sender is who signs it.
type Status struct {
	status.Text
	URL   string        `json:"url"`   // from where the app polls it
	Valid time.Duration `json:"valid"` // how long a file counts before it is signed anew; nanoseconds in JSON
}

// Outward reports whether the action is none of a chain: a request over HTTP, or the status file.
func (p Prepared) Outward() bool { return p.Request != nil || p.Status != nil }

// encode appends what an approval binds.
func (s Status) encode(b []byte, sized func(dst, b []byte) []byte) []byte {
	for _, part := range append([]string{s.URL, s.Valid.String(), s.State, s.Message}, s.Off...) {
		b = sized(b, []byte(part))
	}
	return b
}

// status prepares an action that has the status file say something.
func (r resolver) status(a plan.Action) (Prepared, error) {
	host, ok := hostOf(a.URL)
	if !ok {
		return Prepared{}, r.invalid("has the app poll %q, which is no address on the web.", a.URL).Instead("Write it whole: https://…")
	}
	if a.Sender == (evm.Address{}) {
		return Prepared{}, r.invalid("does not say who signs the status file.").Instead("Write the address of the server's key under sender.")
	}
	t := status.Text{State: a.Status.State, Message: strings.TrimSpace(a.Status.Message), Off: append([]string{}, a.Status.Off...)}
	if _, err := status.New(r.plan.Protocol, 0, t, time.Unix(0, 0), a.Status.For()); err != nil {
		return Prepared{}, r.invalid("has the status file say what it cannot. %s", fault.Sentence(err))
	}
	x := Prepared{Sender: a.Sender, Value: new(uint256.Int), Data: []byte{}, Status: &Status{Text: t, URL: a.URL, Valid: a.Status.For()}}
	x.Words = Words{
		Target: host, Function: "status: " + t.State,
		Sentence: fmt.Sprintf("Has the status file that the app polls from %s say %s.", a.URL, x.Status.Says()),
		Effect:   fmt.Sprintf("Afterwards %s, read from outside, must say so, signed by %s.", a.URL, a.Sender.Hex()),
	}
	return x, nil
}

// Says is what the file says, in words.
func (s Status) Says() string { return Says(s.Text) }

// Says is what a status says, in words: maintenance, “We are back soon.”, without deposits.
func Says(t status.Text) string {
	say := t.State
	if t.Message != "" {
		say += ", “" + t.Message + "”"
	}
	if len(t.Off) > 0 {
		say += ", without " + strings.Join(t.Off, ", ")
	}
	return say
}
