package markdown

import (
	"regexp"
	"strings"
	"unicode"
)

var (
	anchor    = regexp.MustCompile(`\s*\{#[^}]*\}\s*$|\s*\{\s*id\s*=[^}]*\}\s*$`)
	shortname = regexp.MustCompile(`:[a-z][a-z0-9_+-]*:`)
	numbering = regexp.MustCompile(`^(?:(?i:step|phase|part|section|chapter|appendix|annex|playbook|runbook|scenario)\s*#?(?:\d+(?:\.\d+)*|[A-Z]|[IVX]+)\s*(?:[:.)–—-]\s*|\s-\s)|\(?(?:\d{1,3}(?:\.\d{1,3})*|[IVXLC]{1,6}|[A-Z])[.):]\)?\s+|\d{1,3}(?:\.\d{1,3})+\s+|\d{1,3}\s*[–—-]\s+|§+\s*[\d.]+\s+)`)
)

// Plain is a heading as words: without emoji, numbering ("3.", "III.", "Step 2:"), anchors and a colon at its end. It is
// the heading itself if nothing else would be left.
func Plain(heading string) string {
	s := anchor.ReplaceAllString(heading, "")
	s = strings.Map(func(r rune) rune {
		if emoji(r) {
			return -1
		}
		return r
	}, shortname.ReplaceAllString(s, ""))
	s = strings.TrimSpace(strings.Join(strings.Fields(s), " "))
	s = strings.TrimSpace(numbering.ReplaceAllString(s, ""))
	s = strings.TrimRight(s, ": ")
	if strings.IndexFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) < 0 {
		return strings.TrimSpace(heading)
	}
	return s
}

// emoji reports whether a character is a picture, or joins or colours one.
func emoji(r rune) bool {
	switch {
	case r >= 0x1F000 && r <= 0x1FAFF, r >= 0x2600 && r <= 0x27BF, r >= 0x2B00 && r <= 0x2BFF, r >= 0x2300 && r <= 0x23FF,
		r == 0xFE0F, r == 0x200D, r == 0x20E3, r >= 0xE0020 && r <= 0xE007F, r >= 0x1F1E6 && r <= 0x1F1FF:
		return true
	}
	return false
}

// Flat is a text on one line.
func Flat(text string) string { return strings.Join(strings.Fields(text), " ") }
