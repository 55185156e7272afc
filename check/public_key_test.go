package check

import (
	"os"
	"slices"
	"testing"

	"tocsin/evm"
	"tocsin/plan"
)

func TestTheKeysOfTheExampleArePublic(t *testing.T) {
	p, _, err := plan.Load(os.DirFS("../examples/vault"))
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, r := range slices.Concat(p.CoreTeam, p.ExtendedTeam) {
		for _, k := range r.Keys {
			found++
			if !slices.Contains(publicKeys, k.Address) {
				t.Errorf("the key of %s is not known to be public", r.ID)
			}
		}
	}
	if found == 0 || slices.Contains(publicKeys, evm.Address{}) {
		t.Errorf("%d keys; %v", found, publicKeys)
	}
}
