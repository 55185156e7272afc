package incident_test

import (
	"fmt"
	"strings"

	"tocsin/incident"
)

// rings are who is told and how.
func (s *story) rings(list []incident.Ring) string {
	var out strings.Builder
	for _, r := range list {
		fmt.Fprintf(&out, " %s by %s", r.Person, r.Contact)
	}
	return out.String()
}

// owed tells how every communication of the plan stands.
func (s *story) owed() string {
	var out strings.Builder
	for _, c := range incident.CommunicationsOf(s.plan, s.state) {
		fmt.Fprintln(&out, strings.TrimSpace(fmt.Sprintf("%s: %s. %s", c.Name, c.State, c.Say)))
	}
	return out.String()
}

func (s *story) steps() string {
	var out strings.Builder
	for _, v := range incident.StepsOf(s.plan, s.state) {
		fmt.Fprintf(&out, "%d %s: %s %s\n", v.Number, v.ID, v.State, v.Say)
	}
	return strings.ReplaceAll(out.String(), " \n", "\n")
}
