package memory_test

import (
	"testing"

	"tocsin/store"
	"tocsin/store/memory"
	"tocsin/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(*testing.T) store.Store { return memory.New(nil) })
}
