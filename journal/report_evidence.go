package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
)

// checkEvidence checks that the files are those that the records name, whatever the manifest says, and that the post-mortem is the
// one that was posted.
func (r *Report) checkEvidence(x Export) {
	files, at := filesNamed(x.Records)
	known := map[string]bool{}
	for i, f := range files {
		name := f.Path()
		known[name] = true
		b, ok := x.Evidence[name]
		if !ok {
			r.fail("The file %s%s, which record %d names, is missing.", evidenceDir, name, at[i])
			continue
		}
		if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != f.SHA256 {
			r.fail("The file %s%s is not the one that record %d names: its SHA-256 is %x.", evidenceDir, name, at[i], sum)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(x.Evidence)) {
		switch {
		case known[name]:
		case name == PostmortemFile:
			if !posted(x.Records, x.Evidence[name]) {
				r.fail("The file %s%s is not the post-mortem that a record holds.", evidenceDir, name)
			}
		default:
			r.fail("No record names the file %s%s.", evidenceDir, name)
		}
	}
}

// postmortemMark stands in the bytes of every record that publishes a post-mortem.
var postmortemMark = []byte(`"postmortem":true`)

// posted reports whether a record publishes a text as the post-mortem.
func posted(records []Record, text []byte) bool {
	for i := range records {
		if is, ok := postmortemIn(&records[i]); ok && is == string(text) {
			return true
		}
	}
	return false
}

// postmortemIn is the post-mortem that a record publishes, if it publishes one.
func postmortemIn(r *Record) (string, bool) {
	if !bytes.Contains(r.Bytes, postmortemMark) {
		return "", false
	}
	var data struct {
		Text       string `json:"text"`
		Postmortem bool   `json:"postmortem"`
	}
	e, err := r.envelope()
	if err != nil || json.Unmarshal(e.Data, &data) != nil {
		return "", false
	}
	return data.Text, data.Postmortem
}
