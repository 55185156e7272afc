package markdown

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// The most that is read of one document.
const (
	MaxSize  = 4 << 20 // bytes
	maxCells = 1 << 18 // cells of all tables
	maxDepth = 32      // of lists, parts that fold and headings in them; what is deeper counts as this deep
	maxWidth = 64      // columns of a table; what stands further right is kept in the last one
)

// ErrTooLarge says that a document is larger than MaxSize or holds more cells than an import can use.
var ErrTooLarge = errors.New("document too large")

// ErrNotText says that a document is not text in UTF-8.
var ErrNotText = errors.New("document is not UTF-8 text")

// Read reads a document. The error wraps ErrTooLarge or ErrNotText and says what to do; every text that is neither can be
// read, however odd its markup.
func Read(text []byte) ([]Block, error) {
	if len(text) > MaxSize {
		return nil, fmt.Errorf("%w: it has %d bytes, and at most %d are read; split it into several files", ErrTooLarge, len(text), MaxSize)
	}
	if at := binary(text); at >= 0 {
		line := 1 + strings.Count(string(text[:at]), "\n")
		return nil, fmt.Errorf("%w: line %d holds bytes that are no characters; save it as UTF-8 first", ErrNotText, line)
	}
	r := &reader{lines: split(strings.TrimPrefix(string(text), "\ufeff")), refs: map[string]string{}, none: map[string]bool{}}
	r.survey()
	for r.at < len(r.lines) && !r.full {
		r.block()
	}
	if r.full {
		return nil, fmt.Errorf("%w: its tables hold more than %d cells; split it into several files", ErrTooLarge, maxCells)
	}
	return r.blocks, nil
}

// binary finds the first byte that text in UTF-8 cannot hold, -1 if there is none.
func binary(text []byte) int {
	for i := 0; i < len(text); {
		if text[i] == 0 {
			return i
		}
		if text[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

// split cuts a text into lines at \n, \r\n and lone \r.
func split(text string) []string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	text = strings.ReplaceAll(text, "\r", "\n")
	lines := strings.Split(text, "\n")
	if len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// Blank reports whether a line shows nothing.
func Blank(line string) bool { return strings.TrimSpace(line) == "" }
