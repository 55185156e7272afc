package examples_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/check"
	"tocsin/examples"
)

var (
	open      = regexp.MustCompile(`\bTBD\b`)
	openPhone = regexp.MustCompile(`(kind: phone, to: )TBD`)
	openMail  = regexp.MustCompile(`(kind: email, to: )TBD`)
	openPlace = regexp.MustCompile(`(address: )TBD`)
	withKey   = regexp.MustCompile(`(?m)^    contact: \[`)
	undated   = regexp.MustCompile(`(?m)^# (reviewed|tested): .*$`)
)

// answered answers everything that a starter leaves open, each time in another way.
func answered() func(name string, text []byte) []byte {
	n := 0
	fill := func(text string, re *regexp.Regexp, answer string) string {
		return re.ReplaceAllStringFunc(text, func(s string) string {
			n++
			return re.ReplaceAllString(s, fmt.Sprintf(answer, n))
		})
	}
	return func(_ string, b []byte) []byte {
		text := fill(string(b), undated, "$1: 2026-11-01 # %d")
		text = fill(text, withKey, "    keys: [{ address: \"0x%040x\" }]\n    contact: [")
		text = fill(text, openPhone, "${1}\"+199955510%02d\"")
		text = fill(text, openMail, "${1}person@mail%d.example")
		text = fill(text, openPlace, "${1}\"0x%040x\"")
		return []byte(fill(text, open, "Answer %d"))
	}
}

// known are the gaps of a starter that only its team can close, or that follow from those while nobody has a name and a
// number.
var known = []string{
	"approver-unreachable", "approver-without-key", "asset-without-address", "contact-tbd", "issue-detected-by-hand",
	"issue-detected-silently", "message-owner-nobody", "nobody-told-on-detection", "nobody-told-when-blind",
	"person-without-contact", "plan-not-reviewed", "plan-not-tested", "quorum-impossible", "rota-member-unreachable",
	"step-owner-nobody", "value-open", "detector-unready",
}

func TestAStarterLacksOnlyWhatItsTeamKnows(t *testing.T) {
	for _, s := range examples.Starters() {
		p, src := loadStarter(t, s, nil)
		for _, g := range check.Check(p, src) {
			if !slices.Contains(known, g.Code) {
				t.Errorf("%s: %s:%d: %s [%s]", s.ID, g.File, g.Line, g.Say, g.Code)
			}
		}
	}
}

// later are the gaps that remain once a team has answered: its detectors have not been watched yet, and some kinds of
// detector are not run.
var later = []string{"issue-detected-silently", "issue-detected-by-hand", "detector-unready"}

func TestAStarterIsWholeOnceItIsAnswered(t *testing.T) {
	for _, s := range examples.Starters() {
		p, src := loadStarter(t, s, answered())
		for _, g := range check.CheckAt(p, src, time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)) {
			if !slices.Contains(later, g.Code) || g.Level == check.Error {
				t.Errorf("%s: %s:%d: %s %s [%s]", s.ID, g.File, g.Line, g.Level, g.Say, g.Code)
			}
		}
		for name, b := range src.Files {
			if strings.Contains(string(b), "TBD") && !strings.Contains(string(b), "each TBD") && !strings.Contains(string(b), "every TBD") {
				t.Errorf("%s: %s still holds what is open", s.ID, name)
			}
		}
	}
}
