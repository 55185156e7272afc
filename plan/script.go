package plan

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/ethereum/go-ethereum/crypto"
)

// maxPicture is how large a picture of a scenario may be, in bytes.
const maxPicture = 2 << 20

// Encrypted reports whether a file is encrypted with age.
func Encrypted(file []byte) bool {
	return bytes.HasPrefix(file, []byte("age-encryption.org/")) || bytes.HasPrefix(bytes.TrimSpace(file), []byte("-----BEGIN AGE ENCRYPTED FILE-----"))
}

// ReadScripts puts the scripts of a plan's scenarios into them, from the files that were stored with the plan. Those that are encrypted are
// opened by unseal; without it, and where it fails, they stay closed. What is not the file that the plan was adopted with is passed over.
func (p *Plan) ReadScripts(files map[string][]byte, unseal func(name string, file []byte) ([]byte, error)) (errs []error) {
	for i := range p.Exercises.Scenarios {
		s := &p.Exercises.Scenarios[i]
		if s.Script == "" || s.Text != "" || !p.covers(s.Script, files[s.Script]) {
			continue
		}
		if s.read(files); !s.Sealed || unseal == nil {
			continue
		}
		text, err := unseal(s.Script, files[s.Script])
		if err != nil {
			errs = append(errs, err)
			continue
		}
		s.Text = string(text)
	}
	return errs
}

// covers reports whether a file is one that the plan was adopted with.
func (p *Plan) covers(name string, file []byte) bool {
	return slices.Contains(p.Attachments, Attachment{Name: name, Hash: crypto.Keccak256Hash(file)})
}

// Covered returns a file that the plan names, as it was adopted with; false if it is not among the files, or is another one.
func (p *Plan) Covered(files map[string][]byte, name string) ([]byte, bool) {
	b, ok := files[name]
	return b, ok && p.covers(name, b)
}

func (s *Scenario) read(files map[string][]byte) {
	b := files[s.Script]
	if s.Sealed = Encrypted(b); !s.Sealed {
		s.Text = string(b)
	}
}

// PictureType is the media type of a picture that a scenario can show, by its name and how it begins; false if it is none.
func PictureType(name string, b []byte) (string, bool) {
	switch strings.ToLower(path.Ext(name)) {
	case ".png":
		return "image/png", bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n"))
	case ".jpg", ".jpeg":
		return "image/jpeg", bytes.HasPrefix(b, []byte("\xff\xd8\xff"))
	case ".webp":
		return "image/webp", len(b) > 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP"
	case ".svg":
		return "image/svg+xml", bytes.Contains(b[:min(len(b), 4<<10)], []byte("<svg"))
	}
	return "", false
}

// badPicture says why a file cannot be shown in an exercise, and what would; both are empty if it can.
func badPicture(name string, b []byte) (say, do string) {
	if _, ok := PictureType(name, b); !ok {
		return fmt.Sprintf("%q is no picture", clip(name)), "save it as PNG, JPEG, WebP or SVG, and name it so: .png, .jpg, .webp, .svg"
	}
	if len(b) > maxPicture {
		return fmt.Sprintf("%q is larger than %d MiB", clip(name), maxPicture>>20), "save it smaller"
	}
	return "", ""
}
