package plan

import (
	_ "embed"
	"slices"
)

//go:generate go test -run TestSchemaIsUpToDate . -rewrite

//go:embed schema.json
var schema []byte

// Schema returns the JSON Schema of a plan's files, for editors. It is made from the model and its comments.
func Schema() []byte { return slices.Clone(schema) }
