// Package examples holds complete plans of example protocols, for the demo and for those who start their own.
package examples

import (
	"embed"
	"io/fs"
)

//go:embed vault
var folder embed.FS

// Vault returns the plan folder of Harbour Vault.
func Vault() fs.FS {
	sub, err := fs.Sub(folder, "vault")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}
