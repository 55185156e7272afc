package journal

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
)

// File is what a record says about a file that was handed in with it: the bytes lie beside the stream, under the id. An event's
// data holds it as "file"; when the bytes are removed, a later event's data lists the id in "discarded".
type File struct {
	ID     string `json:"id"`     // within the stream
	Media  string `json:"media"`  // media type, such as image/png
	Size   int64  `json:"size"`   // bytes
	SHA256 string `json:"sha256"` // hexadecimal, of the bytes
}

// Path is where an export keeps the file, within the folder of evidence. It says nothing that was chosen by whoever handed it in
// but the form.
func (f File) Path() string {
	id := make([]byte, 0, len(f.ID))
	for _, c := range []byte(f.ID) {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' {
			id = append(id, c)
		}
	}
	return string(id) + ending(f.Media)
}

// ending is what names of files of a media type end with.
func ending(media string) string {
	switch media {
	case "image/png":
		return ".png"
	case "image/jpeg":
		return ".jpg"
	case "application/pdf":
		return ".pdf"
	case "application/json":
		return ".json"
	case "application/zip":
		return ".zip"
	case "text/plain":
		return ".txt"
	case "text/csv":
		return ".csv"
	}
	return ".bin"
}

// fileMark stands in the bytes of every record that names files; most records are not looked into further.
var (
	fileMark    = []byte(`"file":{`)
	discardMark = []byte(`"discarded":[`)
)

// filesNamed returns the files that records name and that were not discarded since, and the number of the record of each.
func filesNamed(records []Record) (files []File, at []uint64) {
	gone := map[string]bool{}
	var found []File
	var seqs []uint64
	for i := range records {
		f, discarded := namedIn(&records[i])
		for _, id := range discarded {
			gone[id] = true
		}
		if f != nil {
			found, seqs = append(found, *f), append(seqs, records[i].Seq)
		}
	}
	for i, f := range found {
		if !gone[f.ID] {
			files, at = append(files, f), append(at, seqs[i])
		}
	}
	return files, at
}

// namedIn reads from a record which file it names and which it says are discarded.
func namedIn(r *Record) (*File, []string) {
	if !bytes.Contains(r.Bytes, fileMark) && !bytes.Contains(r.Bytes, discardMark) {
		return nil, nil
	}
	e, err := r.envelope()
	if err != nil {
		return nil, nil
	}
	var data struct {
		File      *File    `json:"file"`
		Discarded []string `json:"discarded"`
	}
	if json.Unmarshal(e.Data, &data) != nil {
		return nil, nil // it means something else by these words
	}
	if f := data.File; f != nil {
		if sum, err := hex.DecodeString(f.SHA256); err != nil || len(sum) != 32 || f.ID == "" {
			data.File = nil
		}
	}
	return data.File, data.Discarded
}
