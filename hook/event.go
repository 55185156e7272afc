package hook

import (
	"encoding/base64"
	"encoding/hex"
	"strings"

	"tocsin/fault"
)

// openEvents reads CloudEvents 1.0 over HTTP in the three modes of its binding: attributes in headers, one event as JSON, or a
// batch of them. Whatever the mode, an event becomes one object with its attributes and data beside each other.
func openEvents(header Header, body []byte) ([]item, error) {
	switch kind := mediaType(header.get("Content-Type")); {
	case kind == "application/cloudevents-batch+json":
		return openBatch(body)
	case kind == "application/cloudevents+json":
		return openEvent(body)
	case strings.HasPrefix(kind, "application/cloudevents"):
		return nil, fault.New(fault.Invalid, "Events in the form %s are not read.", clip(kind, 80)).Instead("Send them as JSON: application/cloudevents+json.")
	case header.has("ce-specversion"):
		e, err := binary(header, kind, body)
		if err != nil {
			return nil, err
		}
		return []item{{value: e}}, event(e)
	default: // a sender that calls its events plain JSON
		if strings.HasPrefix(strings.TrimSpace(string(body)), "[") {
			return openBatch(body)
		}
		return openEvent(body)
	}
}

func openEvent(body []byte) ([]item, error) {
	v, err := decode(body)
	if err != nil {
		return nil, err
	}
	e, ok := v.(map[string]any)
	if !ok {
		return nil, fault.New(fault.Invalid, "The body is no event: it is no JSON object.")
	}
	unpack(e)
	return []item{{value: e}}, event(e)
}

func openBatch(body []byte) ([]item, error) {
	v, err := decode(body)
	if err != nil {
		return nil, err
	}
	list, ok := v.([]any)
	if !ok {
		return nil, fault.New(fault.Invalid, "The body is no batch of events: it is no JSON array.")
	}
	items := make([]item, len(list))
	for i, x := range list {
		e, ok := x.(map[string]any)
		if !ok {
			return nil, fault.New(fault.Invalid, "Event %d of the batch is no JSON object.", i+1)
		}
		if err := event(e); err != nil {
			return nil, err
		}
		unpack(e)
		items[i] = item{value: e}
	}
	return items, nil
}

// event checks that an event has what every event must have.
func event(e map[string]any) error {
	for _, name := range []string{"specversion", "id", "source", "type"} {
		if s, ok := e[name].(string); !ok || s == "" {
			return fault.New(fault.Invalid, "The event has no %s.", name).Instead("Send CloudEvents 1.0.")
		}
	}
	if v := e["specversion"].(string); v != "1.0" {
		return fault.New(fault.Invalid, "The event is of CloudEvents %s.", clip(v, 20)).Instead("Send CloudEvents 1.0.")
	}
	return nil
}

// binary makes an event of headers that begin with ce- and a body that is its data.
func binary(header Header, kind string, body []byte) (map[string]any, error) {
	e := map[string]any{}
	for name, values := range header {
		attribute, ok := strings.CutPrefix(strings.ToLower(name), "ce-")
		if ok && len(values) > 0 {
			e[attribute] = percent(values[0])
		}
	}
	if kind != "" {
		e["datacontenttype"] = kind
	}
	switch {
	case len(body) == 0:
	case isJSON(kind):
		v, err := decode(body)
		if err != nil {
			return nil, err
		}
		e["data"] = v
	default:
		e["data"] = string(body)
	}
	return e, nil
}

// unpack opens data that stands as base64 in an event; what cannot be opened stays as it is.
func unpack(e map[string]any) {
	s, ok := e["data_base64"].(string)
	if !ok || e["data"] != nil {
		return
	}
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return
	}
	e["data"] = string(b)
	kind, _ := e["datacontenttype"].(string)
	if kind = mediaType(kind); kind != "" && !isJSON(kind) {
		return
	}
	if v, err := decode(b); err == nil {
		e["data"] = v
	}
}

func isJSON(kind string) bool {
	return kind == "" || kind == "application/json" || kind == "text/json" || strings.HasSuffix(kind, "+json")
}

// percent puts back what a header's value has as %XX, and takes off quotation marks around it.
func percent(s string) string {
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		s = strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(s[1 : len(s)-1])
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if x, err := hex.DecodeString(s[i+1 : i+3]); err == nil {
				b.WriteByte(x[0])
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
