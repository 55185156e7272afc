package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"

	"golang.org/x/term"

	"tocsin/app"
)

// watchTerminal draws over a terminal, on a screen of its own, so that what stood there before stands there after.
type watchTerminal struct {
	l      *looking
	out    *os.File
	colour bool
	shown  app.Vista
	page   int
	typed  chan byte
	undo   func()
}

func newWatchTerminal(ctx context.Context, l *looking) (*watchTerminal, error) {
	out, ok := l.t.out.(*os.File)
	if !ok {
		return nil, fmt.Errorf("draw on something that is no terminal")
	}
	v := &watchTerminal{l: l, out: out, colour: os.Getenv("NO_COLOR") == "", typed: make(chan byte), undo: func() {}}
	if in, ok := l.t.in.(*os.File); ok && term.IsTerminal(int(in.Fd())) {
		before, err := term.MakeRaw(int(in.Fd()))
		if err != nil {
			return nil, fmt.Errorf("read keys: %w", err)
		}
		v.undo = func() { _ = term.Restore(int(in.Fd()), before) }
		go v.read(ctx, in)
	}
	_, err := io.WriteString(out, "\x1b[?1049h\x1b[?25l")
	return v, err
}

// read hands over keys. It ends with the process if nobody presses one.
func (v *watchTerminal) read(ctx context.Context, in io.Reader) {
	b := make([]byte, 1)
	for {
		n, err := in.Read(b)
		if err != nil || n == 0 {
			return
		}
		select {
		case v.typed <- b[0]:
		case <-ctx.Done():
			return
		}
	}
}

func (v *watchTerminal) keys() <-chan byte { return v.typed }

// press answers a key; q and Ctrl-C leave.
func (v *watchTerminal) press(key byte) bool {
	switch key {
	case 'q', 'Q', 3, 4:
		return false
	case 'n', ' ':
		v.page++
	case 'p':
		v.page = max(v.page-1, 0)
	}
	_ = v.show(v.shown)
	return true
}

func (v *watchTerminal) show(seen app.Vista) error {
	v.shown = seen
	width, height, err := term.GetSize(int(v.out.Fd()))
	if err != nil || width < 1 || height < 1 {
		width, height = 80, 24
	}
	s := watchScreen{Title: v.l.title, Note: v.l.note, Vista: seen, Colour: v.colour, Page: v.page, Trouble: v.l.last.said()}
	lines := s.lines(width, height)
	v.page = s.Page
	_, err = io.WriteString(v.out, "\x1b[H"+strings.Join(lines, "\x1b[K\r\n")+"\x1b[K\x1b[J")
	return err
}

func (v *watchTerminal) close() {
	v.undo()
	_, _ = io.WriteString(v.out, "\x1b[?25h\x1b[?1049l")
}

// lastWord keeps the last line of a log, to be shown in its place on a screen.
type lastWord struct {
	mu   sync.Mutex
	line string
}

func (l *lastWord) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: slog.LevelWarn, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.LevelKey || a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
}

// Write takes one line.
func (l *lastWord) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.line = string(bytes.TrimSpace(b))
	return len(b), nil
}

func (l *lastWord) said() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.line
}
