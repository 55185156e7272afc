package journal

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strings"

	"tocsin/fault"
)

// limits bound what an archive may make us hold in memory.
type limits struct {
	files int
	bytes int64 // of all files, unpacked
}

var exportLimits = limits{files: 20_000, bytes: 512 << 20}

func invalid(format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, format, args...)
}

// readArchive unpacks a zip archive into memory. Sizes are counted while unpacking: what the archive says is not believed.
func readArchive(r io.ReaderAt, size int64, limit limits) (map[string][]byte, error) {
	z, err := zip.NewReader(r, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, invalid("This is not an export: it is no whole zip archive.").Because(err)
	}
	if len(z.File) > limit.files {
		return nil, invalid("The archive holds %d files, more than the %d that an export may have.", len(z.File), limit.files)
	}
	files := map[string][]byte{}
	folded := map[string]bool{}
	left := limit.bytes
	for _, f := range z.File {
		if err := checkName(f.Name); err != nil {
			return nil, invalid("The archive holds a file that no export has.").Because(err)
		}
		// A file system that ignores case would unpack both into one.
		fold := strings.ToLower(f.Name)
		if folded[fold] {
			return nil, invalid("The archive holds %q twice.", f.Name)
		}
		folded[fold] = true
		b, err := readFile(f, left)
		if err != nil {
			return nil, invalid("The file %q of the archive cannot be unpacked.", f.Name).Because(err)
		}
		left -= int64(len(b))
		files[f.Name] = b
	}
	return files, nil
}

func readFile(f *zip.File, limit int64) ([]byte, error) {
	if f == nil {
		return nil, errors.New("it is missing")
	}
	if !f.Mode().IsRegular() {
		return nil, errors.New("it is not a regular file")
	}
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(b)) > limit {
		return nil, errors.New("unpacked, the archive is larger than an export may be")
	}
	return b, nil
}

// earlierName is the name of a file of an earlier plan.
var earlierName = regexp.MustCompile(`^plans/0x[0-9a-f]{64}/(plan\.json|plan/.+)$`)

// checkName accepts the names of an export's files: relative, slash-separated, without dots that climb, and known.
func checkName(name string) error {
	if !fs.ValidPath(name) || strings.ContainsAny(name, "\\:\x00") {
		return fmt.Errorf("the name %q leads out of the archive", name)
	}
	switch {
	case name == manifestFile, name == planFile, name == eventsFile, name == openingsFile:
	case strings.HasPrefix(name, planFolder), strings.HasPrefix(name, evidenceDir):
	case earlierName.MatchString(name):
	default:
		return fmt.Errorf("%q is not a file of an export", name)
	}
	return nil
}
