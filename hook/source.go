package hook

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"strings"

	"tocsin/fault"
)

// source is what sends: how its bodies are read, and where a finding's fields stand in them.
type source struct {
	name    string            // as people call it
	lists   bool              // its bodies hold lists of alerts by themselves
	open    opener            // nil: any JSON
	heading Path              // put before what is said, such as the alert's name
	paths   map[string][]Path // of a finding's fields; the first that leads to something counts
	key     []Path            // besides the id: what makes an alert the same
	ended   Path              // when it was resolved
}

// opener takes a body apart into items, one for each alert.
type opener func(header Header, body []byte) ([]item, error)

// item is one alert as it was sent.
type item struct {
	value any
	extra *extra // nil: it is an alert
	note  string // what could not be read of the body around it, a sentence
}

// extra is what a sender says besides its alerts.
type extra struct {
	say   string
	parts []string // of its id
}

// sourceOf finds a source by its name in the plan; plain JSON if it names none.
func sourceOf(name string) source {
	switch name {
	case "alertmanager":
		s := alerts("Alertmanager")
		s.paths[fieldSay] = []Path{member("annotations", "summary"), member("annotations", "description"), member("annotations", "message")}
		return s
	case "grafana":
		s := alerts("Grafana")
		s.paths[fieldSay] = []Path{
			member("annotations", "summary"), member("annotations", "description"), member("valueString"), member("message"), member("title"),
		}
		return s
	case "cloudevents":
		return source{
			name: "CloudEvents", lists: true, open: openEvents, heading: member("type"),
			paths: map[string][]Path{
				fieldSay: {member("data", "say"), member("data", "summary"), member("data", "message"), member("data", "description"), member("data", "title"), member("subject"), member("data")},
				fieldID:  {member("id")}, fieldAt: {member("time")},
				fieldStatus: {member("data", "status"), member("data", "state")},
			},
			key: []Path{member("source")},
		}
	default:
		own := map[string][]Path{}
		for _, f := range fields {
			own[f] = []Path{member(f)}
		}
		own[fieldSay] = append(own[fieldSay], member("message"), member("summary"), member("title"), member("text"), member("description"))
		return source{paths: own}
	}
}

// alerts is a source in the form that Alertmanager gave and Grafana took over.
func alerts(name string) source {
	return source{
		name: name, lists: true, open: func(_ Header, body []byte) ([]item, error) { return openAlerts(name, body) },
		heading: member("labels", "alertname"), ended: member("endsAt"), key: []Path{member("startsAt")},
		paths: map[string][]Path{
			fieldID: {member("fingerprint"), member("labels")}, fieldAt: {member("startsAt")},
			fieldStatus: {member("status"), member("state")},
		},
	}
}

// openAlerts reads a body of Alertmanager's form. One without a list of alerts is itself the alert, as older senders have it.
func openAlerts(name string, body []byte) ([]item, error) {
	v, err := decode(body)
	if err != nil {
		return nil, err
	}
	top, ok := v.(map[string]any)
	if !ok {
		return nil, fault.New(fault.Invalid, "The body is not what %s sends: it is no JSON object.", name).Instead("Let it send its own form, or set source: json and a mapping.")
	}
	list, ok := top["alerts"].([]any)
	if !ok {
		return []item{{value: top}}, nil
	}
	items := make([]item, 0, len(list)+1)
	for _, a := range list {
		items = append(items, item{value: a})
	}
	if n := textOf(top["truncatedAlerts"]); n != "" && n != "0" && textOf(top["status"]) != "resolved" {
		items = append(items, item{extra: &extra{
			say: "it left " + clip(n, 20) + " more alerts of the group out of its message", parts: []string{"left out", textOf(top["groupKey"]), n},
		}})
	}
	return items, nil
}

// decode reads one JSON value. Numbers keep their digits.
func decode(body []byte) (any, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, fault.New(fault.Invalid, "The body is empty.").Instead("Send JSON.")
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, fault.New(fault.Invalid, "The body is not JSON: %s.", clip(err.Error(), 120)).Because(err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fault.New(fault.Invalid, "Something follows the JSON value in the body.").Instead("Send one JSON value.")
	}
	return v, nil
}

// open takes a body apart.
func (h *Hook) open(header Header, body []byte) ([]item, error) {
	if h.source.open != nil {
		return h.source.open(header, body)
	}
	v, err := decode(body)
	if err != nil {
		return nil, err
	}
	if h.each == nil {
		return []item{{value: v}}, nil
	}
	x, _ := h.each.Find(v)
	list, ok := x.([]any)
	if !ok {
		return []item{{value: v, note: "No list stood at " + clip(h.each.String(), 120) + ", where the plan looks for several alerts."}}, nil
	}
	items := make([]item, len(list))
	for i, e := range list {
		items[i] = item{value: e}
	}
	return items, nil
}

// mediaType is the media type of a header's value, without its parameters, in lower case.
func mediaType(s string) string {
	t, _, err := mime.ParseMediaType(s)
	if err != nil {
		t, _, _ = strings.Cut(s, ";")
		t = strings.ToLower(strings.TrimSpace(t))
	}
	return t
}
