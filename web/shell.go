package web

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/plan"
	"tocsin/web/assets"
)

// The kinds of a page: what the outermost thing on it is.
const (
	kindReal  = "real"
	kindDrill = "drill"
)

// shell is what every page carries around its content.
type shell struct {
	Assets   *assets.Set
	Title    string         // without its kind
	Kind     string         // kindReal, kindDrill or empty
	Here     string         // the place in the menu that this page is
	Path     string         // where to come back to
	Protocol string         // what people call the protocol, or everything
	Switch   []protocolLink // the viewer's protocols, if they belong to several
	Menu     []anchorLink   // the places of the protocol; none where the page is of all
	Now      time.Time
	Real     time.Time       // by which the console itself goes, where Now is an exercise's; zero: Now
	Clock    *incident.Clock // of the exercise by which the page's times go; nil for time itself
	Viewer   *viewer         // nil if nobody is signed in
	Live     bool            // it follows what happens
	Signs    bool            // it can ask a wallet for a signature
	Stays    bool            // its forms may be posted without leaving the page
	Presence string          // where the page tells that the viewer uses it; empty while that is not worth telling
	Stage    *stagePanel
	Places   []anchor
	Kept     string // what they had written there
	Fault    string // what went wrong with what was posted, where its form is gone
	Version  string
}

// everything is what stands in a protocol's place on pages that show all of a viewer's protocols.
const everything = "All protocols"

// protocolLink leads to another protocol of the viewer's.
type protocolLink struct {
	Name string
	Href string
	Here bool
}

// shell is the frame of a page for somebody signed in, about their protocol or an incident of it.
func (c *Console) shell(s *session, title, path string) *shell {
	sh := &shell{
		Assets: c.assets, Title: title, Here: path, Path: path, Protocol: s.plan.Name, Now: c.now(), Live: true, Version: c.Version,
		Viewer: &viewer{Person: s.person, Zone: zoneOf(s.person)},
	}
	sh.Menu = []anchorLink{{s.at("/detectors"), "Detectors"}, {s.at("/plan"), "Plan"}, {s.at("/ready"), "Ready?"}, {s.at("/exercises"), "Exercises"}}
	if slices.ContainsFunc(s.plan.Issues, func(i plan.Issue) bool { return i.Automatic != nil }) {
		sh.Menu = slices.Insert(sh.Menu, 1, anchorLink{s.at("/automatic"), "By itself"})
	}
	if len(publicForms(s.plan)) > 0 {
		sh.Menu = append(sh.Menu, anchorLink{s.at("/reports"), "Reports"})
	}
	if s.several() {
		sh.Switch = append(sh.Switch, protocolLink{Name: everything, Href: "/"})
		for _, x := range s.all {
			sh.Switch = append(sh.Switch, protocolLink{Name: x.plan.Name, Href: x.home(), Here: x == s})
		}
	}
	if c.Stage != nil {
		sh.Stage = &stagePanel{Playing: s.person.ID, People: players(s.plan)}
	}
	return sh
}

// shellOfAll is the frame of a page about all of the viewer's protocols; of their one, if it is one.
func (c *Console) shellOfAll(s *session, title, path string) *shell {
	sh := c.shell(s, title, path)
	if s.several() {
		sh.Protocol, sh.Menu = everything, nil
		for i := range sh.Switch {
			sh.Switch[i].Here = i == 0
		}
	}
	return sh
}

// anchor is a place on a long page.
type anchor struct{ Anchor, Name string }

// viewer is who looks at the page.
type viewer struct {
	Person plan.Person
	Zone   *time.Location
}

// stagePanel is what the demo adds to every page.
type stagePanel struct {
	Playing string // person being played
	People  []plan.Person
}

// Heading is the title of the browser's window.
func (s *shell) Heading() string {
	t := s.Title + " · Tocsin"
	if len(s.Switch) > 0 {
		t = s.Title + " · " + s.Protocol + " · Tocsin"
	}
	switch s.Kind {
	case kindReal:
		return "REAL: " + t
	case kindDrill:
		return "EXERCISE: " + t
	default:
		return t
	}
}

// at shows a time as seen from the page's.
func (s *shell) at(t time.Time) moment { return moment{At: t, Ref: s.Now} }

// zone is the viewer's own time zone, nil if nobody is signed in.
func (s *shell) zone() *time.Location {
	if s.Viewer == nil {
		return nil
	}
	return s.Viewer.Zone
}

// due is the clock of something that is the viewer's own to do.
func (s *shell) due(t time.Time) clock {
	return clock{Until: t, Now: s.Now, Zone: s.zone(), Runs: runs(s.Clock)}
}

// wall is the time by which the console itself goes.
func (s *shell) wall() time.Time {
	if s.Real.IsZero() {
		return s.Now
	}
	return s.Real
}

// exercised is the frame of what goes by the clock of an exercise, if it has one.
func (s *shell) exercised(c *incident.Clock) *shell {
	if c == nil {
		return s
	}
	x := *s
	x.Real, x.Clock = s.wall(), c
	x.Now = c.Now(x.Real)
	return &x
}

// runs tells scripts how the clock of an exercise goes: when it was set, what it showed then, and how fast it goes; empty for time itself.
func runs(c *incident.Clock) string {
	if c == nil {
		return ""
	}
	return precise(c.At) + " " + precise(c.Shows) + " " + strconv.FormatUint(uint64(c.Speed), 10)
}

// titled is a person's name with what they are in the organisation.
func titled(p plan.Person) string {
	if p.Title == "" {
		return p.Name
	}
	return p.Name + ", " + p.Title
}

// zoneOf is a person's time zone; UTC if the plan gives none that exists.
func zoneOf(p plan.Person) *time.Location {
	if p.TimeZone == "" {
		return time.UTC
	}
	zone, err := time.LoadLocation(p.TimeZone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// together keeps a name or a number with its unit on one line.
func together(s string) string { return strings.ReplaceAll(s, " ", "\u00a0") }

// thousands groups the digits of a number: 26,551,270.
func thousands(n uint64) string {
	digits := []byte{}
	for i := 0; n > 0 || i == 0; i++ {
		if i > 0 && i%3 == 0 {
			digits = append([]byte{','}, digits...)
		}
		digits = append([]byte{byte('0' + n%10)}, digits...)
		n /= 10
	}
	return string(digits)
}

// groups writes hexadecimal digits in groups of four, as people compare them; a prefix 0x stays in front.
func groups(hex string) string {
	rest, prefixed := strings.CutPrefix(hex, "0x")
	var parts []string
	if prefixed {
		parts = append(parts, "0x")
	}
	for len(rest) > 4 {
		parts, rest = append(parts, rest[:4]), rest[4:]
	}
	return strings.Join(append(parts, rest), " ")
}

// rows writes a hash in four rows of four groups, without its prefix.
func rows(hex string) [][]string {
	parts := strings.Fields(groups(strings.TrimPrefix(hex, "0x")))
	var out [][]string
	for len(parts) > 4 {
		out, parts = append(out, parts[:4]), parts[4:]
	}
	return append(out, parts)
}

// short is a hash where it only has to be told from others, never where it is compared.
func short(hex string) string {
	if len(hex) <= 14 {
		return hex
	}
	return hex[:10] + "…" + hex[len(hex)-4:]
}
