package plan

import (
	"bytes"
	"encoding"
	"fmt"
	"os"
	"reflect"
	"testing"
	"testing/fstest"
	"time"

	"tocsin/evm"
)

func loadExample(t testing.TB) *Plan {
	t.Helper()
	p, _, err := Load(os.DirFS("../examples/vault"))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestCanonicalFormRoundTrips(t *testing.T) {
	p := loadExample(t)
	q, err := ParseCanonical(p.Canonical())
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(p, q) {
		t.Error("the plan read back differs from the plan written")
	}
	if p.Hash() != q.Hash() {
		t.Error("the plan read back has another hash")
	}
}

// filled returns a value of the type in which nothing is zero.
func filled(t reflect.Type) reflect.Value {
	v := reflect.New(t).Elem()
	switch x := v.Addr().Interface().(type) {
	case *Duration:
		*x = Duration(90 * time.Second)
	case *Date:
		x.Time = time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	case *Timing:
		*x = Timing{From: "resolution", After: Duration(48 * time.Hour)}
	case *evm.Address:
		x[19] = 1
	case *evm.Hash:
		x[31] = 1
	default:
		switch t.Kind() {
		case reflect.Struct:
			for i := range t.NumField() {
				if t.Field(i).Tag.Get("json") != "-" { // what is no part of the hash is no part of the canonical form
					v.Field(i).Set(filled(t.Field(i).Type))
				}
			}
		case reflect.Pointer:
			v.Set(filled(t.Elem()).Addr())
		case reflect.Slice:
			v.Set(reflect.Append(v, filled(t.Elem()), filled(t.Elem())))
		case reflect.Map:
			v.Set(reflect.MakeMap(t))
			v.SetMapIndex(reflect.ValueOf("name"), filled(t.Elem()))
		case reflect.String:
			v.SetString("text <&> \u2028 \"x\"")
		case reflect.Bool:
			v.SetBool(true)
		case reflect.Int:
			v.SetInt(7)
		case reflect.Uint64:
			v.SetUint(1<<63 + 1)
		case reflect.Float64:
			v.SetFloat(2.5)
		default:
			panic(fmt.Sprintf("the canonical form does not know %s", t))
		}
	}
	return v
}

// each calls f for every value that a plan in which nothing is zero consists of.
func each(v reflect.Value, path string, f func(path string, v reflect.Value)) {
	if v.Kind() != reflect.Pointer { // nothing and a pointer to nothing are the same
		f(path, v)
	}
	if _, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).Tag.Get("json") != "-" {
				each(v.Field(i), path+"."+v.Type().Field(i).Name, f)
			}
		}
	case reflect.Pointer:
		each(v.Elem(), path, f)
	case reflect.Slice:
		for i := range v.Len() {
			each(v.Index(i), fmt.Sprintf("%s[%d]", path, i), f)
		}
	}
}

func TestEveryKeyChangesTheHash(t *testing.T) {
	whole := filled(reflect.TypeFor[Plan]())
	p := whole.Addr().Interface().(*Plan)
	q, err := ParseCanonical(p.Canonical())
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(p, q) {
		t.Fatal("a plan that uses every key does not survive its canonical form")
	}
	seen := map[evm.Hash]string{p.Hash(): "the whole plan"}
	count := 0
	each(whole, "plan", func(path string, v reflect.Value) {
		if path == "plan" || v.IsZero() {
			return
		}
		old := reflect.New(v.Type()).Elem()
		old.Set(v)
		v.SetZero()
		h := p.Hash()
		if other, taken := seen[h]; taken {
			t.Errorf("without %s the hash is that of %s", path, other)
		}
		seen[h] = "the plan without " + path
		v.Set(old)
		count++
	})
	if count < 300 {
		t.Errorf("only %d values were changed", count)
	}
}

