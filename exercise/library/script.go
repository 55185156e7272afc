package library

import "tocsin/plan"

// Script is one scenario of the library. Its texts name parts in braces: {vault} stands for what the asset is called in the plan,
// {vault.unit} and {vault.location} for the unit of what it holds and for where it is.
type Script struct {
	ID         string        `yaml:"id" plan:"required form=id"`
	Name       string        `yaml:"name" plan:"required"`
	Length     plan.Duration `yaml:"length" plan:"required"` // what playing it takes, with the discussion
	Record     []string      `yaml:"record"`                 // what happened to others, from the public record
	Live       string        `yaml:"live" plan:"form=id"`    // world of the stage; empty: it is played at the table
	Brief      string        `yaml:"brief" plan:"required"`  // what everybody may know beforehand
	Opening    string        `yaml:"opening" plan:"required"`
	Objectives []string      `yaml:"objectives" plan:"required"`
	Parts      []Part        `yaml:"parts" plan:"required"`
	Injects    []Inject      `yaml:"injects" plan:"required"`
	Held       []Held        `yaml:"held" plan:"required"`
	Steps      []string      `yaml:"steps" plan:"required"` // parts: what the team should do, in order
	Decisions  []string      `yaml:"decisions"`             // parts
	Updates    []string      `yaml:"updates"`               // parts
	Complete   string        `yaml:"complete" plan:"required"`
	Abort      string        `yaml:"abort" plan:"required"`
	Trap       string        `yaml:"trap" plan:"required"` // for the moderator: what a hasty team gets wrong
	Debrief    []string      `yaml:"debrief" plan:"required"`

	own bool // it is the team's, and its pictures are files of the plan folder
}

// Part is something that the script needs and every plan has under a name of its own. The part named "issue" is what the scenario
// drills.
type Part struct {
	ID       string   `yaml:"id" plan:"required form=id"`
	Is       Sort     `yaml:"is" plan:"required one=issue|asset|step|decision|update|channel|person"`
	Of       string   `yaml:"of"`                                                                                 // part: the issue of a step, the step of a decision, the decision of a person who must agree
	Kinds    []string `yaml:"kinds"`                                                                              // kinds of issues or assets that it may be, the likeliest first
	Purpose  string   `yaml:"purpose" plan:"one=halt|find|fix|restore|tell|learn"`                                // of a step
	Audience string   `yaml:"audience" plan:"one=responders|internal|users|investors|regulators|partners|public"` // of an update
	Words    []string `yaml:"words"`                                                                              // beginnings of words that point at it
	Optional bool     `yaml:"optional"`                                                                           // the script can be played without it
	Or       string   `yaml:"or"`                                                                                 // what texts say where the plan has none
	Add      string   `yaml:"add"`                                                                                // what to add to the plan, as a sentence
}

// Sort is what a part is in a plan.
type Sort string

// The sorts of parts.
const (
	Issue    Sort = "issue"
	Asset    Sort = "asset"
	Step     Sort = "step"
	Decision Sort = "decision"
	Update   Sort = "update"
	Channel  Sort = "channel"
	Person   Sort = "person"
)

// Inject is one event of a script: at a time, after a step, or by the moderator's hand.
type Inject struct {
	ID      string        `yaml:"id" plan:"required form=id"`
	At      plan.Duration `yaml:"at" plan:"zero"`
	After   string        `yaml:"after"` // part: a step
	Hand    bool          `yaml:"hand"`
	Channel string        `yaml:"channel"` // part
	Text    string        `yaml:"text" plan:"required"`
	Picture string        `yaml:"picture"` // file of the library's pictures
	Live    string        `yaml:"live"`    // what the stage does then
	Needs   []string      `yaml:"needs"`   // parts without which it is left out
	Expect  []Expectation `yaml:"expect"`
}

// Expectation is what the team owes once an inject has come: one of the three, each a part.
type Expectation struct {
	Step     string        `yaml:"step"`
	Decision string        `yaml:"decision"`
	Update   string        `yaml:"update"`
	Within   plan.Duration `yaml:"within" plan:"required"`
}

// Held is what the moderator holds back until a question or a step earns it.
type Held struct {
	ID       string   `yaml:"id" plan:"required form=id"`
	Step     string   `yaml:"step"`     // part: the step that earns it
	AskedBy  string   `yaml:"asked_by"` // the question that earns it, also where the plan has no such step
	Text     string   `yaml:"text" plan:"required"`
	Evidence string   `yaml:"evidence"`
	Needs    []string `yaml:"needs"` // parts without which it is left out
}

// part finds a part by what the script calls it.
func (s *Script) part(id string) (Part, bool) {
	for _, p := range s.Parts {
		if p.ID == id {
			return p, true
		}
	}
	return Part{}, false
}
