package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
)

// commitDomain keeps commitments apart from every other use of SHA-256.
const commitDomain = "tocsin journal commitment 1\n"

// In compact JSON a quotation mark inside a string is escaped, so neither mark can begin within one: where these bytes
// stand, an object of exactly this shape stands.
const (
	personalMark = `{"$personal":"`
	commitMark   = `{"$commit":"`
)

// opening is what a commitment is opened with. The salt is hexadecimal.
type opening struct {
	Value string `json:"value"`
	Salt  string `json:"salt"`
}

// commitment returns SHA-256(domain ‖ salt ‖ length of value as 8 bytes, most significant first ‖ value) in hexadecimal.
func commitment(salt [16]byte, value string) string {
	b := make([]byte, 0, len(commitDomain)+len(salt)+8+len(value))
	b = append(b, commitDomain...)
	b = append(b, salt[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(len(value)))
	b = append(b, value...)
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// conceal replaces every marked text in compact JSON by a commitment to it, and returns what opens the commitments.
func conceal(data []byte, salt func() [16]byte) ([]byte, map[string]opening, error) {
	if !bytes.Contains(data, []byte(personalMark)) {
		return data, nil, nil
	}
	var out []byte
	openings := map[string]opening{}
	for {
		i := bytes.Index(data, []byte(personalMark))
		if i < 0 {
			return append(out, data...), openings, nil
		}
		start := i + len(personalMark) - 1
		end := stringEnd(data, start)
		if end >= len(data) || data[end] != '}' {
			// Not the mark alone in its object, so not a Personal.
			out = append(out, data[:end]...)
			data = data[end:]
			continue
		}
		var text string
		if err := json.Unmarshal(data[start:end], &text); err != nil {
			return nil, nil, fmt.Errorf("read personal text: %w", err)
		}
		s := salt()
		c := commitment(s, text)
		openings[c] = opening{Value: text, Salt: hex.EncodeToString(s[:])}
		out = append(out, data[:i]...)
		out = append(out, commitMark...)
		out = append(out, c...)
		out = append(out, `"}`...)
		data = data[end+1:]
	}
}

// stringEnd returns the index after the JSON string that starts at data[start].
func stringEnd(data []byte, start int) int {
	for i := start + 1; i < len(data); i++ {
		switch data[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(data)
}

// reveal puts the texts of checked openings back where their commitments stand. An opening of nothing in data is an error.
func reveal(data []byte, openings map[string]opening) ([]byte, error) {
	var out []byte
	found := map[string]bool{}
	for {
		i := bytes.Index(data, []byte(commitMark))
		if i < 0 {
			break
		}
		start := i + len(commitMark)
		end := stringEnd(data, start-1)
		var c string
		if end < len(data) && data[end] == '}' {
			c = string(data[start : end-1])
		}
		o, ok := openings[c]
		if !ok {
			out = append(out, data[:end]...)
			data = data[end:]
			continue
		}
		text, err := Personal(o.Value).MarshalJSON()
		if err != nil {
			return nil, err
		}
		found[c] = true
		out = append(out, data[:i]...)
		out = append(out, text...)
		data = data[end+1:]
	}
	for c := range openings {
		if !found[c] {
			return nil, fmt.Errorf("the opening of %s belongs to no field of the record", c)
		}
	}
	return append(out, data...), nil
}

// parseOpenings reads stored openings and checks each against its commitment.
func parseOpenings(b []byte) (map[string]opening, error) {
	if len(b) == 0 {
		return nil, nil
	}
	var m map[string]opening
	if err := strict(b, &m); err != nil {
		return nil, fmt.Errorf("read openings: %w", err)
	}
	for c, o := range m {
		raw, err := hex.DecodeString(o.Salt)
		if err != nil || len(raw) != 16 {
			return nil, fmt.Errorf("the opening of %s has no salt of 16 bytes", c)
		}
		if commitment([16]byte(raw), o.Value) != c {
			return nil, fmt.Errorf("the opening of %s does not match its commitment", c)
		}
	}
	return m, nil
}

// strict reads one JSON value that has no unknown fields and nothing after it.
func strict(b []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if d.More() || len(bytes.TrimSpace(b[d.InputOffset():])) > 0 {
		return errors.New("more than one value")
	}
	return nil
}

// encode writes v as one line of JSON without HTML escapes.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
