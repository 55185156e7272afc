package backtest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"tocsin/fault"
)

func zipped(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func squeezed(t testing.TB, b []byte, o ...zstd.EOption) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil, o...)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	return w.EncodeAll(b, nil)
}

// However the same blocks lie in files, the same is found.
func TestFormsOfTheSameBlocks(t *testing.T) {
	rec := recorded(t)
	whole := file(t, "blocks.jsonl", rec.lines...)
	o := Options{AttackTx: rec.attack}
	want := found(t, sound(t, o, whole))
	all, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	half := len(rec.lines) / 2
	wide := func(line []byte) []byte { // as other writers would
		return append(bytes.Replace(line, []byte(`{"block":`), []byte(`{ "traces" : [ {"txHash":null} ], "block" :  `), 1), ' ', '\r')
	}
	spaced := make([][]byte, 0, 2*len(rec.lines))
	for _, l := range rec.lines {
		spaced = append(spaced, wide(l), nil)
	}
	doubled := slices.Concat(rec.lines[:40], rec.lines[20:])
	for name, files := range map[string][]string{
		"gz":                 {raw(t, "blocks.jsonl.gz", zipped(t, all))},
		"gz in two parts":    {raw(t, "blocks.gz", slices.Concat(zipped(t, all[:len(all)/3]), zipped(t, all[len(all)/3:])))},
		"zst":                {raw(t, "blocks.jsonl.zst", squeezed(t, all))},
		"gz without a name":  {raw(t, "blocks", zipped(t, all))},
		"two files":          {file(t, "a.jsonl", rec.lines[:half]...), file(t, "b.jsonl", rec.lines[half:]...)},
		"two files, swapped": {file(t, "b.jsonl", rec.lines[half:]...), file(t, "a.jsonl", rec.lines[:half]...)},
		"three, mixed": {
			raw(t, "c.jsonl.zst", squeezed(t, bytes.Join(rec.lines[half:], []byte("\n")))), file(t, "a.jsonl", rec.lines[:10]...),
			raw(t, "b.jsonl.gz", zipped(t, bytes.Join(rec.lines[10:half], []byte("\n")))),
		},
		"blank lines, spaces, other parts": {file(t, "blocks.jsonl", spaced...)},
		"doubles":                          {file(t, "blocks.jsonl", doubled...)},
	} {
		for _, workers := range []int{2, 7} {
			o.Workers, o.Source = workers, nil
			r := sound(t, o, files...)
			if found(t, r) != want || !r.Verified {
				t.Errorf("%s, %d workers: another report\n%s\nwant\n%s", name, workers, found(t, r), want)
			}
			if doubles := uint64(len(doubled) - len(rec.lines)); (name == "doubles") != (r.Doubles == doubles) {
				t.Errorf("%s: %d doubles", name, r.Doubles)
			}
		}
	}
}

