package check

import (
	"slices"
	"strconv"
	"strings"

	"tocsin/plan"
)

// scoreThreats: ir-2.1.1. A plan holds a picture of threats as its issues, its assets and who could fail.
func scoreThreats(s *sheet) {
	p := s.plan
	considered := map[string]bool{}
	unranked := []string{}
	for _, i := range p.Issues {
		for _, k := range i.Kinds {
			considered[k] = true
		}
		if i.Severity == "" {
			unranked = append(unranked, strconv.Quote(i.Name))
		}
	}
	var open []string
	for _, k := range []string{"bug", "theft", "denial-of-service", "subsystem", "admin-access", "overload", "front-end", "social-account", "disclosure"} {
		if !considered[k] {
			open = append(open, k)
		}
	}
	if len(considered) > 0 {
		s.shows("issues", "%d issues of %d kinds are written down", len(p.Issues), len(considered))
	}
	if len(open) > 0 {
		s.lacks("Think through the kinds of issues that nobody has considered, and write them down with their kinds: %s.", strings.Join(open, ", "))
	}
	if len(unranked) > 0 {
		s.lacks("Say how bad each issue would be: a severity for %s.", listed(unranked))
	}
	s.dependencies()
	s.singlePoints()
}

// dependencies wants what others run to be named, and what happens if it fails.
func (s *sheet) dependencies() {
	var named, failing []string
	path := ""
	for _, a := range s.plan.Assets {
		if a.Kind == "service" {
			named = append(named, a.Name)
			path = "assets[" + a.ID + "]"
			if slices.ContainsFunc(s.plan.Issues, func(i plan.Issue) bool { return slices.Contains(i.Assets, a.ID) }) {
				failing = append(failing, a.Name)
			}
		}
	}
	switch {
	case len(named) == 0:
		s.lacks("Name what you depend on and others run, such as oracles, bridges and endpoints, as assets of kind service.")
	case len(failing) < len(named):
		s.lacks("Write down what happens if these fail, as issues that name them under assets: %s.", listed(without(named, failing)))
		fallthrough
	default:
		s.shows(path, "What others run is named: %s", listed(named))
	}
}

// singlePoints wants a second holder for what one person could lose, and decisions that nobody holds up alone.
func (s *sheet) singlePoints() {
	var single []string
	off, second := 0, ""
	for _, a := range s.plan.Assets {
		if !slices.Contains([]string{"domain", "dns", "hosting", "repository", "social", "key"}, a.Kind) {
			continue
		}
		off++
		if a.SecondHolder == "" || a.SecondHolder == a.Holder {
			single = append(single, strconv.Quote(a.Name))
		} else {
			second = "assets[" + a.ID + "].second_holder"
		}
	}
	if off == 0 {
		s.lacks("Name what the team holds off chain (domains, hosting, repositories, accounts, keys) as assets, with holder and second holder.")
	} else if len(single) > 0 {
		s.lacks("Name a second holder for %s.", listed(single))
	}
	if second != "" {
		s.shows(second, "%d of %d things held off chain have a second holder", off-len(single), off)
	}
}

// scoreMonitoring: ir-2.1.2.
func scoreMonitoring(s *sheet) {
	s.watchedContracts()
	s.watchedOffChain()
	if len(s.plan.Rotas) > 0 && len(everybodyOf(s.plan, []string{s.plan.Rotas[0].ID})) > 1 {
		s.shows("rotas["+s.plan.Rotas[0].ID+"]", "Somebody is on call at every hour: %s", s.plan.Rotas[0].Name)
	} else {
		s.lacks("Have somebody on call at every hour: a rota of two persons or more.")
	}
	if i, ok := s.issueWith("admin-access"); ok && s.noticed(i) && wordsSecret.MatchString(symptomsOf(i)) {
		s.shows("issues["+i.ID+"].detection", "Leaked secrets are looked for: %s", strconv.Quote(i.Name))
	} else {
		s.lacks("Look for leaked secrets and credentials: an issue of kind admin-access with a detector, or a manual sign that names who looks where and how often.")
	}
	if i, ok := s.issueWith("social-account"); ok && s.noticed(i) {
		s.shows("issues["+i.ID+"].detection", "The team's own accounts are looked at: %s", strconv.Quote(i.Name))
	} else {
		s.lacks("Watch the team's own accounts and pages: an issue of kind social-account with a detector, or a manual sign that names who looks where and how often.")
	}
	var blind []string
	for _, i := range s.plan.Issues {
		if !s.noticed(i) {
			blind = append(blind, strconv.Quote(i.Name))
		}
	}
	switch {
	case len(blind) > 0:
		s.lacks("Say how these are noticed, by a detector or by somebody who looks regularly: %s.", listed(blind))
	case len(s.plan.Issues) > 0:
		s.shows("issues", "Each issue says how it is noticed")
	}
}

