package plan

import (
	"regexp"
	"slices"
	"strings"
)

// TBD is what a plan says where its authors have yet to decide: a gap, not an error.
const TBD = "TBD"

var (
	// openWords are what people write where something is still to be written.
	openWords = regexp.MustCompile(`(?i)^(tbd|tbc|tba|todo|tk|fixme|xxx+|\?+|-+|–|—|_+|…|\.\.\.|n/?a|none yet|to be (decided|defined|determined|confirmed|added|announced|filled in|completed)|fill (me )?in|insert .*|placeholder|coming soon|lorem ipsum.*)[.!:]?$`)
	// openStart begins a text that says that more is to come.
	openStart = regexp.MustCompile(`(?i)^(tbd|tbc|tba|todo|fixme)\b`)
	// openBrackets surround what is to be filled in; a whole text in them is a placeholder.
	openBrackets = regexp.MustCompile(`^(\([^()]*\)|\[[^\[\]]*\]|<[^<>]*>|\{+[^{}]*\}+|_{2,}[^_]*_{2,})$`)
)

// Open reports whether a text only stands in for one that is still to be written: "TBD", "TODO: ask Ada", "???",
// "[your name here]", "(provide details on how)".
func Open(text string) bool {
	t := strings.TrimSpace(strings.Trim(strings.TrimSpace(text), "*`\"'"))
	return mayBeOpen(t) && (openWords.MatchString(t) || openStart.MatchString(t) || openBrackets.MatchString(t))
}

// openStarts are how the words of openWords and openStart begin.
var openStarts = []string{"tb", "to be ", "todo", "tk", "fixme", "xxx", "n/a", "na", "none yet", "fill", "insert ", "placeholder", "coming soon", "lorem ipsum"}

// mayBeOpen reports whether a text begins like one that stands in for another, so that most texts of a plan need no more.
func mayBeOpen(t string) bool {
	if t == "" {
		return false
	}
	if first := t[0] | 0x20; first < 'a' || first > 'z' {
		return t[0] < '0' || t[0] > '9'
	}
	return slices.ContainsFunc(openStarts, func(s string) bool { return len(t) >= len(s) && strings.EqualFold(t[:len(s)], s) })
}