// Whatever is wrong with a line is said with its file and line, and what came before it is in the report.
func TestBadLines(t *testing.T) {
	rec := recorded(t)
	// before is how many good lines come first: the next one is a block with a transaction that succeeded.
	before := 5 + slices.IndexFunc(rec.lines[5:], func(l []byte) bool { return bytes.Contains(l, []byte(`"status":"0x1"`)) })
	next := func() []byte { return slices.Clone(rec.lines[before]) }
	swap := func(line []byte, old, with string) []byte {
		t.Helper()
		if !bytes.Contains(line, []byte(old)) {
			t.Fatalf("a line does not hold %s", old)
		}
		return bytes.Replace(line, []byte(old), []byte(with), 1)
	}
	b := rec.blocks[before]
	for _, c := range []struct {
		name string
		line []byte
		says string
	}{
		{"no JSON", []byte("hello"), "it is not JSON"},
		{"cut off", next()[:len(next())-20], "cut off"},
		{"two objects", append(next(), '{', '}'), "it is not JSON"},
		{"a list", []byte("[]"), "not a JSON object"},
		{"nothing in it", []byte("{}"), `no "block"`},
		{"block null", []byte(`{"block":null,"receipts":[]}`), `no "block"`},
		{"block of another shape", []byte(`{"block":{"number":"x"},"receipts":[]}`), "read block"},
		{"no receipts", swap(next(), `,"receipts":`, `,"others":`), `no "receipts"`},
		{"another receipts", swap(next(), `"status":"0x1"`, `"status":"0x0"`), "does not add up"},
		{"another hash", swap(next(), b.Hash.Hex(), b.ParentHash.Hex()), "does not add up"},
		{"another time", swap(next(), fmt.Sprintf(`"timestamp":"0x%x"`, b.Time), fmt.Sprintf(`"timestamp":"0x%x"`, b.Time+1)), "does not add up"},
		{"a block left out", rec.lines[before+1], fmt.Sprintf("block %d is missing", b.Number)},
		{"blocks left out", rec.lines[before+3], fmt.Sprintf("blocks %d to %d are missing", b.Number, b.Number+2)},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := file(t, "blocks.jsonl", slices.Concat(rec.lines[:before], [][]byte{c.line}, rec.lines[before+1:])...)
			r, err := run(t, Options{}, path)
			if !fault.Is(err, fault.Invalid) || !strings.Contains(fault.Sentence(err), fmt.Sprintf("%s:%d: ", path, before+1)) || !strings.Contains(fault.Sentence(err), c.says) {
				t.Fatalf("%v", err)
			}
			if r == nil || r.Blocks != uint64(before) || r.To != b.Number-1 || r.Error != fault.Sentence(err) {
				t.Errorf("report %+v", r)
			}
		})
	}
}

func TestBadFiles(t *testing.T) {
	rec := recorded(t)
	all := bytes.Join(rec.lines, []byte("\n"))
	cut := zipped(t, all)
	cut = cut[:len(cut)/2]
	short := squeezed(t, all)
	short = short[:len(short)/2]
	plain := file(t, "plain.jsonl", rec.lines...)
	for name, c := range map[string]struct {
		files []string
		says  string
		some  bool // blocks before it are replayed
	}{
		"not there":   {[]string{filepath.Join(t.TempDir(), "nothing")}, "cannot be read", false},
		"a folder":    {[]string{t.TempDir()}, "cannot be read", false},
		"empty":       {[]string{raw(t, "empty", nil)}, "no blocks", false},
		"twice":       {[]string{plain, plain}, "twice", false},
		"cut off":     {[]string{raw(t, "cut.gz", cut)}, "cut off", true},
		"cut off too": {[]string{raw(t, "cut.zst", short)}, "cut off", true},
		"wide window": {[]string{raw(t, "wide.zst", squeezed(t, bytes.Repeat(all, 40+(maxWindow/len(all))), zstd.WithWindowSize(2*maxWindow)))}, "window", false},
		"long line":   {[]string{file(t, "long", rec.lines[0], bytes.Repeat([]byte("a"), maxLine+16))}, ":2: the line is longer", true},
	} {
		r, err := run(t, Options{}, c.files...)
		if !fault.Is(err, fault.Invalid) || !strings.Contains(fault.Sentence(err), c.says) {
			t.Errorf("%s: %v", name, err)
		}
		if c.some != (r != nil && r.Blocks > 0) {
			t.Errorf("%s: report %+v", name, r)
		}
	}
}

// Lines come out of a file as they went in, whatever their length.
func TestLines(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var want [][]byte
	for range 200 {
		want = append(want, bytes.Repeat([]byte{'a' + byte(r.IntN(26))}, 1+r.IntN(1<<r.IntN(21))))
	}
	path := file(t, "lines", want...)
	for skip := range uint64(5) {
		l, err := openLines(path, &NewFiles(nil, false).read)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Skip(skip * 40); err != nil {
			t.Fatal(err)
		}
		for _, w := range want[skip*40:] {
			got, err := l.Next()
			if err != nil || !bytes.Equal(got, w) {
				t.Fatalf("line %d: %d bytes of %d, %v", l.n, len(got), len(w), err)
			}
		}
		l.Close()
	}
}
