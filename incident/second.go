package incident

import (
	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

func secondAt(s plan.Severity) string {
	if s.Name == "" {
		return "where the plan ranks nothing"
	}
	return "at severity " + s.Name
}

// needSecond asks for a second person where the severity wants one. It returns true once two different people have asked
// for the same.
func (d *decider) needSecond(what, who, why, to string) (bool, error) {
	if !d.p.SecondPerson(d.s.Severity) {
		return true, nil
	}
	return d.agree(what, who, why, to)
}

// agree returns true once two different people have asked for the same.
func (d *decider) agree(what, who, why, to string) (bool, error) {
	sev, _ := d.p.Severity(d.s.Severity)
	for _, x := range d.s.Seconds {
		if x.What != what || x.To != to {
			continue
		}
		if x.By == who {
			return false, fault.New(fault.Conflict, "You asked for this at %s; %s a second person has to confirm it.", clock(x.At), secondAt(sev))
		}
		return true, nil
	}
	d.emit(EventSecondWanted{What: what, By: who, Why: journal.Personal(why), To: to})
	return false, nil
}

// The things that may take two.
const (
	whatDismiss = "dismiss"
	whatResolve = "resolve"

	whatResolveDespite = "resolve despite what is missing"
	whatCloseDespite   = "close despite what is missing"

	whatLower = "lower"
	whatWaive = "waive"
)
