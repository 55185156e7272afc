package notify

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// exerciseMark is what every message of an exercise begins with, so that nobody takes a drill for the real thing.
const exerciseMark = "EXERCISE"

// Title is the subject as a channel shows it: one clean line, which says EXERCISE first if the message belongs to one.
func (m Message) Title() string {
	t := Line(m.Subject)
	if t == "" {
		t = "Message from Tocsin"
	}
	if m.Exercise && !strings.HasPrefix(t, exerciseMark) {
		t = exerciseMark + ": " + t
	}
	return t
}

// Text is the body as a channel shows it: clean lines, ending in one line break. It says EXERCISE in its first line if the
// message belongs to one.
func (m Message) Text() string {
	t := strings.Trim(Lines(m.Body), "\n") + "\n"
	if first, _, _ := strings.Cut(t, "\n"); m.Exercise && !strings.Contains(first, exerciseMark) {
		t = exerciseMark + ". This is a drill; nothing here is real.\n\n" + t
	}
	return t
}

// maxLine bounds a subject or a name, in bytes: more is no subject, and mail servers refuse overlong headers.
const maxLine = 200

// Line makes one line of a text that may come from anywhere: a chain, a form, a plan. Line breaks and runs of space become
// one space; control characters, and characters that turn the reading direction around, are taken out; what is longer
// than 200 bytes is cut and ends in "…".
func Line(s string) string {
	s = strings.Join(strings.Fields(clean(s, ' ')), " ")
	if len(s) <= maxLine {
		return s
	}
	cut := maxLine - len("…")
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return strings.TrimRight(s[:cut], " ") + "…"
}

// Lines makes a clean text of one that may come from anywhere: every line break becomes "\n", a tab stays, other control
// characters, and characters that turn the reading direction around, are taken out.
func Lines(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return clean(strings.ReplaceAll(s, "\r", "\n"), '\n')
}

// clean takes out what could steer a terminal, a header or a reader's eye; brk replaces each line break.
func clean(s string, brk rune) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\u2028' || r == '\u2029':
			return brk
		case r == '\r':
			return brk
		case r == '\t':
			if brk == '\n' {
				return r
			}
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == '\ufeff':
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
}