func (s *sheet) watchedContracts() {
	var watched, unwatched []string
	for _, a := range s.plan.Assets {
		if a.Kind != "contract" && a.Kind != "token" {
			continue
		}
		if slices.ContainsFunc(s.plan.Detectors, func(d plan.Detector) bool {
			return d.Asset == a.ID && d.Mode != "" && d.Mode != "observe" || d.Account == a.ID && d.Mode == "page"
		}) {
			watched = append(watched, a.Name)
		} else {
			unwatched = append(unwatched, a.Name)
		}
	}
	switch {
	case len(watched)+len(unwatched) == 0:
		s.lacks("Name the contracts that matter as assets, and watch each with a detector that pages.")
	case len(unwatched) > 0:
		s.lacks("Watch these with a detector that pages, or leave them out of the plan: %s.", listed(unwatched))
	}
	if len(watched) > 0 {
		s.shows("detectors", "Detectors that page watch %s", listed(watched))
	}
}

// watchedOffChain wants some automatic or regular look at what runs off chain.
func (s *sheet) watchedOffChain() {
	for _, d := range s.plan.Detectors {
		if slices.Contains([]string{"http", "web", "absence", "webhook"}, d.Kind) && d.Mode == "page" {
			s.shows("detectors["+d.ID+"]", "What runs off chain is watched: %s", d.Name)
			return
		}
	}
	for _, i := range s.plan.Issues {
		if (slices.Contains(i.Kinds, "subsystem") || slices.Contains(i.Kinds, "front-end")) && s.noticed(i) {
			s.shows("issues["+i.ID+"].detection", "What runs off chain is looked at: %s", strconv.Quote(i.Name))
			return
		}
	}
	s.lacks("Watch what runs off chain (site, nodes, keepers): a detector of kind http, web, absence or webhook that pages, or a manual sign that names who looks and how often.")
}

func (s *sheet) issueWith(kind string) (plan.Issue, bool) {
	for _, i := range s.plan.Issues {
		if slices.Contains(i.Kinds, kind) {
			return i, true
		}
	}
	return plan.Issue{}, false
}

// noticed reports whether a detector that pages finds an issue, or somebody looks regularly.
func (s *sheet) noticed(i plan.Issue) bool {
	return s.detectedBy(i) != "" || slices.ContainsFunc(i.Detection.Manual, func(m plan.ManualSign) bool {
		return m.Every > 0 && len(everybodyOf(s.plan, []string{m.Who})) > 0
	})
}

// detectedBy is the detector that pages for an issue; empty if there is none.
func (s *sheet) detectedBy(i plan.Issue) string {
	for _, id := range i.Detection.Detectors {
		d, ok := s.plan.Detector(id)
		if !ok && plan.OwnDetector(id) {
			return id
		}
		if ok && d.Kind != "report" && (d.Mode == "page" || d.Mode == "act") && len(d.Lacks()) == 0 {
			return id
		}
	}
	return ""
}

// symptomsOf is all that an issue says of how it shows, in lower case.
func symptomsOf(i plan.Issue) string {
	texts := append([]string{i.Name, i.Summary}, i.Symptoms...)
	for _, m := range i.Detection.Manual {
		texts = append(texts, m.What, m.Where)
	}
	return strings.ToLower(strings.Join(texts, ". "))
}

// scoreLogs: ir-2.1.4. The model has no place for how logs are kept: the team says it in a note.
func scoreLogs(s *sheet) {
	for _, r := range s.plan.Procedures {
		for _, x := range r.Steps {
			if wordsLogs.MatchString(strings.ToLower(x.Name + ". " + x.How)) {
				s.shows("procedures["+r.ID+"].steps["+x.ID+"]", "The step %q secures logs", x.Name)
				s.cannotShow("how long logs are kept, where, and how a change to them is noticed")
				return
			}
		}
	}
	s.cannotShow("how long logs are kept, where, and how a change to them is noticed")
}
