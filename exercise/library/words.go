package library

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"tocsin/evm"
	"tocsin/plan"
)

// text fills the parts of a text in.
func (b *binder) text(s string) string {
	var out strings.Builder
	for {
		at := slot.FindStringSubmatchIndex(s)
		if at == nil {
			return out.String() + s
		}
		out.WriteString(s[:at[0]])
		out.WriteString(fit(b.called(s[at[2]:at[3]]), begins(out.String())))
		s = s[at[1]:]
	}
}

func (b *binder) texts(all []string) []string {
	var filled []string
	for _, s := range all {
		filled = append(filled, b.text(s))
	}
	return filled
}

// called is what people call what a slot stands for.
func (b *binder) called(slot string) string {
	id, detail, _ := strings.Cut(slot, ".")
	part, _ := b.script.part(id)
	name, ref := "", b.bound[id]
	if ref == "" {
		if part.Or != "" {
			return part.Or
		}
		return "the " + string(part.Is)
	}
	switch part.Is {
	case Issue:
		i, _ := b.plan.Issue(ref)
		name = i.Name
	case Asset:
		a, _ := b.plan.Asset(ref)
		switch {
		case detail == "unit" && a.Unit != "":
			name = a.Unit
		case detail == "unit":
			name = "tokens"
		case detail == "location" && a.Location != "":
			name = a.Location
		case detail == "location" && a.Address != evm.Address{}:
			name = a.Address.String()
		default:
			name = a.Name
		}
	case Step:
		procedure, step, _ := plan.SplitStep(ref)
		s, _ := b.plan.Step(procedure, step)
		name = s.Name
	case Decision:
		d, _ := b.plan.Decision(ref)
		name = d.Name
	case Update:
		c, _ := b.plan.Communication(ref)
		name = c.Name
	case Channel:
		c, _ := b.plan.Channel(ref)
		name = c.Name
	case Person:
		name = b.plan.NameOf(ref)
	}
	return name
}

// leads are words with which a name may begin that are written small within a sentence.
var leads = []string{"The ", "Our ", "A ", "An "}

// fit writes a name as it stands at the beginning of a sentence, or within one.
func fit(name string, first bool) string {
	if first {
		r, n := utf8.DecodeRuneInString(name)
		return string(unicode.ToUpper(r)) + name[n:]
	}
	for _, l := range leads {
		if strings.HasPrefix(name, l) {
			return strings.ToLower(l) + name[len(l):]
		}
	}
	return name
}

// begins reports whether a sentence begins behind a text.
func begins(before string) bool {
	before = strings.TrimRight(before, " \n\"“'")
	return before == "" || strings.ContainsAny(before[len(before)-1:], ".?!")
}

func quoted(s string) string { return strconv.Quote(s) }

// among joins names as a list.
func among(names []string) string { return strings.Join(names, ", ") }

// either joins names of which one would do.
func either(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

func article(noun string) string {
	if noun != "" && strings.ContainsRune("aeiou", rune(noun[0])) {
		return "an " + noun
	}
	return "a " + noun
}

func names(parts []Part) []string {
	var ids []string
	for _, p := range parts {
		ids = append(ids, p.ID)
	}
	return ids
}
