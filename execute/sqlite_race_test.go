//go:build race

package execute

import (
	"testing"

	"tocsin/store"
	"tocsin/store/memory"
)

// open is an empty database for a test to which any will do: SQLite is a great deal of C, translated, that takes minutes to compile with
// the race detector and runs many times slower, and none of its goroutines are ours.
func open(testing.TB) store.Store { return memory.New(nil) }
