package journal

import (
	"archive/zip"
	"bytes"
	"fmt"
	"testing"

	"tocsin/fault"
)

// bomb is an archive of files that unpack to size bytes each.
func bomb(t *testing.T, files, size int) *bytes.Reader {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := range files {
		w, err := z.Create(fmt.Sprint("evidence/", i))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(make([]byte, size)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(b.Bytes())
}

func TestArchiveLimits(t *testing.T) {
	limit := limits{files: 10, bytes: 1 << 20}
	for name, tt := range map[string]struct {
		files, size int
		ok          bool
	}{
		"within":         {10, 1 << 20 / 10, true},
		"exactly":        {1, 1 << 20, true},
		"one byte over":  {1, 1<<20 + 1, false},
		"all together":   {10, 1<<20/10 + 1, false},
		"too many files": {11, 0, false},
		"a bomb":         {1, 64 << 20, false},
	} {
		r := bomb(t, tt.files, tt.size)
		files, err := readArchive(r, r.Size(), limit)
		if tt.ok && (err != nil || len(files) != tt.files) || !tt.ok && !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %d files, %v", name, len(files), err)
		}
	}
}
