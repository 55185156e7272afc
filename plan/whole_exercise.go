package plan

import "fmt"

// checkScenario checks that each inject of a scenario comes in one way, and that each thing expected is one thing.
func (l *loader) checkScenario(s *Scenario) {
	at := "exercises.scenarios[" + s.ID + "]"
	switch {
	case s.Script != "" && s.From != "":
		l.broken(at+".script", "the scenario has a script of its own and one of the library", "keep from, or keep script")
	case s.Script == "" && len(s.Pictures) > 0:
		l.broken(at+".pictures", "these are the pictures of a script, and the scenario has none", "name each with its inject, under picture")
	case s.Script != "":
		s.read(l.source.Files)
	}
	for i := range s.Injects {
		in := &s.Injects[i]
		path := fmt.Sprintf("exercises.scenarios[%s].injects[%s]", s.ID, in.ID)
		if in.Hand && (in.At != 0 || in.After != "") {
			l.broken(path, "this inject comes by the moderator's hand and by itself", "keep hand, or say when under at or after")
		}
		for j, e := range in.Expect {
			if said := len(texts(e.Step, e.Decision, e.Update)); said != 1 {
				l.broken(fmt.Sprintf("%s.expect[%d]", path, j), "what is expected must be one thing", "add step:, decision: or update:, one of the three")
			}
		}
	}
}

// texts are those that say something.
func texts(all ...string) []string {
	var said []string
	for _, s := range all {
		if s != "" {
			said = append(said, s)
		}
	}
	return said
}
