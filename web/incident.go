package web

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/fault"
	"tocsin/incident"
)

// Reading is one live fact about an asset, for an incident's page.
type Reading struct {
	Asset  string // id in the plan
	Label  string // what is read: "Vault"
	Value  string // what it says: "not paused"
	Say    string // a further sentence: "17,118.1 ETH still in it"
	Danger bool   // it is not as it should be
	Block  uint64 // at which it was read
	At     time.Time
}

// Readings reads the live facts of every contract that the server watches for a protocol. It answers from what it knows, at once.
type Readings func(ctx context.Context, protocol string) []Reading

// incidentPage is the page of one incident.
type incidentPage struct {
	*shell
	ID        string
	Base      string
	ReadOnly  string
	Halted    string // why its exercise does not go on
	Real      bool   // something real stopped it
	Band      band
	Situation situation
	Sheet     sheet
	Readouts  []Reading
	ReadAt    string
	Coming    string // "3 of 4"
	CameSay   string
	Course    course
	Procedure *procedure
	Verdicts  []*verdict
	Actions   []carried
	Owed      []update
	Posted    []update
	ToCome    []owing
	Waived    []owing
	Pins      pins
	Add       *addForm // a step on the spot
	Attach    *form    // evidence
	Evidence  []evidence
	People    people
	Moments   []past
	Correct   *correcting
	Trust     trust
	Beside    beside
	Reliefs   []relief
	Findings  []finding
	Earlier   int // findings that are not shown
	Timeline  timeline
	Record    string // how many events, and the last one's hash
	Plan      string
	After     string // the post-mortem, once it is resolved
}

// page makes the whole page of an incident, whose timeline shows events of one kind or all, and those before one or the newest.
func (l *look) page(ctx context.Context, readings []Reading, show string, before uint64) (*incidentPage, error) {
	s := l.state
	past, err := l.timeline(ctx, show, before)
	if err != nil {
		return nil, err
	}
	p := &incidentPage{
		shell: l.shell, ID: s.ID, Base: l.base(), Band: bandOf(s, l.Now), Situation: situationOf(l.plan, s, l.Now),
		Course: l.course(), Procedure: l.procedure(), Actions: l.actions(), People: l.people(), Moments: l.moments(), Correct: l.correcting(), Trust: l.trust(),
		Reliefs:  l.reliefs(),
		Timeline: past, Plan: short(s.Plan.Hex()),
	}
	p.Beside = l.beside
	p.Findings, p.Earlier = l.findings()
	p.Owed, p.Posted = l.updates()
	p.ToCome, p.Waived = l.owings()
	p.Pins, p.Add, p.Attach, p.Evidence = l.pins(), l.adding(), l.attaching(), l.evidence()
	p.Sheet = sheet{Name: l.name(l.person), Href: l.base(), Now: l.at(l.Now), Tasks: l.tasksOf(l.tasks), Quiet: p.People.Say}
	p.Verdicts = l.verdicts()
	p.readouts(l, readings)
	p.Places = p.places()
	if h := s.Halt(); h != nil {
		p.Halted, p.Real = fault.Sentence(h.Refusal()), h.Real
	}
	if l.view.ReadOnly != nil {
		p.ReadOnly = "This incident holds events that this release does not understand. It can be read here; act on it with the newer release."
	} else if l.may(access.Respond) {
		f := l.form("note", "note")
		p.Timeline.Note = &f
	}
	if s.Phase.AtLeast(incident.Resolved) && s.Phase != incident.Dismissed && s.Phase != incident.Merged {
		p.After = l.path("postmortem")
	}
	p.Record = fmt.Sprintf("Record: %d events, last %x", l.view.Events, l.view.Head[:4])
	l.shell.Fault, l.shell.Kept = l.forms.homeless(), l.forms.words()
	return p, nil
}

// places are where one can jump to.
func (p *incidentPage) places() []anchor {
	list := []anchor{{"now", "Now"}}
	if p.Procedure != nil {
		list = append(list, anchor{"procedure", "Steps"})
	}
	if len(p.Verdicts) > 0 {
		list = append(list, anchor{p.Verdicts[0].Anchor, "Decision"})
	}
	return append(list, anchor{"updates", "Updates"}, anchor{"people", "People"}, anchor{"timeline", "Timeline"})
}

// verdicts are the decisions: those open first, then the settled ones, newest first.
func (l *look) verdicts() []*verdict {
	var open, settled []*verdict
	for i := range l.state.Decisions {
		d := &l.state.Decisions[i]
		v := l.verdict(d, "approve")
		if d.State == incident.Open {
			open = append(open, v)
		} else {
			settled = append([]*verdict{v}, settled...)
		}
	}
	return append(open, settled...)
}

// readouts puts in what is read of the assets that the incident is about; of all assets if it is about none.
func (p *incidentPage) readouts(l *look, readings []Reading) {
	concerned := map[string]bool{l.state.Asset: l.state.Asset != ""}
	if i, ok := l.plan.Issue(l.state.Issue); ok {
		for _, a := range i.Assets {
			concerned[a] = true
		}
	}
	delete(concerned, "")
	var block uint64
	var at time.Time
	for _, r := range readings {
		if len(concerned) > 0 && !concerned[r.Asset] {
			continue
		}
		r.Danger = r.Danger && !l.state.Phase.Over()
		p.Readouts = append(p.Readouts, r)
		if r.Block > block {
			block, at = r.Block, r.At
		}
		if r.Danger && p.Situation.Strong == "" && r.Value != "" {
			p.Situation.Strong = r.Label + " is " + strings.TrimSuffix(r.Value, ".") + "."
		}
	}
	if block > 0 {
		p.ReadAt = fmt.Sprintf("block %s, %s", thousands(block), l.at(at).Second())
	}
	p.Coming = fmt.Sprintf("%d of %d", p.People.Come, len(p.People.Rows))
	p.CameSay = p.People.Say
}
