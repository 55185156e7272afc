package plan

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/evm"
)

// Bounds on folders of build artefacts. A compiler writes far more into them than what a plan names, and only that is read.
const (
	maxContracts    = 32        // contracts that one asset names
	maxArtefact     = 32 << 20  // bytes of one artefact
	maxAllArtefacts = 256 << 20 // bytes of all that a plan names
	maxFolderFiles  = 50_000    // files and folders of a folder
	maxFolderDepth  = 12        // folders within each other
)

// Artefacts lists which files of a folder hold the artefact of a contract. A contract goes by its name, "Vault", whose
// artefact compilers call Vault.json, or by the path of its artefact within the folder, "Vault.sol/Vault.json".
func Artefacts(folder, contract string, names []string) []string {
	var found []string
	for _, name := range names {
		inside, ok := strings.CutPrefix(name, folder+"/")
		if !ok {
			continue
		}
		if inside == contract || !strings.Contains(contract, "/") && path.Base(inside) == contract+".json" && !slices.ContainsFunc(strings.Split(path.Dir(inside), "/"), passedOver) {
			found = append(found, name)
		}
	}
	return found
}

// passedOver reports whether a folder holds no artefacts that are found by name.
func passedOver(folder string) bool {
	return folder == "build-info" || folder == "cache" || folder == "node_modules" || strings.HasPrefix(folder, ".") && folder != "."
}

// isFolder reports whether a name is that of a folder within the plan folder.
func (l *loader) isFolder(name string) bool {
	if !fs.ValidPath(name) || name == "." {
		return false
	}
	info, err := fs.Stat(l.folder, name)
	return err == nil && info.IsDir()
}

// loadArtefacts reads the artefacts of the contracts that assets name within folders.
func (l *loader) loadArtefacts() {
	listed := map[string][]string{}
	budget := maxAllArtefacts
	for i := range l.plan.Assets {
		a := &l.plan.Assets[i]
		at := "assets[" + a.ID + "]"
		switch {
		case a.ABIFile == "" && len(a.Contracts) == 0:
			continue
		case !l.isFolder(a.ABIFile):
			if len(a.Contracts) > 0 && (a.ABIFile == "" || l.source.Files[a.ABIFile] != nil) {
				l.broken(at+".contracts", "contracts are named of a folder of build artefacts, and abi_file names none", "name the folder under abi_file, or leave contracts out")
			}
			continue
		case len(a.Contracts) == 0:
			l.broken(at+".abi_file", fmt.Sprintf("%q is a folder, and the asset does not say which contracts in it are meant", clip(a.ABIFile)), "name them under contracts, the newest first: contracts: [Vault]")
			continue
		case len(a.Contracts) > maxContracts:
			l.broken(at+".contracts", fmt.Sprintf("there are more than %d contracts", maxContracts), "name those that the address answers to")
			continue
		}
		if _, ok := listed[a.ABIFile]; !ok {
			files, err := l.listFolder(a.ABIFile)
			if err != nil {
				l.broken(at+".abi_file", err.Error(), "copy the artefacts of the plan's contracts into a folder of their own")
			}
			listed[a.ABIFile] = files
		}
		for n, contract := range a.Contracts {
			if l.full() || listed[a.ABIFile] == nil {
				return
			}
			here := fmt.Sprintf("%s.contracts[%d]", at, n)
			if slices.Contains(a.Contracts[:n], contract) {
				l.broken(here, fmt.Sprintf("%q stands twice", clip(contract)), "name it once")
				continue
			}
			l.loadArtefact(here, a.ABIFile, contract, listed[a.ABIFile], &budget)
		}
	}
}

// listFolder lists the JSON files in a folder and the folders within it. Links are passed over.
func (l *loader) listFolder(folder string) ([]string, error) {
	files, seen := []string{}, 0
	err := fs.WalkDir(l.folder, folder, func(name string, e fs.DirEntry, err error) error {
		if seen++; seen > maxFolderFiles {
			return fmt.Errorf("the folder %q holds more than %d files", clip(folder), maxFolderFiles)
		}
		switch {
		case err != nil:
			return fmt.Errorf("the folder %q cannot be read: %w", clip(folder), err)
		case e.IsDir() && strings.Count(name[len(folder):], "/") > maxFolderDepth:
			return fs.SkipDir
		case e.Type().IsRegular() && path.Ext(name) == ".json":
			files = append(files, name)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return files, nil
}

// loadArtefact reads what one artefact says of its contract. Of all that a compiler writes only the ABI belongs to the plan.
func (l *loader) loadArtefact(at, folder, contract string, files []string, budget *int) {
	found := Artefacts(folder, contract, files)
	switch len(found) {
	case 0:
		do := "compile it, and copy what the compiler wrote"
		if near := nearest(contract, contractNames(files)); len(near) > 0 {
			do = "did you mean " + either(near) + "?"
		}
		l.broken(at, fmt.Sprintf("no file in %q holds the contract %q", clip(folder), clip(contract)), do)
		return
	case 1:
	default:
		shown := found[:min(len(found), 6)]
		l.broken(at, fmt.Sprintf("%d files hold a contract %q: %s", len(found), clip(contract), strings.Join(shown, ", ")),
			fmt.Sprintf("write the path of the one that is meant: %s", strings.TrimPrefix(found[0], folder+"/")))
		return
	}
	name := found[0]
	part, known := l.source.Files[name]
	if !known {
		b, ok := l.readFile(name, min(maxArtefact, *budget), func(say, do string) { l.broken(at, say, do) })
		if !ok {
			return
		}
		*budget -= len(b)
		part = abiPart(b)
	}
	if _, err := evm.ParseABIJSON(part); err != nil {
		l.broken(at, fmt.Sprintf("%q holds no ABI: %v", clip(name), cause(err)), `use the compiler's JSON: an object with the list of entries under "abi"`)
		return
	}
	if !known {
		if !l.keep(name, part, func(say, do string) { l.broken(at, say, do) }) {
			return
		}
	}
	l.cover(name, part)
}

// cover notes the hash of a file that the plan names, so that the plan's hash covers it.
func (l *loader) cover(name string, b []byte) {
	if !slices.ContainsFunc(l.plan.Attachments, func(a Attachment) bool { return a.Name == name }) {
		l.plan.Attachments = append(l.plan.Attachments, Attachment{Name: name, Hash: crypto.Keccak256Hash(b)})
	}
}

// abiPart is the list of ABI entries of an artefact without white space, which is the same however often it is taken; what
// cannot be read stays as it is.
func abiPart(b []byte) []byte {
	list := bytes.TrimSpace(b)
	if len(list) > 0 && list[0] == '{' {
		var artefact struct {
			ABI json.RawMessage `json:"abi"`
		}
		if json.Unmarshal(list, &artefact) != nil || len(artefact.ABI) == 0 {
			return b[:min(len(b), maxFile)]
		}
		list = artefact.ABI
	}
	var w bytes.Buffer
	if json.Compact(&w, list) != nil {
		return b[:min(len(b), maxFile)]
	}
	return w.Bytes()
}

// contractNames lists the contracts whose artefacts are found by name.
func contractNames(files []string) []string {
	var names []string
	for _, f := range files {
		if name := strings.TrimSuffix(path.Base(f), ".json"); !strings.Contains(name, ".") && !slices.ContainsFunc(strings.Split(path.Dir(f), "/"), passedOver) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
