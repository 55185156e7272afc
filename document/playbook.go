package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/fault"
	"tocsin/plan"
)

// Playbook writes one procedure as an OASIS CACAO Security Playbook, version 2.0, in JSON. Its steps are for people: every
// command is of the type manual, for what Tocsin itself sends needs the approvals of the plan, which no other machine
// gathers. The same procedure of the same protocol keeps its identifiers. Faults: not_found if the plan has no such
// procedure; invalid if it has no steps, for a playbook must have one.
func Playbook(p *plan.Plan, o RenderOptions, procedure string, from time.Time) ([]byte, error) {
	r, ok := p.Procedure(procedure)
	if !ok {
		return nil, fault.New(fault.NotFound, "The plan has no procedure %q.", clipped(procedure))
	}
	all, err := playbooks(p, o, from, r.ID)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// Playbooks writes all procedures of a plan, in its order, each as Playbook does.
func Playbooks(p *plan.Plan, o RenderOptions, from time.Time) ([][]byte, error) {
	return playbooks(p, o, from, "")
}

// playbooks writes one procedure, or all if none is named.
func playbooks(p *plan.Plan, o RenderOptions, from time.Time, only string) ([][]byte, error) {
	hash := p.Hash().Hex()
	if o.Public {
		p = withoutPeople(p)
	}
	b := newBinder(p, o.Public)
	var all [][]byte
	for i := range p.Procedures {
		if r := &p.Procedures[i]; only == "" || r.ID == only {
			book, err := b.playbook(r, hash, from)
			if err != nil {
				return nil, err
			}
			all = append(all, book)
		}
	}
	if only != "" && len(all) == 0 { // it cannot be shown without people
		return nil, fault.New(fault.Invalid, "The procedure %s cannot be written without people.", clipped(only))
	}
	return all, nil
}

func (b *binder) playbook(r *plan.Procedure, hash string, from time.Time) ([]byte, error) {
	p := b.p
	if len(r.Steps) == 0 {
		return nil, fault.New(fault.Invalid, "The procedure %s has no steps; a playbook needs one.", clipped(r.ID))
	}
	w := &workflow{
		b: b, procedure: r,
		steps: map[string]step{}, agents: map[string]agent{}, variables: map[string]variable{},
	}
	start := w.build()
	name := clipped(r.Name)
	if name == "" {
		name = r.ID
	}
	stamp := from.UTC().Format("2006-01-02T15:04:05.000Z")
	book := cacaoPlaybook{
		Type: "playbook", SpecVersion: "cacao-2.0", ID: playbookID(p, r.ID), Name: protocolName(p) + ": " + name, Description: w.describe(hash),
		CreatedBy: "identity--" + w.uuid("identity"), Created: stamp, Modified: stamp, Priority: w.priority(), Labels: w.labels(),
		Variables: w.variables, Start: start, Workflow: w.steps, Agents: w.agents,
	}
	book.Types, book.Activities = w.purposes()
	book.Summary = summary{Manual: true, External: w.external, Parallel: w.parallel, Switch: w.switches}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(book); err != nil {
		return nil, fmt.Errorf("write playbook: %w", err)
	}
	return out.Bytes(), nil
}

func protocolName(p *plan.Plan) string {
	if n := clipped(p.Name); n != "" {
		return n
	}
	return clipped(p.Protocol)
}

// cacaoPlaybook is the CACAO object of that type; of its properties those that a plan can fill.
type cacaoPlaybook struct {
	Type        string              `json:"type"`
	SpecVersion string              `json:"spec_version"`
	ID          string              `json:"id"`
	Name        string              `json:"name"`
	Description string              `json:"description,omitempty"`
	Types       []string            `json:"playbook_types,omitempty"`
	Activities  []string            `json:"playbook_activities,omitempty"`
	Summary     summary             `json:"playbook_processing_summary"`
	CreatedBy   string              `json:"created_by"`
	Created     string              `json:"created"`
	Modified    string              `json:"modified"`
	Priority    int                 `json:"priority,omitempty"` // 1 is the highest
	Labels      []string            `json:"labels,omitempty"`
	Variables   map[string]variable `json:"playbook_variables,omitempty"`
	Start       string              `json:"workflow_start"`
	Workflow    map[string]step     `json:"workflow"`
	Agents      map[string]agent    `json:"agent_definitions"`
}

// summary says which features of the standard a playbook uses.
type summary struct {
	Manual   bool `json:"manual_playbook"`
	External bool `json:"external_playbooks"`
	Parallel bool `json:"parallel_processing"`
	Switch   bool `json:"switch_logic"`
}

// step is a workflow step of any type.
type step struct {
	Type         string            `json:"type"`
	Name         string            `json:"name,omitempty"`
	Description  string            `json:"description,omitempty"`
	OnCompletion string            `json:"on_completion,omitempty"`
	Commands     []command         `json:"commands,omitempty"`   // action
	Agent        string            `json:"agent,omitempty"`      // action
	OutArgs      []string          `json:"out_args,omitempty"`   // action
	NextSteps    []string          `json:"next_steps,omitempty"` // parallel
	Switch       string            `json:"switch,omitempty"`
	Cases        map[string]string `json:"cases,omitempty"`       // switch-condition
	Playbook     string            `json:"playbook_id,omitempty"` // playbook-action
}

type command struct {
	Type     string `json:"type"`
	Command  string `json:"command"`
	Activity string `json:"playbook_activity,omitempty"`
}

type agent struct {
	Type        string `json:"type"`
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
}

type variable struct {
	Type        string  `json:"type"`
	Description string  `json:"description,omitempty"`
	Value       *string `json:"value"` // null: nobody has answered yet
}

// describe says what the playbook is for and which plan it comes from.
func (w *workflow) describe(hash string) string {
	var all []string
	if s := say(w.procedure.Summary).String(); s != "" {
		all = append(all, s)
	}
	for _, is := range w.b.answers(w.procedure.ID) {
		s := "Use it for: " + clipped(is.Name) + "."
		if len(is.Activation) > 0 {
			s += " It is real if: " + between(saidAll(is.Activation), "; ").String() + "."
		}
		all = append(all, s)
	}
	if len(w.procedure.Reopen) > 0 {
		all = append(all, "Begin again if: "+between(saidAll(w.procedure.Reopen), "; ").String()+".")
	}
	version := clipped(w.b.p.Version)
	if version != "" {
		version = " version " + version + ","
	}
	return strings.Join(append(all, "From the emergency response plan of "+protocolName(w.b.p)+","+version+" hash "+hash+"."), "\n")
}

// priority is the place of the worst severity among the plan's own, 1 for the worst; 0 if the plan ranks none of the issues.
func (w *workflow) priority() int {
	best := 0
	for _, is := range w.b.answers(w.procedure.ID) {
		for i := range w.b.p.Severities {
			if w.b.p.Severities[i].ID == is.Severity && (best == 0 || i+1 < best) {
				best = i + 1
			}
		}
	}
	return min(best, 100)
}

func (w *workflow) labels() []string {
	var all []string
	for _, is := range w.b.answers(w.procedure.ID) {
		for _, l := range []string{clipped(is.Name), is.Category, is.Severity} {
			if l != "" && !slices.Contains(all, l) {
				all = append(all, l)
			}
		}
	}
	return all
}

// purposes turns the purposes of the steps into the standard's types and activities, in the order of the steps.
func (w *workflow) purposes() (types, activities []string) {
	for i := range w.procedure.Steps {
		of, ok := activityOf[w.procedure.Steps[i].Purpose]
		if !ok {
			continue
		}
		if !slices.Contains(types, of.sort) {
			types = append(types, of.sort)
		}
		if !slices.Contains(activities, of.activity) {
			activities = append(activities, of.activity)
		}
	}
	return types, activities
}

var activityOf = map[string]struct{ sort, activity string }{
	"halt": {"mitigation", "eliminate-risk"}, "find": {"investigation", "analyze-collected-data"}, "fix": {"remediation", "configure-systems"},
	"restore": {"remediation", "restore-capabilities"}, "tell": {"notification", "deliver-content"},
}