// The hash of this plan was taken when the format was published. If it changes, plans in force would have to be adopted
// anew: that needs another domain, never a change of the test.
func TestHashIsStable(t *testing.T) {
	p := &Plan{
		Tocsin: 1, Protocol: "harbour-vault", Name: "Harbour <Vault>",
		Issues:    []Issue{{ID: "a", QuietFor: Duration(time.Minute)}, {}},
		Detectors: []Detector{{ID: "d", Factor: 2.5, Expect: map[string]string{"b": "", "a": "1"}}},
		Reviewed:  Date{time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)},
	}
	const form = `{"detectors":[{"expect":{"a":"1","b":""},"factor":2.5,"id":"d"}],"issues":[{"id":"a","quiet_for":"1m"},{}],"name":"Harbour <Vault>","protocol":"harbour-vault","reviewed":"2026-11-02","tocsin":1}`
	if got := string(p.Canonical()); got != form {
		t.Errorf("canonical form\n got %s\nwant %s", got, form)
	}
	const hash = "0xc06f47146e9c13a79b22ecf870c41db04a9d83994c72b37051d684862223cd79"
	if got := p.Hash().Hex(); got != hash {
		t.Errorf("hash\n got %s\nwant %s", got, hash)
	}
}

func TestHashIgnoresFormAndFiles(t *testing.T) {
	load := func(files fstest.MapFS) *Plan {
		t.Helper()
		p, _, err := Load(files)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	one := load(fstest.MapFS{"plan.yaml": {Data: []byte("tocsin: 1\nprotocol: a\nname: A\ncategories:\n  - {id: x, name: X}\n  - {id: y, name: Y}\n")}})
	split := load(fstest.MapFS{
		"1.yaml":     {Data: []byte("# a comment\r\nname: \"A\"\r\ncategories: [{name: X, id: x}]\r\n")},
		"2.yml":      {Data: []byte("\ufeffcategories:\n- name: >-\n    Y\n  id: 'y'\n")},
		"plan.yaml":  {Data: []byte("protocol:   a\n\ntocsin: 1")},
		"README.md":  {Data: []byte("not read")},
		".hid.yaml":  {Data: []byte("not: read")},
		"sub/x.yaml": {Data: []byte("not: read")},
	})
	if one.Hash() != split.Hash() {
		t.Errorf("the same plan in other files has another hash:\n%s\n%s", one.Canonical(), split.Canonical())
	}
	swapped := load(fstest.MapFS{"plan.yaml": {Data: []byte("tocsin: 1\nprotocol: a\nname: A\ncategories:\n  - {id: y, name: Y}\n  - {id: x, name: X}\n")}})
	if one.Hash() == swapped.Hash() {
		t.Error("the order of list items does not count")
	}
}

func TestHashCoversFilesThePlanNames(t *testing.T) {
	load := func(abi string) *Plan {
		t.Helper()
		p, src, err := Load(fstest.MapFS{
			"abi/vault.json": {Data: []byte(abi)},
			"plan.yaml": {Data: []byte("tocsin: 1\nprotocol: a\nname: A\nchains: [{id: 1, name: Main}]\nassets:\n" +
				"  - {id: v, name: V, kind: contract, chain: 1, address: \"0x88bC4F6FCb5515C41D03673c039C596FA63952a9\", abi_file: abi/vault.json}\n")},
		})
		if err != nil {
			t.Fatal(err)
		}
		if string(src.Files["abi/vault.json"]) != abi {
			t.Error("the source does not hold the file that the plan names")
		}
		return p
	}
	a, b := load(`[{"type":"function","name":"pause"}]`), load(`{"abi":[{"type":"function","name":"unpause"}]}`)
	if a.Hash() == b.Hash() {
		t.Error("another ABI file does not change the hash")
	}
}

func TestParseCanonicalRefusesOtherForms(t *testing.T) {
	for _, s := range []string{
		``, `null`, `[]`, `{"tocsin":1} `, `{ "tocsin":1}`, `{"tocsin":0}`, `{"tocsin":1,"name":"A"}`, `{"tocsin":1}{}`,
		`{"name":"A","name":"B"}`, `{"nope":1}`, `{"reviewed":"2026-13-01"}`, `{"issues":[]}`, `{"TOCSIN":1}`, `{"issues":null}`,
	} {
		if _, err := ParseCanonical([]byte(s)); err == nil {
			t.Errorf("%s was read as canonical", s)
		}
	}
}

func FuzzParseCanonical(f *testing.F) {
	f.Add(loadExample(f).Canonical())
	f.Add([]byte(`{"tocsin":1}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := ParseCanonical(b)
		if err == nil && !bytes.Equal(p.Canonical(), b) {
			t.Error("two canonical forms for one plan")
		}
	})
}
