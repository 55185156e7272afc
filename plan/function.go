package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tocsin/evm"
)

// FileABI reads the ABI that an asset keeps in files of the plan folder: one file, or those of the contracts that it names within a folder
// of build artefacts. It is empty for an asset that keeps none.
func FileABI(a Asset, files map[string][]byte) (evm.ABI, error) {
	if a.ABIFile == "" {
		return evm.ABI{}, nil
	}
	if len(a.Contracts) == 0 {
		return evm.ParseABIJSON(files[a.ABIFile])
	}
	names := slices.Sorted(maps.Keys(files))
	list := make([]evm.ABI, 0, len(a.Contracts))
	for _, contract := range a.Contracts {
		found := Artefacts(a.ABIFile, contract, names)
		if len(found) != 1 {
			return evm.ABI{}, fmt.Errorf("%d files hold the contract %s: %s", len(found), contract, strings.Join(found, ", "))
		}
		abi, err := evm.ParseABIJSON(files[found[0]])
		if err != nil {
			return evm.ABI{}, fmt.Errorf("%s: %w", found[0], err)
		}
		list = append(list, abi)
	}
	return evm.Join(list...), nil
}

// nameFunctions writes out what the ABIs in files say of functions that actions and their effects name: what is signed and what is recorded
// goes by the plan alone, which does not hold those files. "paused()" gets what it returns, and a function that changes nothing says so.
func (l *loader) nameFunctions() {
	abis := map[string]evm.ABI{}
	for _, a := range l.plan.Assets {
		if a.ABIFile == "" {
			continue
		}
		if abi, err := FileABI(a, l.source.Files); err == nil { // else it was complained of
			abis[a.ID] = abi
		}
	}
	if len(abis) == 0 {
		return
	}
	for i := range l.plan.Actions {
		a := &l.plan.Actions[i]
		a.Function = writtenOut(abis, a.Asset, a.Function, false)
		for j := range a.Batch {
			b := &a.Batch[j]
			b.Function = writtenOut(abis, b.Asset, b.Function, false)
		}
		if a.Effect != nil {
			a.Effect.Function = writtenOut(abis, a.Effect.Asset, a.Effect.Function, true)
		}
	}
}

// writtenOut is a function as the ABI of its asset declares it, where it was written without what is needed; else it stays as it is, and so does
// the plan's hash. That a function is not there is for the check to say.
func writtenOut(abis map[string]evm.ABI, asset, function string, reads bool) string {
	abi, ok := abis[asset]
	if !ok || function == "" {
		return function
	}
	m, err := abi.Method(function)
	if err != nil {
		return function
	}
	if reads && !strings.Contains(function, "returns") || !reads && m.ReadOnly() {
		return m.String()
	}
	return function
}
