package action

import (
	"testing"

	"tocsin/evm"
)

func TestLessonsCanBeRead(t *testing.T) {
	selectors := map[[4]byte]string{}
	for _, l := range lessonList {
		s := l.method.Signature()
		if l.method.Name == "" || l.say == "" {
			t.Errorf("a lesson about %q cannot be read", s)
		}
		if other, taken := selectors[l.method.Selector()]; taken {
			t.Errorf("%s has the selector of %s", s, other)
		}
		selectors[l.method.Selector()] = s
		for _, r := range l.proofs {
			if r.slot != (evm.Hash{}) {
				continue
			}
			m, err := evm.ParseSignature(r.function)
			if err != nil || len(m.Outputs) != 1 || len(m.Inputs) != len(r.args) {
				t.Errorf("%s: the proof %q cannot be asked: %v", s, r.function, err)
			}
		}
		for _, i := range l.new {
			if l.method.Inputs[i].Type.String() != "address" {
				t.Errorf("%s: argument %d is no account", s, i)
			}
		}
	}
	// By EIP-1967 the slots are the hashes of their names, less one.
	for name, slot := range map[string]evm.Hash{"eip1967.proxy.implementation": implementationSlot, "eip1967.proxy.admin": adminSlot} {
		want := evm.Keccak([]byte(name))
		want[31]--
		if slot != want {
			t.Errorf("%s is at %s, not %s", name, want, slot)
		}
	}
}
