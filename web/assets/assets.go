// Package assets owns the console's style sheets, scripts and drawings, and serves them under addresses that change with
// their content, so that a browser may keep them for ever and a new release is never seen with an old look.
package assets

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"time"
)

//go:embed *.css *.js *.svg
var files embed.FS

// Set is the files with their version. It is an http.Handler for the addresses that Path gives.
type Set struct {
	version string // of all files together, hex
	content map[string][]byte
}

// New reads the embedded files.
func New() (*Set, error) {
	s := &Set{content: map[string][]byte{}}
	entries, err := fs.ReadDir(files, ".") // sorted by name, so that the version is the same on every machine
	if err != nil {
		return nil, fmt.Errorf("read embedded assets: %w", err)
	}
	sum := sha256.New()
	for _, e := range entries {
		b, err := fs.ReadFile(files, e.Name())
		if err != nil {
			return nil, fmt.Errorf("read embedded asset %s: %w", e.Name(), err)
		}
		s.content[e.Name()] = b
		fmt.Fprintf(sum, "%s %d\n", e.Name(), len(b))
		sum.Write(b)
	}
	s.version = hex.EncodeToString(sum.Sum(nil)[:6])
	return s, nil
}

// Path is the address of a file, to be served by s under /assets/.
func (s *Set) Path(name string) string { return "/assets/" + s.version + "/" + name }

// ServeHTTP answers GET /assets/{version}/{name}. A file asked for under another version is served, but not to be kept.
func (s *Set) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := path.Base(r.URL.Path)
	b, ok := s.content[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	if path.Base(path.Dir(r.URL.Path)) == s.version {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		h.Set("Cache-Control", "no-cache")
	}
	h.Set("ETag", `"`+s.version+`"`)
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(b))
}
