package web

import (
	"context"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/decision"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/plan"
)

// Confirm asks the contracts that a signature may be of whether it is theirs, by the chains: execute.Confirm with the server's clients. d is
// nil for a signature that is for no decision.
type Confirm func(ctx context.Context, d *incident.Decision, list []incident.Vouched, now time.Time) (*decision.ContractFact, error)

// passkeySigning is how a person signs with the passkeys that they have for one site.
type passkeySigning struct {
	Site        string
	Credentials string // ids, parted by spaces
	Challenge   string // the digest that is signed, in base64url
}

// passkeyButton is what is signed with passkeys by a form.
type passkeyButton struct {
	List    []passkeySigning
	Action  string
	Refuses bool // it is a no
	First   bool // it is what the person is here to do
}

// passkeysOf are the ways in which a person signs a digest with passkeys, one for each site.
func passkeysOf(person *plan.Person, digest evm.Hash) []passkeySigning {
	var list []passkeySigning
	for _, k := range decision.Passkeys(person) {
		i := slices.IndexFunc(list, func(x passkeySigning) bool { return x.Site == k.Site })
		if i < 0 {
			i = len(list)
			list = append(list, passkeySigning{Site: k.Site, Challenge: base64.RawURLEncoding.EncodeToString(digest[:])})
		}
		list[i].Credentials = strings.TrimSpace(list[i].Credentials + " " + k.Passkey)
	}
	return list
}

// accountsOf are the accounts that a wallet may offer for a person, parted by spaces: their own, and those that are contracts.
func accountsOf(own []evm.Address, contracts []plan.Key) string {
	var list []string
	for _, a := range own {
		list = append(list, a.Hex())
	}
	for _, k := range contracts {
		list = append(list, k.Address.Hex())
	}
	return strings.Join(list, " ")
}

// signedWith says with what somebody signed: in words, and what it is called.
func signedWith(p *plan.Plan, person string, signer evm.Address) (small, code string) {
	x, _ := p.Person(person)
	switch k, _ := decision.KeyOf(&x, signer); k.Kind {
	case plan.KeyPasskey:
		return "signed with the passkey ", short(k.Passkey)
	case plan.KeyContract:
		return "signed with the contract ", short(signer.Hex())
	}
	return "signed with ", short(signer.Hex())
}

// confirmed is what a contract answered of a signature that is handed in; nil for one that needs no asking.
func (c *Console) confirmed(ctx context.Context, s *session, v *engine.View, id, choice, why string, sig []byte) (*decision.ContractFact, error) {
	d := v.State.Decision(id)
	if d == nil {
		return nil, fault.New(fault.NotFound, "There is no such decision.")
	}
	return c.asked(ctx, d, incident.Unproven(v.Plan, v.State, d, s.person.ID, choice, why, sig), v.State.Now(c.now()))
}

// asked is what the contracts answer that a signature may be of; nil if there are none. d is nil for what no decision is about.
func (c *Console) asked(ctx context.Context, d *incident.Decision, list []incident.Vouched, now time.Time) (*decision.ContractFact, error) {
	switch {
	case len(list) == 0:
		return nil, nil
	case c.Confirm == nil:
		return nil, fault.New(fault.Unavailable, "This server asks no chains, so that a contract's signature cannot be checked here.")
	}
	return c.Confirm(ctx, d, list, now)
}

// keysPage is what a person signs with, and where they make a passkey.
type keysPage struct {
	*shell
	Who         string
	Keys        []ownKey
	Credentials string // passkeys of theirs, which need not be made again
}

// ownKey is one key of the person.
type ownKey struct{ Kind, Name, Say string }

func (c *Console) keys(w http.ResponseWriter, r *http.Request, s *session) {
	if err := s.may(access.Answer); err != nil {
		c.fail(w, r, err)
		return
	}
	p := &keysPage{shell: c.shell(s, "My keys", s.at("/keys")), Who: s.person.Called()}
	p.Signs, p.Live = true, false
	var ids []string
	for _, k := range s.person.Keys {
		x := ownKey{Kind: "Account", Name: k.Address.Hex(), Say: k.Note}
		switch {
		case k.Kind == plan.KeyPasskey:
			x.Kind, x.Name = "Passkey", k.Passkey
			ids = append(ids, k.Passkey)
			if k.Site != "" {
				x.Say = strings.TrimPrefix(k.Note+", for "+k.Site, ", ")
			}
		case k.Kind == plan.KeyContract:
			x.Kind = "Contract"
		}
		if !k.Proves() {
			x.Say = "The plan does not say enough of it for anything to be checked."
		}
		p.Keys = append(p.Keys, x)
	}
	p.Credentials = strings.Join(ids, " ")
	c.render(w, r, http.StatusOK, keysBody(p))
}
