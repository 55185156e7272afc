package plan

import (
	"bytes"
	"encoding/json"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"tocsin/evm"
)

var rewrite = flag.Bool("rewrite", false, "write golden files anew instead of comparing with them")

func TestSchemaIsUpToDate(t *testing.T) {
	want, err := json.MarshalIndent(newSchema(t), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	want = append(want, '\n')
	if *rewrite {
		if err := os.WriteFile("schema.json", want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(Schema(), want) {
		t.Error("plan/schema.json does not match the model: run go generate ./plan")
	}
}

// An editor shows these while somebody writes a plan.
func TestSchemaDescribesEverySection(t *testing.T) {
	var s struct {
		Properties map[string]struct{ Description string }
	}
	if err := json.Unmarshal(Schema(), &s); err != nil {
		t.Fatal(err)
	}
	for _, f := range fields(reflect.TypeFor[Plan]()) {
		if s.Properties[f.key].Description == "" {
			t.Errorf("the schema does not say what %q is", f.key)
		}
	}
}

// A node of the schema; keys in the order of their names.
type node = map[string]any

// newSchema makes the JSON Schema of one file of a plan. A file may hold any of the sections, so none is required of it.
func newSchema(t *testing.T) node {
	m := &schemaMaker{docs: modelDocs(t), defs: node{}}
	root := m.structure(reflect.TypeFor[Plan]())
	delete(root, "required")
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = "Tocsin plan"
	root["$defs"] = m.defs
	return root
}

type schemaMaker struct {
	docs map[string]string // sentence by Type or Type.Field
	defs node
}

func (m *schemaMaker) structure(t reflect.Type) node {
	properties := node{}
	var required []string
	for _, f := range fields(t) {
		p := m.value(t.Field(f.index).Type, f)
		if doc := m.describe(t, f); doc != "" {
			p["description"] = doc
		}
		if t == reflect.TypeFor[Plan]() && f.key == "tocsin" {
			p["const"] = Format
		}
		properties[f.key] = p
		if f.required {
			required = append(required, f.key)
		}
	}
	o := node{"type": "object", "additionalProperties": false, "properties": properties, "description": m.docs[t.Name()]}
	if len(required) > 0 {
		o["required"] = required
	}
	return o
}

// describe says what belongs into a key: what the model's comment says, or what follows from its type.
func (m *schemaMaker) describe(t reflect.Type, f field) string {
	v := t.Field(f.index).Type
	list := v.Kind() == reflect.Slice
	if doc := m.docs[t.Name()+"."+t.Field(f.index).Name]; doc != "" {
		return doc
	}
	for v.Kind() == reflect.Slice || v.Kind() == reflect.Pointer || v.Kind() == reflect.Map {
		v = v.Elem()
	}
	switch {
	case len(f.ref) > 0 && list:
		return "Ids, each of " + kinds(f.ref) + "."
	case len(f.ref) > 0:
		return "The id of " + kinds(f.ref) + "."
	case f.form == "id":
		return "The id by which the rest of the plan refers to it: lower-case letters, digits and hyphens."
	case v == reflect.TypeFor[Duration]():
		return "A length of time, such as 30s, 5m, 2h or 7d."
	case v == reflect.TypeFor[Date]():
		return "A day, such as 2026-11-21."
	case v == reflect.TypeFor[Timing]():
		return "When it is owed: hourly, every 4 hours, open until completion, validation, resolution + 2 days."
	case v == reflect.TypeFor[evm.Address]():
		return "An account's address, 0x and 40 hexadecimal digits in quotes; TBD while it is not known."
	case v.Kind() == reflect.Struct:
		return m.docs[v.Name()]
	case f.key == "name":
		return "What people call it."
	}
	return ""
}

func (m *schemaMaker) value(t reflect.Type, f field) node {
	switch t {
	case reflect.TypeFor[Duration]():
		return node{"type": "string", "pattern": `^[0-9]`, "examples": []string{"30s", "5m", "2h", "7d"}}
	case reflect.TypeFor[Date]():
		return node{"type": "string", "format": "date"}
	case reflect.TypeFor[Timing]():
		return node{"type": "string", "examples": []string{"hourly", "every 4 hours", "open until completion", "validation", "resolution + 2 days"}}
	case reflect.TypeFor[evm.Address]():
		return node{"type": "string", "pattern": "^(0x[0-9a-fA-F]{40}|[Tt][Bb][Dd])$"}
	case reflect.TypeFor[evm.Hash]():
		return node{"type": "string", "pattern": "^0x[0-9a-fA-F]{64}$"}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return m.value(t.Elem(), f)
	case reflect.Struct:
		if _, known := m.defs[t.Name()]; !known {
			m.defs[t.Name()] = node{} // keeps the name while its own fields are made
			m.defs[t.Name()] = m.structure(t)
		}
		return node{"$ref": "#/$defs/" + t.Name()}
	case reflect.Slice:
		o := node{"type": "array", "items": m.value(t.Elem(), f)}
		if f.required {
			o["minItems"] = 1
		}
		return o
	case reflect.Map:
		return node{"type": "object", "additionalProperties": m.value(t.Elem(), f)}
	case reflect.Bool:
		return node{"type": "boolean"}
	case reflect.Int, reflect.Uint64:
		return node{"type": "integer", "minimum": 0}
	case reflect.Float64:
		return node{"type": "number", "minimum": 0}
	}
	o := node{"type": "string", "minLength": 1}
	if len(f.one) > 0 {
		o = node{"enum": f.one}
	}
	switch f.form {
	case "id":
		o["pattern"], o["maxLength"] = idForm.String(), longest
	case "env":
		o["pattern"] = envForm.String()
	case "url":
		o["format"] = "uri"
	case "decimal":
		o["pattern"] = "^(0|[1-9][0-9]*)$"
	case "clock":
		o["pattern"] = "^([01]?[0-9]|2[0-3]):[0-5][0-9]$"
	case "depth":
		o["pattern"] = "^(0|[1-9][0-9]*|safe|finalized)$"
	}
	return o
}

// modelDocs reads the comments of the model: of a type the whole, of a field the one behind it.
func modelDocs(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	docs := map[string]string{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			decl, ok := n.(*ast.GenDecl)
			if !ok || decl.Tok != token.TYPE {
				return true
			}
			for _, s := range decl.Specs {
				spec := s.(*ast.TypeSpec)
				docs[spec.Name.Name] = sentence(decl.Doc, spec.Name.Name)
				structure, ok := spec.Type.(*ast.StructType)
				if !ok {
					continue
				}
				for _, f := range structure.Fields.List {
					for _, ident := range f.Names {
						docs[spec.Name.Name+"."+ident.Name] = sentence(f.Comment, "")
					}
				}
			}
			return true
		})
	}
	return docs
}

// sentence makes a comment into a sentence about the thing itself: "LookAlike is something …" becomes "Something …".
func sentence(c *ast.CommentGroup, name string) string {
	s := strings.Join(strings.Fields(c.Text()), " ")
	if rest, ok := strings.CutPrefix(s, name+" is "); ok && name != "" {
		s = rest
	} else if rest, ok := strings.CutPrefix(s, name+" "); ok && name != "" {
		s = rest
	}
	if s == "" {
		return ""
	}
	s = strings.ToUpper(s[:1]) + s[1:]
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	return s
}

// Whoever edits a plan reads the schema's words: each type has some, and every key of the model is in it.
func TestSchemaCoversTheModel(t *testing.T) {
	var s struct {
		Properties map[string]any `json:"properties"`
		Defs       map[string]struct {
			Description string         `json:"description"`
			Properties  map[string]any `json:"properties"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal(Schema(), &s); err != nil {
		t.Fatal(err)
	}
	for _, f := range fields(reflect.TypeFor[Plan]()) {
		if s.Properties[f.key] == nil {
			t.Errorf("the schema lacks %q", f.key)
		}
	}
	for name, d := range s.Defs {
		if d.Description == "" || len(d.Properties) == 0 {
			t.Errorf("the schema says nothing about %s", name)
		}
	}
	if len(s.Defs) < 30 {
		t.Errorf("the schema has %d types only", len(s.Defs))
	}
}

// Every value of the model has a YAML key and a JSON key that are the same, so that what people read in an error, in the
// schema and in the canonical form is one word.
func TestKeysAgree(t *testing.T) {
	seen := map[reflect.Type]bool{}
	var walk func(reflect.Type)
	walk = func(st reflect.Type) {
		for st.Kind() == reflect.Slice || st.Kind() == reflect.Pointer || st.Kind() == reflect.Map {
			st = st.Elem()
		}
		if st.Kind() != reflect.Struct || seen[st] || st == reflect.TypeFor[Date]() || st == reflect.TypeFor[Timing]() {
			return
		}
		seen[st] = true
		for i := range st.NumField() {
			f := st.Field(i)
			y := f.Tag.Get("yaml")
			j, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if y != j && j != "-" && st != reflect.TypeFor[Attachment]() && f.Type != reflect.TypeFor[[]Attachment]() {
				t.Errorf("%s.%s is %q in YAML and %q in JSON", st.Name(), f.Name, y, j)
			}
			walk(f.Type)
		}
	}
	walk(reflect.TypeFor[Plan]())
	if len(seen) < 35 {
		t.Errorf("only %d types seen", len(seen))
	}
}
