// Package target owns what is watched that is not on a chain: the plan's detectors of the kinds http, web and feed as things
// to be asked, and what it means that an answer differs from the one before. It asks nobody: what was seen and a state go in,
// findings and the next state come out.
//
//	plan ──Compile──▶ Target ─┐
//	what was seen ─▶ Sight ───┴─▶ State.See ──▶ findings, findings taken back
package target

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/detect"
	"tocsin/plan"
)

// The kinds of target, named as the kinds of detector.
const (
	HTTP = "http"
	Web  = "web"
	Feed = "feed"
)

const (
	leastEvery   = 5 * time.Second
	usualEvery   = time.Minute
	usualRarely  = 5 * time.Minute // web and feed: they change seldom, and belong to others
	usualFailing = 3
	mostWords    = 200
)

// Target is one thing to be asked.
type Target struct {
	Protocol  string
	Detector  string
	Name      string // of the detector
	Kind      string
	Mode      string // observe or page: outsiders can set these off, so that none ever acts
	Issues    []string
	Asset     string
	Called    string        // how people call it: the asset's name, or the address without what may be secret in it
	URL       string        // asked with GET; of web: the page, empty if only the records of a name are watched
	Host      string        // web: the name whose records are asked for; empty if the URL names a machine by number
	Every     time.Duration // between two looks
	Failures  int           // in a row, before it counts as not answering
	CoolDown  time.Duration // between two findings that it does not answer
	Resolvers []string      // web: address or address:port

	words   []string // feed: in lower case
	expect  expectation
	message message
}

// Runs reports whether detectors of a kind are targets.
func Runs(kind string) bool { return kind == HTTP || kind == Web || kind == Feed }

// Compile makes the plan's detectors ready to be asked for, and says which cannot be, and why. Detectors of other kinds are
// passed over.
func Compile(p *plan.Plan) (list []*Target, broken []*detect.Problem) {
	if p == nil {
		return nil, nil
	}
	for i := range p.Detectors {
		d := &p.Detectors[i]
		if !Runs(d.Kind) || len(d.Lacks()) > 0 {
			continue // what it lacks is said where plans are checked
		}
		t, problem := compile(p, d)
		if problem != nil {
			problem.Detector = d.ID
			broken = append(broken, problem)
			continue
		}
		list = append(list, t)
	}
	return list, broken
}

func compile(p *plan.Plan, d *plan.Detector) (*Target, *detect.Problem) {
	t := &Target{
		Protocol: p.Protocol, Detector: d.ID, Name: d.Name, Kind: d.Kind, Mode: detect.Observe, Issues: p.IssuesOf(d.ID), Asset: d.Asset,
		URL: d.URL, Every: time.Duration(d.Every), Failures: d.Failures, CoolDown: time.Duration(d.CoolDown), Resolvers: d.Resolvers,
	}
	if d.Mode == detect.Page || d.Mode == detect.Act {
		t.Mode = detect.Page
	}
	if t.Every == 0 {
		t.Every = usualRarely
		if t.Kind == HTTP {
			t.Every = usualEvery
		}
	}
	if t.Failures == 0 {
		t.Failures = usualFailing
	}
	switch {
	case t.Every < leastEvery:
		return nil, &detect.Problem{Field: "every", Say: fmt.Sprintf("%s is too often for who is asked; write %s or more", d.Every, leastEvery)}
	case t.Failures < 0:
		return nil, &detect.Problem{Field: "failures", Say: "it cannot fail less than once"}
	}
	if problem := t.place(p, d); problem != nil {
		return nil, problem
	}
	for n, r := range t.Resolvers {
		if !resolver(r) {
			return nil, &detect.Problem{Field: "resolvers", Say: fmt.Sprintf("%q is not the address of a name server; write a number such as 9.9.9.9, or one with a port such as 127.0.0.1:5353", r)}
		}
		if slices.Contains(t.Resolvers[:n], r) {
			return nil, &detect.Problem{Field: "resolvers", Say: fmt.Sprintf("%s stands there twice", r)}
		}
	}
	for _, w := range d.Words {
		if w = strings.ToLower(strings.TrimSpace(w)); w != "" {
			t.words = append(t.words, w)
		}
	}
	if len(t.words) > mostWords {
		return nil, &detect.Problem{Field: "words", Say: fmt.Sprintf("these are more than %d", mostWords)}
	}
	var problem *detect.Problem
	if t.expect, problem = parseExpect(t.Kind, d.Expect); problem != nil {
		return nil, problem
	}
	t.message, problem = parseMessage(t.Kind, d.Message)
	return t, problem
}

// place finds where the target is: the URL of the plan, or where its asset is.
func (t *Target) place(p *plan.Plan, d *plan.Detector) *detect.Problem {
	name := ""
	for i := range p.Assets {
		a := &p.Assets[i]
		if a.ID != d.Asset {
			continue
		}
		name = a.Name
		if t.URL != "" || t.Kind != Web {
			break
		}
		where := strings.TrimSpace(a.Location)
		if t.URL = where; !strings.Contains(where, "://") {
			t.URL = "https://" + strings.TrimSuffix(where, ".") + "/"
		}
		if h := host(t.URL); !number(h) && (!domain(h) || !strings.Contains(h, ".")) { // one word says nothing, such as TBD
			return &detect.Problem{Field: "asset", Unready: true, Say: fmt.Sprintf("the location of %s is neither a domain nor an address on the web: %q", a.Name, clip(where))}
		}
		if a.Kind == "dns" && !strings.Contains(where, "://") {
			t.URL = "" // names only: nobody says that it serves a page
			t.Host = strings.ToLower(strings.TrimSuffix(where, "."))
		}
	}
	if t.URL != "" {
		h := host(t.URL)
		if !domain(h) && !number(h) {
			return &detect.Problem{Field: "url", Say: fmt.Sprintf("%q names no machine that could be asked", clip(Plain(t.URL)))}
		}
		if t.Kind == Web && domain(h) {
			t.Host = h
		}
	}
	if t.Called = name; name == "" {
		t.Called = Plain(t.URL)
	}
	return nil
}

// mark is what a target's memory belongs to: when it changes, what was seen before is of something else.
func (t *Target) mark() string { return t.Kind + " " + t.Host + " " + Plain(t.URL) }
