// Package decision owns what must be agreed before something is done: the message that an approver signs, whose signature
// it is, and whether those who have answered suffice by the plan's rules.
package decision

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/ethereum/go-ethereum/common/hexutil"

	"tocsin/evm"
)

// The choices.
const (
	Approve = "approve"
	Refuse  = "refuse"

	Override = "override" // decides without those whom the plan wants to agree, where the plan lets somebody
)

// Message is one person's yes or no as it is signed (EIP-712). It binds everything that the answer is about: a signature
// counts for no other incident, plan, action, chain or choice, and not after its expiry.
type Message struct {
	Exercise bool     `json:"exercise,omitzero"` // another domain, so that nothing signed in a drill counts outside it
	Chain    uint64   `json:"chain,omitzero"`    // EIP-155 id; 0 if the subject touches no chain
	Protocol string   `json:"protocol"`
	Plan     evm.Hash `json:"plan"` // hash of the plan in force
	Incident string   `json:"incident"`
	Decision string   `json:"decision"`
	Subject  string   `json:"subject"` // what is decided: "action pause-vault", "step stolen-funds/pause", "update users-1"
	Choice   string   `json:"choice"`
	Action   evm.Hash `json:"action,omitzero"` // Prepared.Hash; zero if the subject is no action
	Summary  string   `json:"summary"`         // what a person reads in the wallet
	Expires  uint64   `json:"expires"`         // Unix seconds; from then on the signature counts no more
}

// With returns the message with a choice.
func (m Message) With(choice string) Message {
	m.Choice = choice
	return m
}

// domainName is the name of the EIP-712 domain.
func (m Message) domainName() string {
	if m.Exercise {
		return "Tocsin EXERCISE"
	}
	return "Tocsin"
}

// domainVersion is the version of the domain and of the message's form.
const domainVersion = "1"

// primaryType is the struct type of the message.
const primaryType = "Approval"

// members are the members of the message, in the order in which wallets show them.
var members = [...]evm.Field{
	{Name: "choice", Type: "string"},
	{Name: "summary", Type: "string"},
	{Name: "protocol", Type: "string"},
	{Name: "incident", Type: "string"},
	{Name: "decision", Type: "string"},
	{Name: "subject", Type: "string"},
	{Name: "action", Type: "bytes32"},
	{Name: "plan", Type: "bytes32"},
	{Name: "expires", Type: "uint256"},
}

// Typed is the message as typed data. Texts that are no UTF-8 would be signed differently by every wallet, so they are
// made valid first.
func (m Message) Typed() evm.TypedData {
	text := func(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
	domain := map[string]any{"name": m.domainName(), "version": domainVersion}
	domainFields := []evm.Field{{Name: "name", Type: "string"}, {Name: "version", Type: "string"}}
	if m.Chain != 0 {
		domainFields = append(domainFields, evm.Field{Name: "chainId", Type: "uint256"})
		domain["chainId"] = json.Number(strconv.FormatUint(m.Chain, 10))
	}
	return evm.TypedData{
		Types:       map[string][]evm.Field{"EIP712Domain": domainFields, primaryType: members[:]},
		PrimaryType: primaryType,
		Domain:      domain,
		Message: map[string]any{
			"choice":   text(m.Choice),
			"summary":  text(m.Summary),
			"protocol": text(m.Protocol),
			"incident": text(m.Incident),
			"decision": text(m.Decision),
			"subject":  text(m.Subject),
			"action":   hexutil.Encode(m.Action[:]),
			"plan":     hexutil.Encode(m.Plan[:]),
			"expires":  strconv.FormatUint(m.Expires, 10),
		},
	}
}

// Digest is the hash that is signed.
func (m Message) Digest() evm.Hash {
	h, err := m.Typed().Hash()
	if err != nil {
		// Every member is written in the form of its type above, which the fuzz test holds to.
		return evm.Hash{}
	}
	return h
}

// TypedData is the message as eth_signTypedData_v4 takes it: a JSON object.
func (m Message) TypedData() []byte {
	b, err := json.Marshal(m.Typed())
	if err != nil {
		return nil // maps of texts always marshal
	}
	return b
}

// Parts are the two hashes that hardware wallets show: that of the domain and that of the message.
func (m Message) Parts() (domain, message evm.Hash) {
	domain, message, err := m.Typed().Parts()
	if err != nil {
		return evm.Hash{}, evm.Hash{} // as in Digest
	}
	return domain, message
}
