package signer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/evm"
	"tocsin/fault"
)

// The limits of a talk with a remote signer. One that asks a person, or a device, before it signs needs time.
const (
	remotePatience = 2 * time.Minute
	remoteAnswer   = 1 << 20 // bytes
)

// Remote is a key on another machine that signs by JSON-RPC over HTTP: eth_accounts, eth_signTransaction and
// eth_signTypedData_v4, as Web3Signer and others speak them. It is believed nothing: what comes back is used only if it is
// what was asked for, signed by the account that was asked.
type Remote struct {
	address evm.Address
	url     *url.URL
	http    *http.Client
	last    atomic.Uint64 // id of a request
}

var _ Signer = (*Remote)(nil)

// At is a remote signer that has not been asked whether it holds the account. Credentials in the address are sent as HTTP basic
// authentication and never printed. Fault: invalid for an address that is none, or no account.
func At(address string, account evm.Address) (*Remote, error) {
	r, err := remote(address, account)
	if err == nil && account == (evm.Address{}) {
		return nil, fault.New(fault.Invalid, "Nothing says which account of the remote signer is to sign.").Instead("Name it by its address.")
	}
	return r, err
}

func remote(address string, account evm.Address) (*Remote, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fault.New(fault.Invalid, "The address of the remote signer is none that can be asked.").Instead("Write it as https://HOST:PORT.")
	}
	return &Remote{address: account, url: u, http: &http.Client{
		Timeout:       remotePatience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // what is to be signed goes nowhere else
	}}, nil
}

// Dial asks a remote signer for its accounts. account is the one that signs; zero takes the only one. Faults are as for At, and
// unavailable if it does not answer; not_found if it does not hold the account; conflict if it holds several and none is named.
func Dial(ctx context.Context, address string, account evm.Address) (*Remote, error) {
	r, err := remote(address, account)
	if err != nil {
		return nil, err
	}
	var held []evm.Address
	if err := r.ask(ctx, "eth_accounts", []any{}, &held); err != nil {
		return nil, err
	}
	switch {
	case account == (evm.Address{}) && len(held) == 1:
		r.address = held[0]
		return r, nil
	case account == (evm.Address{}) && len(held) > 1:
		return nil, fault.New(fault.Conflict, "The remote signer holds %d accounts.", len(held)).Instead("Name the one that is to sign.")
	}
	for _, a := range held {
		if a == account {
			return r, nil
		}
	}
	return nil, fault.New(fault.NotFound, "The remote signer does not hold the account %s.", account.Hex()).Instead("It holds: %s.", list(held))
}

func list(held []evm.Address) string {
	if len(held) == 0 {
		return "none"
	}
	names := make([]string, 0, min(len(held), 10))
	for _, a := range held[:min(len(held), 10)] {
		names = append(names, a.Hex())
	}
	if n := len(held) - len(names); n > 0 {
		names = append(names, fmt.Sprintf("%d more", n))
	}
	return strings.Join(names, ", ")
}

// Address is the account that the remote key controls.
func (r *Remote) Address() evm.Address { return r.address }

// Format prints the account and where its key is, without credentials, whatever the verb.
func (r *Remote) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "remote key of %s at %s", r.address.Hex(), r.url.Host)
}

// SignTransaction has a transaction signed. Faults: invalid says what is missing in the request; unavailable that the signer
// does not answer, does not want to, or answered with something else than was asked for.
func (r *Remote) SignTransaction(ctx context.Context, t Transaction) ([]byte, evm.Hash, error) {
	if err := t.complete(); err != nil {
		return nil, evm.Hash{}, err
	}
	ask := map[string]any{
		"from": r.address, "gas": hexutil.Uint64(t.Gas), "maxFeePerGas": (*hexutil.Big)(t.Cap.ToBig()), "maxPriorityFeePerGas": (*hexutil.Big)(t.Tip.ToBig()),
		"value": (*hexutil.Big)(t.value()), "nonce": hexutil.Uint64(t.Nonce), "data": hexutil.Bytes(t.Data), "chainId": hexutil.Uint64(t.ChainID),
	}
	if t.To != nil {
		ask["to"] = *t.To
	}
	var answer json.RawMessage
	if err := r.ask(ctx, "eth_signTransaction", []any{ask}, &answer); err != nil {
		return nil, evm.Hash{}, err
	}
	raw, err := rawTransaction(answer)
	if err != nil {
		return nil, evm.Hash{}, r.strange("a transaction that cannot be read", err)
	}
	hash, differs, err := t.signedAs(raw, r.address)
	switch {
	case err != nil:
		return nil, evm.Hash{}, r.strange("a transaction that cannot be read", err)
	case differs != "":
		return nil, evm.Hash{}, r.strange("a transaction with another "+differs, nil)
	}
	return raw, hash, nil
}

// rawTransaction reads what eth_signTransaction answers: the bytes themselves, or an object that holds them.
func rawTransaction(answer json.RawMessage) ([]byte, error) {
	var raw hexutil.Bytes
	if err := json.Unmarshal(answer, &raw); err == nil {
		return raw, nil
	}
	var object struct {
		Raw hexutil.Bytes `json:"raw"`
	}
	err := json.Unmarshal(answer, &object)
	return object.Raw, err
}

// SignTyped has typed data signed (EIP-712). Faults are as with SignTransaction.
func (r *Remote) SignTyped(ctx context.Context, d evm.TypedData) ([]byte, error) {
	digest, err := d.Hash()
	if err != nil {
		return nil, fmt.Errorf("sign typed data: %w", err)
	}
	var sig hexutil.Bytes
	err = r.ask(ctx, "eth_signTypedData_v4", []any{r.address, d}, &sig)
	if errors.As(err, new(*noMethod)) { // some know it by the older name
		err = r.ask(ctx, "eth_signTypedData", []any{r.address, d}, &sig)
	}
	if err != nil {
		return nil, err
	}
	out, by, err := recoverable(digest, sig)
	switch {
	case err != nil:
		return nil, r.strange("a signature that cannot be read", err)
	case by != r.address:
		return nil, r.strange("a signature for something else, or by another account", nil)
	}
	return out, nil
}

// recoverable brings a signature of 65 bytes into the form of SignTyped, and tells whose it is.
func recoverable(digest evm.Hash, sig []byte) ([]byte, evm.Address, error) {
	if len(sig) != crypto.SignatureLength {
		return nil, evm.Address{}, fmt.Errorf("it has %d bytes", len(sig))
	}
	rsv := bytes.Clone(sig)
	if rsv[64] >= 27 {
		rsv[64] -= 27
	}
	public, err := crypto.SigToPub(digest[:], rsv)
	if err != nil {
		return nil, evm.Address{}, fmt.Errorf("recover account: %w", err)
	}
	rsv[64] += 27
	return rsv, crypto.PubkeyToAddress(*public), nil
}

func (r *Remote) strange(what string, because error) error {
	return fault.New(fault.Unavailable, "The remote signer at %s answered with %s; it was not used.", r.url.Host, what).
		Instead("Look at the signer before anything else is signed with it.").Because(because)
}
