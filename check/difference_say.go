package check

import (
	"fmt"
	"reflect"
	"strings"
	"unicode"
)

// longest is how many characters of a value a sentence quotes.
const longest = 90

// say fills the sentence for a difference. {thing} is what differs, {of} what it belongs to, {old}, {new} and {item} are
// its values.
func (r rule) say(c *contrast, d delta) string {
	template := r.now
	switch {
	case d.oldText == "" && r.more != "":
		template = r.more
	case d.newText == "" && r.less != "":
		template = r.less
	case d.item != "" && d.oldText == "":
		template = "{Thing} now has {item} among {words}."
	case d.item != "":
		template = "{Thing} no longer has {item} among {words}."
	case d.oldText == "":
		template = "{Thing} now says {words}: {new}."
	case d.newText == "":
		template = "{Thing} no longer says {words}; it was {old}."
	case template == "":
		template = "{Thing}: {words} is now {new} instead of {old}."
	}
	if lengthy(d.oldText) || lengthy(d.newText) {
		switch {
		case strings.Contains(template, "{new}") && strings.Contains(template, "{old}"):
			template = "{Thing}: {words} reads differently."
		case strings.Contains(template, "{new}") && r.more == "":
			template = "{Thing} now says {words}."
		case strings.Contains(template, "{old}"):
			template = "{Thing} no longer says {words}."
		}
	}
	if d.at.name == planName { // what belongs to the whole plan is spoken of without it
		template = strings.Replace(template, "{Thing}: {words}", "{Words}", 1)
	}
	return c.fill(template, r, d)
}

func (c *contrast) fill(template string, r rule, d delta) string {
	sentence := strings.NewReplacer(
		"{Thing}", capital(d.at.name), "{thing}", d.at.name,
		"{Of}", capital(d.at.of), "{of}", d.at.of,
		"{Words}", capital(r.words), "{words}", r.words,
		"{old}", c.named(r, d.oldText), "{new}", c.named(r, d.newText), "{item}", c.named(r, d.item),
	).Replace(template)
	for _, end := range []string{".", "?", "!"} { // a text that is quoted last may end its sentence itself
		sentence = strings.TrimSuffix(sentence, end+".") + map[bool]string{true: end}[strings.HasSuffix(sentence, end+".")]
	}
	if !strings.ContainsAny(sentence[max(0, len(sentence)-1):], ".?!") {
		sentence += "."
	}
	return sentence
}

func lengthy(s string) bool { return len([]rune(s)) > longest || strings.Contains(s, "\n") }

// named is what people call what a value refers to; the value itself, clipped, if it refers to nothing.
func (c *contrast) named(r rule, value string) string {
	for _, kind := range r.standing {
		if name := c.nameBy(kind, value); name != "" {
			return name
		}
	}
	if value == "" {
		return "nothing"
	}
	if t := []rune(oneLine(value)); len(t) > longest {
		return string(t[:longest]) + "…"
	}
	return oneLine(value)
}

// nameBy finds the name of a thing of a kind in the new plan, or in the old one.
func (c *contrast) nameBy(kind, id string) string {
	for _, p := range []names{{c.new}, {c.old}} {
		if name := p.of(kind, id); name != "" {
			return name
		}
	}
	return ""
}

// thingName is what a thing is called in a sentence: Carmen; the action "Pause the vault"; the contact "phone" of Carmen.
func thingName(v reflect.Value, within string) string {
	if v.Type().Name() == "Person" {
		if name := textOf(v.FieldByName("Name")); name != "" {
			return name
		}
		return textOf(v.FieldByName("ID"))
	}
	name := label(v)
	if v.Type().Name() == "EscalationRule" {
		name = strings.Join(append(stringsOf(v.FieldByName("Categories")), stringsOf(v.FieldByName("Severities"))...), ", ")
	}
	if f := v.FieldByName("Name"); f.IsValid() && f.String() != "" {
		name = f.String()
	}
	thing := "the " + nounOf(v.Type())
	if name != "" && !lengthy(name) {
		thing += fmt.Sprintf(" %q", name)
	}
	if within != "" && within != planName && (!v.FieldByName("ID").IsValid() || v.Type().Name() == "Step") {
		thing += " of " + within
	}
	return thing
}

// nounOf is what a type of the model is called in a sentence: "manual sign" for ManualSign.
func nounOf(t reflect.Type) string {
	switch t.Name() {
	case "RotaOverride":
		return "cover"
	case "Attachment":
		return "attached file"
	case "ContactsFile":
		return "contacts file"
	case "Communication":
		return "message"
	}
	return strings.ReplaceAll(hyphened(t.Name()), "-", " ")
}

func capital(s string) string {
	for i, r := range s {
		return string(unicode.ToUpper(r)) + s[i+len(string(r)):]
	}
	return s
}

// listed joins names as a sentence does.
func listed(names []string) string {
	const most = 6
	if more := len(names) - most; more > 1 {
		names = append(append([]string{}, names[:most]...), fmt.Sprintf("%d more", more))
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
