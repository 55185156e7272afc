package check

import (
	"regexp"
	"slices"
	"strings"
)

// place matches what a text can lead people to: a link, a mail address, a site, an account, a telephone number.
var place = regexp.MustCompile(`(?i)https?://[^\s"'<>()]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|org|net|io|xyz|app|dev|finance|eth|me|co|example)\b|0x[0-9a-f]{40}|\+[0-9][0-9 ()-]{6,}[0-9]`)

// textsThatLead are the beginnings of codes of texts that people follow in an emergency. What names a place by its nature, such
// as the location of an asset, has a rule of its own.
var textsThatLead = []string{
	"step-", "procedure-", "tool-", "question-", "branch-", "issue-", "look-alike-", "manual-sign-",
	"communication-template", "detector-message", "role-duties", "person-duties", "scope-", "asset-secret", "asset-description", "note-", "plan-notes",
}

// strange finds the places that a new text names and the whole old plan does not. A harmless sentence made to send people
// somewhere else is the cheapest attack on a plan.
func (c *contrast) strange(r rule, d delta) []string {
	if !slices.ContainsFunc(textsThatLead, func(begin string) bool { return strings.HasPrefix(r.code, begin) }) {
		return nil
	}
	var list []string
	for _, found := range place.FindAllString(d.newText, -1) {
		found = strings.TrimRight(found, ".,;:!?")
		if c.oldWords == "" {
			c.oldWords = strings.ToLower(string(c.old.Canonical()))
		}
		if !c.knew(strings.ToLower(found)) && !slices.Contains(list, found) {
			list = append(list, oneLine(found))
		}
	}
	return list
}

// knew reports whether the old plan names a place, as a whole: a longer host that begins with a known one is another.
func (c *contrast) knew(name string) bool {
	for rest := c.oldWords; ; {
		i := strings.Index(rest, name)
		if i < 0 {
			return false
		}
		if i > 0 && partOfName(rest[i-1]) {
			rest = rest[i+1:]
			continue
		}
		rest = rest[i+len(name):]
		if rest == "" || !partOfName(rest[0]) || strings.HasPrefix(rest, ". ") || strings.HasPrefix(rest, `."`) {
			return true
		}
	}
}

func partOfName(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= '0' && b <= '9' || strings.IndexByte("-.@+_/%", b) >= 0
}
