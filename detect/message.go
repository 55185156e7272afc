package detect

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"tocsin/evm"
	"tocsin/plan"
)

// maxQuoted is how much of a text that an outsider chose goes into a sentence, in characters.
const maxQuoted = 120

// message is a detector's message cut at its placeholders: {assets} is an argument of the event or call, {tx.from} a
// variable, {amount}, {asset}, {count}, {usual} and {window} what the finding knows. Doubled braces stand for one.
type message []piece

type piece struct {
	text string // as it stands; or
	name string // variable of the view, or what the finding knows
}

// facts is what a message may say besides the variables of a view.
type facts struct {
	amount *number
	count  string
	usual  string
	group  string            // sender or contract that a spike is of
	read   string            // readings of a state, in words
	more   map[string]string // by the name that a message gives them
}

func parseMessage(r *rule) (message, *Problem) {
	known := r.words()
	var m message
	var text strings.Builder
	rest := r.detector.Message
	for rest != "" {
		i := strings.IndexAny(rest, "{}")
		if i < 0 {
			break
		}
		text.WriteString(rest[:i])
		at := len(r.detector.Message) - len(rest) + i
		rest = rest[i:]
		if strings.HasPrefix(rest, "{{") || strings.HasPrefix(rest, "}}") {
			text.WriteByte(rest[0])
			rest = rest[2:]
			continue
		}
		end := strings.IndexByte(rest, '}')
		if rest[0] == '}' || end < 0 {
			return nil, messageProblem(r, at, "a brace stands alone; write {{ or }} for a brace itself")
		}
		name, ok := known[strings.TrimSpace(rest[1:end])]
		if !ok {
			return nil, messageProblem(r, at, fmt.Sprintf("there is nothing named %q to put in; known here are %s", rest[1:end], listed(known)))
		}
		m = append(m, piece{text: text.String()}, piece{name: name})
		text.Reset()
		rest = rest[end+1:]
	}
	text.WriteString(rest)
	return append(m, piece{text: text.String()}), nil
}

// words are what a message may put in, by how it is written there.
func (r *rule) words() map[string]string {
	known := map[string]string{"asset": "asset"}
	say := func(names ...string) {
		for _, n := range names {
			known[n] = n
		}
	}
	switch {
	case r.spike != nil:
		if say("count", "usual", "window"); r.spike.groupBy != "" {
			say("group")
		}
		return known
	case r.silence != nil:
		say("since", "silent")
		return known
	case r.gauge != nil && r.gauge.holds == nil:
		say("balance", "limit", "account", "amount", "block.number")
		return known
	case r.gauge != nil:
		for _, v := range r.gauge.vars {
			say(v.name)
		}
	default:
		for _, v := range r.variables() {
			say(v.name)
			if r.shape != nil {
				if short, ok := strings.CutPrefix(v.name, r.shape.prefix); ok {
					known[short] = v.name
				}
			}
		}
	}
	if r.amount != nil {
		say("amount")
	}
	return known
}

func messageProblem(r *rule, at int, say string) *Problem {
	before := r.detector.Message[:at]
	line := strings.Count(before, "\n")
	return &Problem{
		Field: "message", Line: line + 1,
		Column: len([]rune(before[strings.LastIndexByte(before, '\n')+1:])) + 1, Say: say,
	}
}

