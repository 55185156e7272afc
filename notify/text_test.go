package notify

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTitle(t *testing.T) {
	for _, c := range []struct {
		name    string
		message Message
		want    string
	}{
		{"plain", Message{Subject: "Funds leave the vault"}, "Funds leave the vault"},
		{"exercise", Message{Subject: "Funds leave the vault", Exercise: true}, "EXERCISE: Funds leave the vault"},
		{"marked already", Message{Subject: "EXERCISE: Funds", Exercise: true}, "EXERCISE: Funds"},
		{"line breaks", Message{Subject: "a\r\nBcc: x@example.com\r\n\r\nb"}, "a Bcc: x@example.com b"},
		{"other line breaks", Message{Subject: "a\u2028b\u0085c\vd"}, "a bcd"},
		{"escape sequence", Message{Subject: "a\x1b[2Jb"}, "a[2Jb"},
		{"turned direction", Message{Subject: "a\u202eb\u2066c"}, "abc"},
		{"empty", Message{Subject: " \n"}, "Message from Tocsin"},
		{"broken UTF-8", Message{Subject: "a\xffb"}, "a\ufffdb"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.message.Title(); got != c.want {
				t.Errorf("Title() = %q, want %q", got, c.want)
			}
		})
	}
}

func TestTextSaysExercise(t *testing.T) {
	if got := (Message{Body: "Come.", Exercise: true}).Text(); !strings.HasPrefix(got, "EXERCISE") || !strings.HasSuffix(got, "\n\nCome.\n") {
		t.Errorf("Text() = %q, want it to begin with EXERCISE and to end in the body", got)
	}
	if got := (Message{Body: "This is an EXERCISE.\nCome.", Exercise: true}).Text(); got != "This is an EXERCISE.\nCome.\n" {
		t.Errorf("Text() = %q marks a text twice", got)
	}
	if got := (Message{Body: "Come.\r\nNow.\r\n\r\n"}).Text(); got != "Come.\nNow.\n" {
		t.Errorf("Text() = %q", got)
	}
}

func FuzzLine(f *testing.F) {
	f.Add("a\r\nb")
	f.Add(strings.Repeat("ü", 300))
	f.Add("\xff\x00\x1b[31m")
	f.Fuzz(func(t *testing.T, s string) {
		got := Line(s)
		if strings.ContainsAny(got, "\r\n\x00\x1b\t") || !utf8.ValidString(got) || len(got) > maxLine {
			t.Errorf("Line(%q) = %q is not one clean line of at most %d bytes", s, got, maxLine)
		}
		if again := Line(got); again != got {
			t.Errorf("Line(%q) = %q, and again %q", s, got, again)
		}
		if lines := Lines(s); strings.ContainsAny(lines, "\r\x00\x1b") || !utf8.ValidString(lines) {
			t.Errorf("Lines(%q) = %q is not clean", s, lines)
		}
	})
}
