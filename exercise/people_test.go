package exercise_test

import (
	"testing"

	"tocsin/exercise"
)

func TestWhoIsCalled(t *testing.T) {
	for name, c := range map[string]struct {
		lines []string
		may   map[string]bool
	}{
		"announced": {
			[]string{
				"10:00:00 ben: plan in=2d moderator=ada watch=on-call", "10:00:00 ada: invite ben cyd eve police", "10:00:00 ben: reply coming",
				"10:00:00 cyd: reply absent", "10:00:00 ada: reply for=police coming",
			},
			map[string]bool{"ada": false, "ben": true, "cyd": false, "dan": false, "eve": false, "police": true},
		},
		"absent, and came all the same": {
			[]string{
				"10:00:00 ben: plan moderator=ada watch=on-call", "10:00:00 ada: invite", "10:00:00 cyd: reply absent", "10:00:00 ada: begin",
				"10:00:00 cyd: here", "10:00:00 dan: here",
			},
			map[string]bool{"ada": false, "ben": true, "cyd": true, "dan": true, "eve": false, "police": false},
		},
		"surprise": {
			[]string{"10:00:00 ben: plan surprise=yes moderator=ada watch=on-call", "10:00:00 ada: invite eve", "10:00:00 eve: reply coming"},
			map[string]bool{"ada": false, "ben": true, "cyd": true, "dan": false, "eve": true, "police": false},
		},
		"unattended": {
			[]string{"10:00:00 system: plan unattended=yes"},
			map[string]bool{"ada": true, "ben": true, "dan": true, "eve": true, "police": true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := &story{world: newWorld(t), day: newWorld(t).now.Truncate(24 * hour)}
			for _, l := range c.lines {
				s.play(l)
			}
			for who, may := range c.may {
				if got := s.state.MayCall(s.plan, who); got != may {
					t.Errorf("%s may be called: %t", who, got)
				}
			}
		})
	}
}

// An exercise that runs has somebody who moderates, and somebody who keeps the real watch meanwhile.
func TestModeratorsAndParticipants(t *testing.T) {
	p := loadPlan(t)
	at := newWorld(t).now
	p.Exercises.Moderators, p.Exercises.Participants = nil, nil
	if got := exercise.Moderators(p, at); len(got) != 4 {
		t.Errorf("where the plan names nobody, %v moderate", got)
	}
	s := &exercise.State{Scheduled: at, Moderator: "cyd", Watch: []string{"dan"}}
	if got := exercise.Participants(p, s); len(got) != 2 || got[0] != "ada" || got[1] != "ben" {
		t.Errorf("where the plan names nobody, %v take part", got)
	}
}
