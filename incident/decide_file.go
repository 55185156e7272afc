package incident

import (
	"encoding/hex"
	"fmt"
	"path"
	"strings"

	"tocsin/fault"
	"tocsin/journal"
)

// The bounds of files that are put into the record, in bytes. Larger ones belong where large files are kept, with a link and their
// hash in the record.
const (
	MaxFile    = 10 << 20  // each
	MaxFiles   = 200 << 20 // of an incident together
	maxName    = 255
	maxMedia   = 100
	plainBytes = "application/octet-stream"
)

// checkFile says why a file cannot be put into the record, and returns what the record says of it. name is the file's own, which
// loses the folders before it.
func (d *decider) checkFile(name string, f journal.File) (string, journal.File, error) {
	name = path.Base(strings.ReplaceAll(name, "\\", "/"))
	if len(name) > maxName {
		return "", f, fault.New(fault.Invalid, "The name of the file is longer than %d bytes.", maxName).Instead("Rename it, and attach it again.")
	}
	if name == "" || name == "." || name == ".." || name == "/" || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return "", f, fault.New(fault.Invalid, "The file has no name.").Instead("Rename it, and attach it again.")
	}
	if sum, err := hex.DecodeString(f.SHA256); err != nil || len(sum) != 32 || f.SHA256 != strings.ToLower(f.SHA256) {
		return "", f, fault.New(fault.Invalid, "%q is not the SHA-256 of a file.", clip(f.SHA256)).Instead("Give 64 hexadecimal digits.")
	}
	switch {
	case f.Size < 1:
		return "", f, fault.New(fault.Invalid, "The file is empty.")
	case f.Size > MaxFile:
		return "", f, fault.New(fault.Invalid, "The file is larger than %d MiB.", MaxFile>>20).Instead("Keep it elsewhere, and attach a link to it and its hash.")
	}
	total := f.Size
	for _, e := range d.s.Evidence {
		if e.File != nil && !e.Gone {
			total += e.File.Size
		}
	}
	if total > MaxFiles {
		return "", f, fault.New(fault.Conflict, "With this file the incident's files would be larger than %d MiB together.", MaxFiles>>20).
			Instead("Keep it elsewhere, and attach a link to it and its hash.")
	}
	f.Media = mediaOf(f.Media)
	return name, f, nil
}

// mediaOf is a media type in lower case, without what follows it; what is none counts as plain bytes.
func mediaOf(s string) string {
	s, _, _ = strings.Cut(s, ";")
	s = strings.ToLower(strings.TrimSpace(s))
	kind, sub, ok := strings.Cut(s, "/")
	odd := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && !strings.ContainsRune("!#$&-^_.+", r)
	}
	if !ok || kind == "" || sub == "" || len(s) > maxMedia || strings.ContainsFunc(kind, odd) || strings.ContainsFunc(sub, odd) {
		return plainBytes
	}
	return s
}

// bytesInWords is a size as people read it.
func bytesInWords(n int64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return many(int(n), "byte")
}
