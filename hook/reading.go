package hook

import (
	"fmt"
	"strings"
	"time"
)

// reading makes one finding of one item.
type reading struct {
	hook *Hook
	item item
	now  time.Time
	told []string // what could not be read, each a sentence
}

func (r *reading) tell(format string, args ...any) {
	r.told = append(r.told, fmt.Sprintf(format, args...))
}

// value is what the item holds of a field, as text. A path of the plan that leads nowhere is told; those of the source may.
func (r *reading) value(field string) string {
	if p, ok := r.hook.paths[field]; ok {
		v, found := p.Find(r.item.value)
		if s := textOf(v); found && strings.TrimSpace(s) != "" {
			return s
		}
		if field != fieldStatus {
			r.tell("Nothing stood at %s, where the plan looks for the %s.", clip(p.String(), 120), called(field))
		}
	} else if r.hook.detector.Mapping[field] != "" {
		r.tell("The plan's path for the %s cannot be read.", called(field))
	}
	for _, p := range r.hook.source.paths[field] {
		if v, ok := p.Find(r.item.value); ok {
			if s := textOf(v); strings.TrimSpace(s) != "" {
				return s
			}
		}
	}
	return ""
}

// called is a field in words.
func called(field string) string {
	switch field {
	case fieldSay:
		return "words"
	case fieldAt:
		return "time"
	case fieldTx:
		return "transaction"
	default:
		return field
	}
}

// finding is what the item says, and whether it says that it is over.
func (r *reading) finding() (Finding, bool) {
	h := r.hook
	f := Finding{Detector: h.detector.ID, Mode: h.detector.Mode, Issues: h.issues, Asset: h.detector.Asset, Chain: h.detector.Chain, At: r.now}
	if x := r.item.extra; x != nil {
		f.Chain = r.chain(f.Asset, f.Chain)
		f.ID, f.Say = h.identify(x.parts...), "As reported by "+h.from()+": "+x.say+"."
		return f, false
	}
	if a := clip(r.value(fieldAsset), 100); a != "" && a != f.Asset {
		if _, ok := h.plan.Asset(a); ok {
			f.Asset = a
		} else {
			r.tell("It named %q, which is no asset of the plan.", a)
		}
	}
	f.Chain = r.chain(f.Asset, f.Chain)
	if i := clip(r.value(fieldIssue), 100); i != "" {
		if f.Issues = only(h.issues, i); f.Issues == nil {
			f.Issues = h.issues
			r.tell("It named the issue %q, which does not list this detector.", i)
		}
	}
	f.At, f.Amount, f.Block, f.Tx = r.at(), r.amount(), r.block(), r.tx()
	f.ID = r.id()
	over := resolved(r.value(fieldStatus))
	f.Say = r.say()
	return f, over
}

// chain is that of the asset, else the detector's own.
func (r *reading) chain(asset string, own uint64) uint64 {
	if a, ok := r.hook.plan.Asset(asset); ok && a.Chain != 0 {
		return a.Chain
	}
	return own
}

func only(issues []string, id string) []string {
	for _, i := range issues {
		if i == id {
			return []string{i}
		}
	}
	return nil
}

// resolved reports whether a status says that an alert is over. What is not known to say so counts as an alarm.
func resolved(status string) bool {
	switch strings.ToLower(strings.TrimSpace(status)) {
	case "resolved", "ok", "closed", "recovered", "recovery", "normal", "inactive", "cleared":
		return true
	}
	return false
}

// say is the finding's paragraph: marked as reported, in the words of the plan's message if it has one, and with what could
// not be read.
func (r *reading) say() string {
	words := clip(r.value(fieldSay), maxSaid)
	if v, ok := r.hook.source.heading.Find(r.item.value); ok && r.hook.paths[fieldSay] == nil {
		if head := clip(textOf(v), 100); head != "" && head != words && r.hook.source.heading != nil {
			words = strings.TrimSuffix(head+": "+words, ": ")
		}
	}
	if len(r.hook.message) > 0 {
		words = r.fill(words)
	}
	if words == "" {
		words = "it gave no words"
	}
	say := "As reported by " + clip(r.hook.from(), 80) + ": " + sentence(words)
	for i, s := range r.told {
		if i == 0 || r.told[i-1] != s {
			say += " " + s
		}
	}
	return say
}

// fill puts into the plan's message what it asks for; words that it does not ask for follow it.
func (r *reading) fill(words string) string {
	var b strings.Builder
	for _, p := range r.hook.message {
		switch p.field {
		case "":
			b.WriteString(p.text)
		case fieldSay:
			if words == "" {
				b.WriteString("no words")
			}
			b.WriteString(words)
		default:
			told := r.told
			if s := clip(r.value(p.field), 120); s != "" {
				b.WriteString(s)
			} else {
				b.WriteString("unknown")
			}
			r.told = told // it was said already
		}
	}
	if r.hook.message.says() {
		return b.String()
	}
	return strings.TrimSpace(sentence(b.String()) + " " + words)
}
