package plan

// Exercises says how the team stays ready.
type Exercises struct {
	Every        Duration   `yaml:"every" json:"every,omitzero"`               // until familiar; 30d if zero
	CleanRuns    int        `yaml:"clean_runs" json:"clean_runs,omitzero"`     // clean runs in a row after which the team is familiar
	ThenEvery    Duration   `yaml:"then_every" json:"then_every,omitzero"`     // once familiar; 180d if zero
	FirstWithin  Duration   `yaml:"first_within" json:"first_within,omitzero"` // until a new member of the team takes part for the first time; 30d if zero
	Length       Duration   `yaml:"length" json:"length,omitzero"`
	Steps        []string   `yaml:"steps" json:"steps,omitempty"` // how a session is run, in order
	Participants []string   `yaml:"participants" json:"participants,omitempty" plan:"ref=person|group|rota"`
	Moderators   []string   `yaml:"moderators" json:"moderators,omitempty" plan:"ref=person|group|rota"`
	Scenarios    []Scenario `yaml:"scenarios" json:"scenarios,omitempty"`
}

// Scenario is the script of an exercise.
type Scenario struct {
	ID         string            `yaml:"id" json:"id,omitzero" plan:"required form=id"`
	Name       string            `yaml:"name" json:"name,omitzero" plan:"required"`
	From       string            `yaml:"from" json:"from,omitzero" plan:"form=id"`                                                                               // scenario of the library that it plays; what stands here besides takes the place of what the library says
	Bind       map[string]string `yaml:"bind" json:"bind,omitempty" plan:"ref=issue|asset|procedure|step|decision|communication|channel|person|group|rota|role"` // what the library's script calls something → the id that it has in this plan
	Script     string            `yaml:"script" json:"script,omitzero" plan:"form=file"`                                                                         // or file with a script of the team's own, in the form of the library's
	Pictures   []string          `yaml:"pictures" json:"pictures,omitempty" plan:"form=file"`                                                                    // files with the pictures that the script shows
	Issues     []string          `yaml:"issues" json:"issues,omitempty" plan:"ref=issue"`
	Objectives []string          `yaml:"objectives" json:"objectives,omitempty"`
	Opening    string            `yaml:"opening" json:"opening,omitzero"` // read aloud
	Brief      string            `yaml:"brief" json:"brief,omitzero"`     // public
	Injects    []Inject          `yaml:"injects" json:"injects,omitempty"`
	Held       []HeldFact        `yaml:"held" json:"held,omitempty"`
	Steps      []string          `yaml:"steps" json:"steps,omitempty" plan:"ref=step"`              // expected, "procedure/step"
	Decisions  []string          `yaml:"decisions" json:"decisions,omitempty" plan:"ref=decision"`  // expected
	Updates    []string          `yaml:"updates" json:"updates,omitempty" plan:"ref=communication"` // expected
	Live       string            `yaml:"live" json:"live,omitzero"`                                 // live part: name of a stage, empty for none
	Complete   string            `yaml:"complete" json:"complete,omitzero"`
	Abort      string            `yaml:"abort" json:"abort,omitzero"`
	Debrief    []string          `yaml:"debrief" json:"debrief,omitempty"`

	Text   string `yaml:"-" json:"-"` // of the script, once its file has been read; never part of the plan's hash, which covers the file
	Sealed bool   `yaml:"-" json:"-"` // the file of the script is encrypted: what it says is for moderators alone
}

// Inject is one event of a scenario. It comes at a time, after a step, or by the moderator's hand.
type Inject struct {
	ID      string        `yaml:"id" json:"id,omitzero" plan:"required form=id"`
	At      Duration      `yaml:"at" json:"at,omitzero" plan:"zero"`           // after the opening was read; with after: so long after that step was done
	After   string        `yaml:"after" json:"after,omitzero" plan:"ref=step"` // or after a step
	Hand    bool          `yaml:"hand" json:"hand,omitzero"`                   // or when the moderator brings it in
	Channel string        `yaml:"channel" json:"channel,omitzero" plan:"ref=channel"`
	Text    string        `yaml:"text" json:"text,omitzero" plan:"required"`
	Picture string        `yaml:"picture" json:"picture,omitzero" plan:"form=file"` // file with a picture that is shown with it
	Live    string        `yaml:"live" json:"live,omitzero"`                        // what the stage does then
	Expect  []Expectation `yaml:"expect" json:"expect,omitempty"`                   // what the team does about it, and by when
}

// Expectation is one step, decision or update that the team owes once an inject has come.
type Expectation struct {
	Step     string   `yaml:"step" json:"step,omitzero" plan:"ref=step"`              // done
	Decision string   `yaml:"decision" json:"decision,omitzero" plan:"ref=decision"`  // approved
	Update   string   `yaml:"update" json:"update,omitzero" plan:"ref=communication"` // sent
	Within   Duration `yaml:"within" json:"within,omitzero" plan:"required"`          // of the inject
}

// HeldFact is what the moderator holds back until asked.
type HeldFact struct {
	ID       string `yaml:"id" json:"id,omitzero" plan:"required form=id"`
	AskedBy  string `yaml:"asked_by" json:"asked_by,omitzero"` // question or step that earns it
	Text     string `yaml:"text" json:"text,omitzero" plan:"required"`
	Evidence string `yaml:"evidence" json:"evidence,omitzero"`
}