func listed(known map[string]string) string {
	names := make([]string, 0, len(known))
	for n := range known {
		names = append(names, "{"+n+"}")
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// render writes the sentence of a finding.
func (r *rule) render(v *view, f facts) string {
	if r.detector.Message == "" {
		return r.plain(v, f)
	}
	var b strings.Builder
	for _, p := range r.say {
		switch p.name {
		case "":
			b.WriteString(p.text)
		case "asset":
			b.WriteString(r.subjectName())
		case "amount":
			if f.amount == nil {
				b.WriteString("an unknown amount")
				break
			}
			b.WriteString(inUnits(*f.amount, r.unit()))
		case "count":
			b.WriteString(f.count)
		case "usual":
			b.WriteString(f.usual)
		case "group":
			b.WriteString(f.group)
		case "window":
			b.WriteString(r.detector.Window.String())
		default:
			if text, ok := f.more[p.name]; ok || v == nil {
				b.WriteString(text)
				break
			}
			b.WriteString(v.text(p.name))
		}
	}
	if f.read != "" && !slices.ContainsFunc(r.say, func(p piece) bool { return p.name != "" && p.name != "asset" }) {
		return strings.TrimRight(b.String(), ". \n") + ": " + f.read + "."
	}
	if f.group != "" && !slices.Contains(r.say, piece{name: "group"}) {
		return strings.TrimRight(b.String(), ". \n") + ": " + f.group + "."
	}
	return strings.TrimSpace(b.String())
}

// called is how an address is called: by its name if it is an asset of the plan.
func (r *rule) called(a evm.Address) string {
	if name := r.names[a]; name != "" {
		return name + " (" + a.Hex() + ")"
	}
	return a.Hex()
}

// plain is the sentence of a detector without a message.
func (r *rule) plain(v *view, f facts) string {
	what := "transaction to"
	switch {
	case r.spike != nil:
		return r.plainSpike(f)
	case r.silence != nil:
		return r.plainSilence(f)
	case r.gauge != nil:
		return r.plainGauge(f)
	case r.event:
		what = r.shape.event.Name + " of"
	case r.shape != nil:
		what = r.shape.method.Name + " called on"
	}
	s := fmt.Sprintf("%s: %s %s in block %d", r.detector.Name, what, r.subjectName(), v.block.Number)
	if f.amount != nil {
		s += ", " + inUnits(*f.amount, r.asset)
	}
	return s + "."
}

func (r *rule) plainSpike(f facts) string {
	who := r.subjectName()
	switch {
	case r.spike.groupBy == "sender":
		who += " by " + f.group
	case f.group != "":
		who = f.group
	}
	what := f.count + " " + strings.ReplaceAll(r.detector.Metric, "_", " ") + " of " + who
	switch r.detector.Metric {
	case failedShare:
		what = f.count + " of the transactions of " + who + " fail"
	case gasPrice:
		what = "gas costs " + f.count + " on " + who
	case outflow:
		what = f.count + " leave " + who
	}
	if r.detector.Baseline == 0 {
		return fmt.Sprintf("%s: %s within %s.", r.detector.Name, what, r.detector.Window)
	}
	return fmt.Sprintf("%s: %s within %s, where %s are usual.", r.detector.Name, what, r.detector.Window, f.usual)
}

func (r *rule) subjectName() string {
	if r.asset.ID == "" {
		return "chain " + strconv.FormatUint(r.chain, 10)
	}
	return r.asset.Name
}

// unit is the asset whose unit amounts are in.
func (r *rule) unit() plan.Asset {
	if r.gauge != nil && r.gauge.holds == nil {
		return r.gauge.unit
	}
	return r.asset
}

func inUnits(n number, a plan.Asset) string {
	if a.Unit == "" {
		return n.String()
	}
	return grouped(n.decimal(a.Decimals)) + " " + a.Unit
}

// grouped sets a comma before each three digits of a figure's whole part, as in 12,000,000.5.
func grouped(figure string) string {
	first := strings.IndexFunc(figure, unicode.IsDigit)
	if first < 0 {
		return figure
	}
	end := strings.IndexByte(figure, '.')
	if end < 0 {
		end = len(figure)
	}
	for i := end - 3; i > first; i -= 3 {
		figure = figure[:i] + "," + figure[i:]
	}
	return figure
}

// text writes a variable's value. What an outsider chose is cut and stripped of what could disturb a screen.
func (v *view) text(name string) string {
	got, ok := v.ResolveName(name)
	val, isVal := got.(ref.Val)
	if !ok || !isVal {
		return "?"
	}
	return valueText(val)
}

func valueText(val ref.Val) string {
	switch t := val.(type) {
	case number:
		return t.String()
	case account:
		return evm.Address(t).Hex()
	case types.Bool:
		return strconv.FormatBool(bool(t))
	case types.Bytes:
		return clip("0x" + hex.EncodeToString(t[:min(len(t), maxQuoted)]))
	case types.String:
		return clip(string(t))
	default:
		return "?"
	}
}

func clip(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n++; n > maxQuoted {
			b.WriteString("…")
			break
		}
		if !unicode.IsPrint(r) {
			r = '�'
		}
		b.WriteRune(r)
	}
	return b.String()
}
