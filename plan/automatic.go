package plan

import "time"

// Automatic is what Tocsin does about an issue by itself, without waiting for anybody, while people have armed it: they sign in advance,
// for a time.
type Automatic struct {
	Action    string   `yaml:"action" json:"action,omitzero" plan:"required ref=action"`          // what is done
	Detectors []string `yaml:"detectors" json:"detectors,omitempty" plan:"required ref=detector"` // of the issue, in mode act: any one of them acts, if it needs no other or the other agrees
	Veto      []string `yaml:"veto" json:"veto,omitempty" plan:"ref=detector"`                    // detectors whose findings stop it
	VetoFor   Duration `yaml:"veto_for" json:"veto_for,omitzero"`                                 // how long such a finding stops it; 1h if zero
	Decision  string   `yaml:"decision" json:"decision,omitzero" plan:"required ref=decision"`    // whose approvals arm it
	Within    Duration `yaml:"within" json:"within,omitzero"`                                     // for how long it is armed at most; 7d if zero
	AtMost    int      `yaml:"at_most" json:"at_most,omitzero"`                                   // times that it acts; 1 if zero
	Per       Duration `yaml:"per" json:"per,omitzero"`                                           // within so long; 24h if zero
}

// ArmedFor is for how long it is armed at most.
func (a *Automatic) ArmedFor() time.Duration { return a.Within.Or(7 * 24 * time.Hour) }

// VetoLasts is how long a finding of a veto detector stops it.
func (a *Automatic) VetoLasts() time.Duration { return a.VetoFor.Or(time.Hour) }

// Times is how often it acts at most within Period.
func (a *Automatic) Times() int { return max(a.AtMost, 1) }

// Period is the time within which it acts no more often than Times.
func (a *Automatic) Period() time.Duration { return a.Per.Or(24 * time.Hour) }
