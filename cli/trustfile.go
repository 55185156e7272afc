package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"tocsin/engine"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

// trustVariable names the trust file in the environment.
const trustVariable = "TOCSIN_TRUST"

// trustFile is which plans this machine trusts. It belongs to one person on their own machine: no server writes it.
type trustFile struct {
	Tocsin    int                 `json:"tocsin_trust"` // version of this form, 1
	Protocols map[string]*trusted `json:"protocols"`

	path string
}

// trusted are the plans of one protocol that were trusted one after the other; the last is in force as far as this machine knows.
// The others are kept because incidents go on under the plan they were opened under.
type trusted struct {
	Plans []trustedPlan `json:"plans"`
}

// trustedPlan is one of them, whole, so that what is signed can be worked out anew from it.
type trustedPlan struct {
	Hash      evm.Hash `json:"hash"`
	Number    int      `json:"number,omitempty"` // among the plans that were in force; 0 if it was pinned from a folder
	Canonical string   `json:"plan"`
}

// trustPath is where the trust file lies.
func trustPath(flag string) (string, error) {
	if flag != "" {
		return flag, nil
	}
	if v := os.Getenv(trustVariable); v != "" {
		return v, nil
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fault.New(fault.Invalid, "Nothing says where this machine keeps what it trusts.").Instead("Give --trust FILE, or set %s.", trustVariable).Because(err)
	}
	return filepath.Join(dir, "tocsin", "trust.json"), nil
}

// readTrust reads the trust file; an empty one if there is none. One that cannot be read is never taken for an empty one.
func readTrust(flag string) (*trustFile, error) {
	path, err := trustPath(flag)
	if err != nil {
		return nil, err
	}
	f := &trustFile{Tocsin: 1, Protocols: map[string]*trusted{}, path: path}
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	broken := func(err error) error {
		return fault.New(fault.Invalid, "The trust file %s cannot be read.", path).Instead("Mend it, or move it away and pin the plan anew with tocsin trust.").Because(err)
	}
	if err != nil {
		return nil, broken(err)
	}
	f = &trustFile{path: path}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(f); err != nil {
		return nil, broken(err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) || f.Tocsin != 1 || f.Protocols == nil {
		return nil, broken(errors.New("it is not of the form that this release writes"))
	}
	for id, x := range f.Protocols {
		if x == nil || len(x.Plans) == 0 {
			return nil, broken(fmt.Errorf("it names no plan of %q", id))
		}
		for i := range x.Plans {
			p, err := plan.ParseCanonical([]byte(x.Plans[i].Canonical))
			if err != nil || p.Hash() != x.Plans[i].Hash || p.Protocol != id {
				return nil, broken(fmt.Errorf("what it holds as the plan %s of %q is not that plan", x.Plans[i].Hash.Hex(), id))
			}
		}
	}
	return f, nil
}

// write writes the trust file in one step.
func (f *trustFile) write() error {
	b, err := json.MarshalIndent(f, "", " ")
	if err != nil {
		return fmt.Errorf("encode trust: %w", err)
	}
	dir := filepath.Dir(f.path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fault.New(fault.Invalid, "The folder %s cannot be made.", dir).Because(err)
	}
	err = replace(f.path, append(b, '\n'), 0o600)
	if err != nil {
		return fault.New(fault.Invalid, "The trust file %s cannot be written.", f.path).Because(err)
	}
	return nil
}

// current is the plan in force as far as this machine knows.
func (x *trusted) current() trustedPlan { return x.Plans[len(x.Plans)-1] }

// find finds a trusted plan by its hash; the second answer is whether it is the current one.
func (x *trusted) find(hash evm.Hash) (p *plan.Plan, current, ok bool) {
	for i, t := range slices.Backward(x.Plans) {
		if t.Hash == hash {
			p, err := plan.ParseCanonical([]byte(t.Canonical))
			return p, i == len(x.Plans)-1, err == nil
		}
	}
	return nil, false, false
}

// pinnedPlan is a plan as it is put into the trust file.
func pinnedPlan(p *plan.Plan, number int) trustedPlan {
	return trustedPlan{Hash: p.Hash(), Number: number, Canonical: string(p.Canonical())}
}

// follow proves from adoptions which plans took the place of the current one, one after the other; none if it still is in force. A
// fault of code forbidden says that nothing leads there from what is trusted.
func (x *trusted) follow(a *engine.Adoptions) ([]trustedPlan, error) {
	h, err := a.Verify()
	if err != nil {
		return nil, err
	}
	now := x.current()
	at := -1
	for i, g := range h.Reigns {
		if g.Hash == now.Hash && (now.Number == 0 || now.Number == g.Number) {
			at = i
		}
	}
	if at < 0 {
		return nil, fault.New(fault.Forbidden, "No adoption leads from the plan that this machine trusts, %s, to the one that these adoptions say is in force, %s.", now.Hash.Hex(), h.InForce().Hash.Hex()).
			Instead("Do not sign. Either somebody has put another plan in its place, or these adoptions are older than what this machine knows: ask the others over a channel you trust.")
	}
	var steps []trustedPlan
	for _, g := range h.Reigns[at+1:] {
		p, ok := a.PlanOf(g.Hash)
		if !ok { // Verify has seen it
			return nil, fault.New(fault.Invalid, "The plan %s is missing from the adoptions.", g.Hash.Hex())
		}
		steps = append(steps, pinnedPlan(p, g.Number))
	}
	x.Plans[len(x.Plans)-1].Number = h.Reigns[at].Number
	return steps, nil
}
