package plan

import (
	"errors"
	"testing"
)

// What is no plan is read as strictly as one, and each value knows its place.
func TestReadIsStrict(t *testing.T) {
	type item struct {
		ID   string   `yaml:"id" plan:"required form=id"`
		Text string   `yaml:"text" plan:"required"`
		At   Duration `yaml:"at" plan:"zero"`
	}
	type sheet struct {
		Name  string `yaml:"name" plan:"required"`
		Kind  string `yaml:"kind" plan:"one=a|b"`
		Items []item `yaml:"items"`
	}
	var s sheet
	src, err := Read("x.yaml", []byte("name: N\nitems:\n  - {id: one, text: T, at: 0s}\n"), &s)
	if err != nil || s.Name != "N" || s.Items[0].ID != "one" || src.At("items[one].text").Line != 3 {
		t.Fatalf("%+v, %v, %v", s, src.At("items[one].text"), err)
	}
	for text, want := range map[string]string{
		"name: N\nnmae: M\n": `"nmae" is not a key of a sheet`,
		"kind: a\n":          `a sheet has no "name"`,
		"name: N\nkind: c\n": `"c" is none of the values of "kind"`,
		"name: N\nname: M\n": `the key "name" stands twice`,

		"name: N\nitems:\n  - {id: One, text: T}\n":                     `"One" cannot be an id`,
		"name: N\nitems: [{id: a, text: T}, {id: a}]\n":                 `an item has no "text"`,
		"name: N\nitems:\n  - {id: a, text: T}\n  - {id: a, text: U}\n": `the id "a" is taken by another item`,

		"name: [": `this is not YAML: a value is expected here`,
		"":        `this file is empty`,
	} {
		var problems Problems
		if _, err := Read("x.yaml", []byte(text), &sheet{}); !errors.As(err, &problems) || problems[0].Say != want {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := Read("x.yaml", []byte("name: N"), s); err == nil {
		t.Error("a file is read into nothing")
	}
}
