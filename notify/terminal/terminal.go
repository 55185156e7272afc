// Package terminal writes messages into a terminal or a log: for a server that somebody watches, and for demos.
package terminal

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"tocsin/notify"
)

// Kind is what plans write for this channel.
const Kind = "terminal"

// width of a block, in characters; longer lines are wrapped at spaces.
const width = 78

// Options says where to write.
type Options struct {
	Out  io.Writer
	Bell bool             // Out is a terminal that can ring; urgent messages ring it
	Now  func() time.Time // of messages without a time; nil for the system's clock
}

// Channel writes each message as one block, in one Write. It is safe for concurrent use.
type Channel struct {
	mu   sync.Mutex
	out  io.Writer
	bell bool
	now  func() time.Time
}

// New returns the channel that writes to o.Out.
func New(o Options) *Channel {
	c := &Channel{out: o.Out, bell: o.Bell, now: o.Now}
	if c.out == nil {
		c.out = io.Discard
	}
	if c.now == nil {
		c.now = time.Now
	}
	return c
}

// Kind is "terminal".
func (c *Channel) Kind() string { return Kind }

// Send writes one message. To is shown and nothing else: a terminal has no addresses.
func (c *Channel) Send(ctx context.Context, m notify.Message) notify.Outcome {
	block := c.block(m)
	c.mu.Lock()
	defer c.mu.Unlock()
	if ctx.Err() != nil {
		return notify.Outcome{State: notify.Failed, Retry: true, Say: "Writing was broken off before it began."}
	}
	n, err := io.WriteString(c.out, block)
	switch {
	case err == nil:
		return notify.Outcome{State: notify.Landed, ID: m.Key, Say: "Written to the terminal."}
	case n == 0:
		return notify.Outcome{State: notify.Failed, Retry: true, Say: "The terminal cannot be written to."}
	default:
		return notify.Outcome{State: notify.Unknown, Say: "Only a part was written to the terminal."}
	}
}

// block draws
//
//	── EXERCISE: Funds leave the vault ─────────────────────────── 14:02:10 UTC ──
//	   to Janet R
//
//	   What is the matter, wrapped.
//
//	   Are you coming?  http://…
//	──────────────────────────────────────────────────────────────────────────────
func (c *Channel) block(m notify.Message) string {
	at := m.At
	if at.IsZero() {
		at = c.now()
	}
	var b strings.Builder
	if c.bell && m.Urgent {
		b.WriteByte('\a')
	}
	title, clock := m.Title(), at.UTC().Format("15:04:05 UTC")
	rule := max(width-length("──    ──")-length(title)-length(clock), 2)
	fmt.Fprintf(&b, "\n── %s %s %s ──\n", title, strings.Repeat("─", rule), clock)
	if to := recipient(m); to != "" {
		fmt.Fprintf(&b, "   to %s\n", to)
	}
	b.WriteByte('\n')
	for line := range strings.SplitSeq(strings.TrimSuffix(m.Text(), "\n"), "\n") {
		for _, part := range wrap(line, width-3) {
			b.WriteString(strings.TrimRight("   "+part, " ") + "\n")
		}
	}
	if link := notify.Line(m.Link); link != "" && len(link) == len(m.Link) {
		say := notify.Line(m.LinkText)
		if say != "" {
			say += "  "
		}
		fmt.Fprintf(&b, "\n   %s%s\n", say, link)
	}
	b.WriteString(strings.Repeat("─", width) + "\n")
	return b.String()
}

func recipient(m notify.Message) string {
	if name := notify.Line(m.ToName); name != "" {
		return name
	}
	return notify.Line(m.To)
}

// wrap breaks a line at spaces; a word that is longer than the line stays whole, so that addresses can be copied.
func wrap(line string, limit int) []string {
	if length(line) <= limit {
		return []string{line}
	}
	var parts []string
	var part strings.Builder
	n := 0
	for _, word := range strings.Fields(line) {
		if w := length(word); n > 0 && n+1+w > limit {
			parts = append(parts, part.String())
			part.Reset()
			n = 0
		}
		if n > 0 {
			part.WriteByte(' ')
			n++
		}
		part.WriteString(word)
		n += length(word)
	}
	return append(parts, part.String())
}

func length(s string) int { return len([]rune(s)) }
