package library

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"tocsin/plan"
)

// What speaks for something being what a script means.
const (
	firstKind = 10 // it is of the likeliest kind
	otherKind = 4  // it is of another kind that the script names
	word      = 3  // a word of the script stands in what the plan says of it
	near      = 5  // it belongs to what was found before
	enough    = 6  // less than this is chance
)

func (b *binder) findIssue(part Part) string {
	best, most, kindred := "", 0, false
	for _, i := range b.plan.Issues {
		score, of := kinds(part.Kinds, i.Kinds...), false
		of = score > 0
		score += word * words(part.Words, i.Name, i.Summary, strings.Join(i.Symptoms, ". "), strings.Join(i.Activation, ". "))
		if score > most {
			best, most, kindred = i.ID, score, of
		}
	}
	if most < enough {
		b.misfit(Error, part, fmt.Sprintf("The plan has no issue for %s.", quoted(b.script.Name)), "Add the issue, with its kinds, its symptoms and a procedure; or bind one that the plan has.")
		return ""
	}
	if i, _ := b.plan.Issue(best); !kindred && len(i.Kinds) > 0 {
		b.misfit(Note, Part{ID: part.ID}, fmt.Sprintf("%s is the nearest that the plan has, though it is of another kind.", quoted(i.Name)), fmt.Sprintf("Bind another issue as %q, or add one of its own.", part.ID))
	}
	return best
}

// issueOf is the issue that a part belongs to.
func (b *binder) issueOf(part Part) (plan.Issue, bool) {
	of := part.Of
	if of == "" {
		of = "issue"
	}
	return b.plan.Issue(b.bound[of])
}

func (b *binder) findAsset(part Part) string {
	issue, _ := b.issueOf(part)
	best, most := "", 0
	for _, a := range b.plan.Assets {
		score := kinds(part.Kinds, a.Kind)
		if score == 0 || slices.Contains(b.taken(Asset), a.ID) {
			continue
		}
		if at := slices.Index(issue.Assets, a.ID); at >= 0 {
			score += max(1, near-at)
		}
		score += word * words(part.Words, a.ID, a.Name, a.Description, a.Location)
		if score > most {
			best, most = a.ID, score
		}
	}
	if best == "" {
		b.misfit(Warning, part, fmt.Sprintf("The plan has no asset of the kind %s.", either(part.Kinds)), "Add it to the assets, with who holds it.")
	}
	return best
}

// purposes are words by which a step that states no purpose is known to serve one.
var purposes = map[string][]string{
	"halt":    {"paus", "halt", "stop", "freez", "block", "contain", "isolat", "shut", "revok", "disabl", "suspend", "lock", "shield", "take down"},
	"find":    {"find", "identif", "investigat", "analy", "assess", "determin", "quantif", "check", "look", "confirm", "is "},
	"fix":     {"fix", "patch", "upgrad", "repair", "remed", "rotat", "replac", "deploy", "mend", "migrat", "cut "},
	"restore": {"restor", "resum", "unpaus", "reopen", "open ", "recover", "refund", "reimburs", "compensat", "clean", "back to"},
	"tell":    {"tell", "notif", "inform", "post", "announc", "communicat", "advis", "publish", "write", "warn"},
	"learn":   {"learn", "review", "retrospect", "post-mortem", "debrief"},
}

// doing says what a step of a purpose does.
var doing = map[string]string{
	"halt": "stops the damage", "find": "finds out what is happening", "fix": "mends the cause", "restore": "brings things back", "tell": "tells people", "learn": "looks back",
}

func (b *binder) findStep(part Part) string {
	issue, ok := b.issueOf(part)
	if !ok {
		return "" // said of the issue
	}
	procedure, ok := b.plan.Procedure(issue.Procedure)
	if !ok {
		if !slices.ContainsFunc(b.misfits, func(m Misfit) bool { return m.Part == "procedure" }) {
			b.misfit(Error, Part{ID: "procedure"}, fmt.Sprintf("The issue %s has no procedure.", quoted(issue.Name)), "Write what to do about it, step by step, and name it under procedure.")
		}
		return ""
	}
	best, most, taken := "", 0, b.taken(Step)
	for i, s := range procedure.Steps {
		serves := s.Purpose == part.Purpose || s.Purpose == "" && words(purposes[part.Purpose], s.Name) > 0
		if !serves {
			continue
		}
		score := 1000 - i + 2000*words(part.Words, s.ID, s.Name, s.How)
		if slices.Contains(taken, plan.StepRef(procedure.ID, s.ID)) {
			if part.Optional {
				continue
			}
			score = 1
		}
		if score > most {
			best, most = plan.StepRef(procedure.ID, s.ID), score
		}
	}
	if best == "" {
		b.misfit(Error, part, fmt.Sprintf("The procedure %s has no step that %s.", quoted(procedure.Name), doing[part.Purpose]), fmt.Sprintf("Add one with purpose: %s, or bind a step of another procedure as %q.", part.Purpose, part.ID))
	}
	return best
}

// taken are the ids that parts of a sort are bound to already.
func (b *binder) taken(sort Sort) []string {
	var ids []string
	for _, p := range b.script.Parts {
		if p.Is == sort && b.bound[p.ID] != "" {
			ids = append(ids, b.bound[p.ID])
		}
	}
	return ids
}

// words counts how many of some beginnings of words stand in texts.
func words(beginnings []string, texts ...string) int {
	all := " " + strings.ToLower(strings.Join(texts, ". "))
	n := 0
	for _, w := range beginnings {
		for rest, from := all, 0; ; {
			at := strings.Index(rest[from:], w)
			if at < 0 {
				break
			}
			at += from
			if before := rest[at-min(at, 1) : at]; before == "" || !unicode.IsLetter(rune(before[0])) {
				n++
				break
			}
			from = at + 1
		}
	}
	return n
}

// kinds rates how well kinds that something has fit those that a script names.
func kinds(want []string, have ...string) int {
	score := 0
	for i, k := range want {
		switch {
		case !slices.Contains(have, k):
		case i == 0:
			score += firstKind
		default:
			score += otherKind
		}
	}
	return score
}
