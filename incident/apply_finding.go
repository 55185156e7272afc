package incident

import (
	"slices"
	"time"
)

// retract takes findings back.
func (s *State) retract(which func(*Finding) bool, why string) {
	s.Findings = slices.Clone(s.Findings)
	for i := range s.Findings {
		if which(&s.Findings[i]) {
			s.Findings[i].Retracted = why
		}
	}
	s.Moments.FirstMaliciousTx = time.Time{}
	for i := range s.Findings {
		s.noteMalicious(&s.Findings[i])
	}
	if sum := total(s.harm()); sum.Cmp(decimal(s.Rang)) < 0 {
		s.Rang = sum.String()
	}
}

// noteMalicious keeps the earliest finding that stands as the moment of the first malicious transaction.
func (s *State) noteMalicious(f *Finding) {
	first := &s.Moments.FirstMaliciousTx
	if f.Retracted == "" && f.Follows == "" && f.Block > 0 && (first.IsZero() || f.At.Before(*first)) {
		*first = f.At
	}
}
