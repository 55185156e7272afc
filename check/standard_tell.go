package check

import (
	"slices"
	"strconv"
	"strings"

	"tocsin/plan"
)

// scoreRooms: ir-4.1.1.
func scoreRooms(s *sheet) {
	var m plan.Communication
	for _, x := range s.plan.Communications {
		if x.Audience == "responders" {
			m = x
			break
		}
	}
	path := "communications[" + m.ID + "]"
	room, hasRoom := s.plan.Channel(m.Channel)
	backup, hasBackup := s.plan.Channel(m.Backup)
	switch {
	case !hasRoom:
		s.lacks("Say where the responders meet: a message for responders, with its channel.")
	case room.Public:
		s.lacks("Choose a room for the responders that is not public: %q is.", room.Name)
	default:
		s.shows(path+".channel", "The responders meet in %s, which is not public", strconv.Quote(room.Name))
	}
	switch {
	case !hasBackup:
		s.lacks("Say where the responders meet if that fails: a backup, on another platform.")
	case backup.Public || backup.Kind == room.Kind:
		s.lacks("Choose a backup for the responders that is not public and on another platform than %q.", room.Name)
	default:
		s.shows(path+".backup", "If it fails, they meet in %s", strconv.Quote(backup.Name))
	}
	if hasRoom && wordsRoom.MatchString(strings.ToLower(room.Name+". "+room.To)) {
		s.shows("channels["+room.ID+"]", "Each incident gets a room of its own")
	} else {
		s.lacks("Say how a room of its own is opened for an incident, in the name or the place of the responders' channel.")
	}
	if m.Responsible != "" && len(everybodyOf(s.plan, []string{m.Responsible})) > 0 {
		s.shows(path+".responsible", "%s opens it and lets people in", s.plan.NameOf(m.Responsible))
	} else {
		s.lacks("Name who opens the responders' room and lets people in.")
	}
	for _, r := range s.plan.Roles {
		for i, duty := range r.Duties {
			if wordsPrivate.MatchString(strings.ToLower(duty)) {
				s.shows("roles["+r.ID+"].duties["+strconv.Itoa(i)+"]", "It is said who gets to see what: %s", clipped(duty))
				s.cannotShow("who is a member of each room today, and that what is said there is encrypted")
				return
			}
		}
	}
	s.cannotShow("who is a member of each room today, who gets to see what, and that what is said there is encrypted")
}

// scoreInternal: ir-4.1.2.
func scoreInternal(s *sheet) {
	paced, formed, placed := map[string]bool{}, "", ""
	for _, x := range s.plan.Severities {
		if x.UpdateEvery > 0 {
			paced[x.ID] = true
		}
	}
	internal := false
	for _, m := range s.plan.Communications {
		if m.Audience != "internal" || m.Postmortem {
			continue
		}
		internal = true
		if m.Timing.Every > 0 {
			for _, id := range severitiesOf(s.plan, m) {
				paced[id] = true
			}
		}
		if m.Template != "" && formed == "" {
			formed = m.ID
		}
		if m.Channel != "" && m.Responsible != "" && placed == "" {
			placed = m.ID
		}
	}
	if !internal {
		s.lacks("Add a message for internal readers, with its timing, channel and who is responsible.")
	}
	var unpaced []string
	for _, x := range s.plan.Severities {
		if !paced[x.ID] {
			unpaced = append(unpaced, strconv.Quote(x.Name))
		}
	}
	switch {
	case len(s.plan.Severities) == 0:
		s.lacks("Define severities, and how often an update is owed at each.")
	case len(unpaced) > 0:
		s.lacks("Say how often an update is owed (update_every) at %s.", listed(unpaced))
	default:
		s.shows("severities", "Each of %d severities has its pace of updates", len(paced))
	}
	if placed != "" {
		m, _ := s.plan.Communication(placed)
		c, _ := s.plan.Channel(m.Channel)
		s.shows("communications["+placed+"]", "%s goes to %s, written by %s", strconv.Quote(m.Name), strconv.Quote(c.Name), s.plan.NameOf(m.Responsible))
	} else if internal {
		s.lacks("Say where internal updates go and who writes them.")
	}
	if formed != "" {
		s.shows("communications["+formed+"].template", "There is a form for it")
	} else if internal {
		s.lacks("Give internal updates a form: a template.")
	}
}

// scorePublic: ir-4.1.3.
func scorePublic(s *sheet) {
	var unformed, unapproved []string
	formed, approved, during, after := "", "", "", ""
	for _, m := range s.plan.Communications {
		if !outward(m) {
			continue
		}
		path := "communications[" + m.ID + "]"
		if m.Template == "" {
			unformed = append(unformed, strconv.Quote(m.Name))
		} else {
			formed = path + ".template"
		}
		if m.Approval == "" && !slices.ContainsFunc(s.plan.Decisions, func(d plan.Decision) bool { return slices.Contains(d.Updates, m.ID) }) {
			unapproved = append(unapproved, strconv.Quote(m.Name))
		} else {
			approved = path
		}
		switch {
		case m.Postmortem || m.Timing.From == "resolution":
			after = path
		case m.Timing.Every > 0 || m.Timing.Open || m.Timing.From != "":
			during = path
		}
	}
	s.wants(during, "Users hear from the team while it lasts", "Add a message to users that is owed while an incident lasts, with its timing.")
	s.wants(after, "They hear from it afterwards", "Add a message to users or the public that is owed after the resolution.")
	s.wants(formed, "There is a template for the public", "Write templates for what is said in public.")
	if formed != "" && len(unformed) > 0 {
		s.lacks("Write a template for %s.", listed(unformed))
	}
	s.wants(approved, "What is said in public needs a decision first", "Say who approves what is said in public, before it is: approval, at those messages.")
	if approved != "" && len(unapproved) > 0 {
		s.lacks("Say who approves %s before it is posted.", listed(unapproved))
	}
	s.falsehoods()
}

// wants notes evidence at a path, or what is missing if there is no path.
func (s *sheet) wants(path, shown, missing string) {
	if path == "" {
		s.lacks("%s", missing)
		return
	}
	s.shows(path, "%s", shown)
}

// falsehoods wants somebody to look for what is wrongly said about the incident, and correct it.
func (s *sheet) falsehoods() {
	for _, team := range []struct {
		key     string
		persons []plan.Person
	}{{"core_team", s.plan.CoreTeam}, {"extended_team", s.plan.ExtendedTeam}} {
		for _, r := range team.persons {
			if wordsFalsehood.MatchString(strings.ToLower(strings.Join(r.Duties, ". "))) {
				s.shows(team.key+"["+r.ID+"].duties", "%s corrects what is wrongly said", r.Name)
				return
			}
		}
	}
	for _, r := range s.plan.Roles {
		if wordsFalsehood.MatchString(strings.ToLower(strings.Join(r.Duties, ". "))) {
			s.shows("roles["+r.ID+"].duties", "%s corrects what is wrongly said", r.Name)
			return
		}
	}
	for _, r := range s.plan.Procedures {
		if x, ok := stepWith(r, func(x plan.Step) bool {
			return x.Purpose == "tell" && wordsFalsehood.MatchString(strings.ToLower(x.Name+". "+x.How))
		}); ok {
			s.shows("procedures["+r.ID+"].steps["+x.ID+"]", "What is wrongly said is corrected by the step %q", x.Name)
			return
		}
	}
	s.lacks("Have somebody look for rumours, false reports and scams while an incident lasts, and correct them: a duty of a role, or a step to tell.")
}
