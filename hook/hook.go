// Package hook owns what other monitors send: a webhook detector of the plan made ready, the proof that a message comes from
// whoever holds the detector's secret, and what becomes of its body. It is pure: headers, a body and the time go in, findings
// come out.
//
//	plan ──Compile──▶ Hook ──Authentic(header, body, secret, now)──▶ nil, or why not
//	                   │
//	                   └──Read(header, body, now)──▶ Message: findings that stand, ids of those that no longer do
//
// An alarm is never lost because of a mapping: what cannot be read is said in the finding's sentence, and the finding comes.
package hook

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"tocsin/evm"
	"tocsin/plan"
)

// Header are the headers of a request: values by name. Names are compared without regard to case.
type Header map[string][]string

// Hook is a webhook detector made ready. It does not change; use it from as many goroutines as you like.
type Hook struct {
	plan     *plan.Plan
	detector plan.Detector
	issues   []string
	source   source
	each     Path            // where the list of items stands in a JSON body; nil: the body is one item
	paths    map[string]Path // of the finding's fields, as the plan maps them
	message  message
}

// Finding is what somebody else's monitor found.
type Finding struct {
	ID       string // the same for the same alert, however often it is sent
	Detector string
	Mode     string // observe or page
	Issues   []string
	Asset    string
	Chain    uint64
	Block    uint64
	Tx       evm.Hash
	At       time.Time // when it began, as far as the sender says; else when it came
	Amount   string    // decimal, in the asset's smallest unit; empty if none
	Say      string    // one paragraph, marked as reported by its source
}

// Message is what one body held.
type Message struct {
	Findings []Finding
	Resolved []string // ids of findings that no longer stand
	Why      string   // why they do not
}

// Problem is what is wrong with a webhook detector of the plan.
type Problem struct {
	Field string // key of the detector
	Say   string
}

func (p *Problem) Error() string { return p.Field + ": " + p.Say }

// The modes that a webhook may have.
const (
	observe = "observe"
	page    = "page"
)

// Compile makes a detector of kind webhook ready. What it finds wrong does not keep it from working: a path that cannot be
// read is left out, and findings say so.
func Compile(p *plan.Plan, d plan.Detector) (*Hook, []*Problem) {
	h := &Hook{plan: p, detector: d, issues: p.IssuesOf(d.ID), paths: map[string]Path{}}
	if h.detector.Mode != page {
		h.detector.Mode = observe
		if d.Mode == "act" {
			h.detector.Mode = page // others can set it off, so that it never acts by itself
		}
	}
	h.source = sourceOf(d.Source)
	return h, append(h.readMapping(), h.readMessage()...)
}

// Secret is the name of the environment variable that holds the secret.
func (h *Hook) Secret() string { return h.detector.Secret }

// identify makes an id out of what tells one alert from others.
func (h *Hook) identify(parts ...string) string {
	sum := sha256.New()
	for _, s := range append([]string{"hook", h.plan.Protocol, h.detector.ID}, parts...) {
		sum.Write([]byte(s))
		sum.Write([]byte{0})
	}
	return h.detector.ID + "-" + hex.EncodeToString(sum.Sum(nil)[:16])
}
