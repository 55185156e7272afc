package incident

import (
	"encoding/json"
	"strings"
)

// stepLines writes a step that was added on the spot as the plan would: to be put under the steps of a procedure.
func stepLines(procedure string, a *Added) string {
	var b strings.Builder
	line := func(key, value string) {
		if value != "" {
			b.WriteString("  " + key + ": " + value + "\n")
		}
	}
	b.WriteString("# under steps of the procedure " + procedure + "\n- id: " + stepID(a.Name) + "\n")
	line("name", quoted(a.Name))
	line("how", quoted(a.How))
	line("owner", a.Owner)
	if a.After != "" {
		line("after", "["+a.After+"]")
	}
	return b.String()
}

// quoted writes a text as YAML reads it whatever it holds; a JSON string is one.
func quoted(s string) string {
	if s == "" {
		return ""
	}
	b, _ := json.Marshal(s) // a string always can be
	return string(b)
}

// stepID makes an id of a name: small letters and digits, the words joined by hyphens.
func stepID(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	id := strings.Join(words, "-")
	if len(id) > 40 {
		id = strings.TrimRight(id[:40], "-")
	}
	if id == "" || id[0] >= '0' && id[0] <= '9' {
		id = strings.TrimRight("step-"+id, "-")
	}
	return id
}
