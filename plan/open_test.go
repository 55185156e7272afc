package plan

import "testing"

func TestOpen(t *testing.T) {
	for _, s := range []string{
		"TBD", "tbd.", "TBC", "tba", "TODO", "todo: ask Ada", "FIXME later", "tk", "xxx", "XXXX", "???", "-", "—", "___", "…", "...", "n/a", "N/A", "na", "none yet",
		"to be decided", "To be announced", "fill in", "Fill me in", "insert name here", "placeholder", "coming soon", "Lorem ipsum dolor sit", "(provide details)", "[your name]",
		"<name>", "{{name}}", "{name}", "__name__", " **TBD** ", "`TODO`", "\"tbd\"",
	} {
		if !Open(s) {
			t.Errorf("%q says nothing yet", s)
		}
	}
	for _, s := range []string{
		"", " ", "Pause the vault", "Tokyo", "task force", "0x1f", "12", "insertion order", "Fill the tank", "(one) and (two)", "[a](b) c", "None", "name", "natural", "- one", "to be or not",
		"janet@example.com", "É", "tb", "xx",
	} {
		if Open(s) {
			t.Errorf("%q says something", s)
		}
	}
}

// The quick look never misses what the long one finds.
func FuzzMayBeOpen(f *testing.F) {
	for _, s := range []string{"TBD", "to be decided", "naïve", "??", "n/a", "lorem ipsum x", "None yet."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, r := range s {
			if r > '~' {
				return
			}
		}
		if (openWords.MatchString(s) || openStart.MatchString(s) || openBrackets.MatchString(s)) && !mayBeOpen(s) {
			t.Errorf("%q is passed over", s)
		}
	})
}
