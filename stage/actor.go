package stage

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	"tocsin/chain"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/signer"
)

// The actors besides the users, who are user-1 to user-6, and the people of the plan.
const (
	deployerName = "deployer"
	executorName = "executor"
	attackerName = "attacker"
)

// played reports whether a name is that of an actor of the stage in any world, and not a person's.
func played(name string) bool {
	return slices.Contains([]string{deployerName, executorName, attackerName, operatorName, copycatName}, name) || strings.HasPrefix(name, "user-") || strings.HasPrefix(name, "treasurer-")
}

// demoKey is Keccak-256 of "tocsin demo key: " and a name. Anybody can compute it: it is worth nothing outside a drill.
func demoKey(name string) (*signer.Key, []byte, error) {
	secret := crypto.Keccak256([]byte("tocsin demo key: " + name))
	private, err := crypto.ToECDSA(secret)
	if err != nil {
		return nil, nil, fmt.Errorf("make demo key of %s: %w", name, err)
	}
	return signer.Drill(private), secret, nil
}

// Address is the account of a person or actor under their demo key.
func Address(name string) (evm.Address, error) {
	key, _, err := demoKey(name)
	if err != nil {
		return evm.Address{}, err
	}
	return key.Address(), nil
}

// Sign signs a digest with the demo key of a person: r, s and v, 65 bytes. The stage's own actors sign nothing for others.
func (s *Stage) Sign(ctx context.Context, person string, digest evm.Hash) ([]byte, error) {
	if played(person) {
		return nil, fault.New(fault.Forbidden, "%s is an actor of the stage, not a person who approves.", person)
	}
	key, _, err := demoKey(person)
	if err != nil {
		return nil, err
	}
	return key.SignDigest(ctx, digest)
}

// actor sends the transactions of one account, one after another.
type actor struct {
	name    string
	key     *signer.Key
	client  chain.Client
	sending sync.Mutex
	next    uint64 // nonce after the last one sent by this process
}

func newActor(name string) (*actor, error) {
	key, _, err := demoKey(name)
	if err != nil {
		return nil, err
	}
	return &actor{name: name, key: key}, nil
}

func (a *actor) address() evm.Address { return a.key.Address() }

// call is a transaction to be sent.
type call struct {
	to    *evm.Address // nil creates a contract
	data  []byte
	value *uint256.Int
	gas   uint64 // 0: as much as most need
}

// send signs a call with the account's next nonce and sends it. Nothing is estimated: what will fail is sent and fails.
func (a *actor) send(ctx context.Context, c call) (evm.Hash, error) {
	a.sending.Lock()
	defer a.sending.Unlock()
	nonce, err := a.client.Nonce(ctx, a.address(), true)
	if err != nil {
		return evm.Hash{}, fmt.Errorf("send transaction of %s: %w", a.name, err)
	}
	nonce = max(nonce, a.next) // while a block is being mined the chain counts what is pending too low
	gas := c.gas
	switch {
	case gas != 0:
	case c.to == nil:
		gas = 4_000_000
	default:
		gas = 300_000
	}
	raw, hash, err := a.key.SignTransaction(ctx, signer.Transaction{
		ChainID: a.client.ChainID(), Nonce: nonce, To: c.to, Value: c.value, Data: c.data, Gas: gas,
		Tip: uint256.NewInt(1e9), Cap: uint256.NewInt(50e9),
	})
	if err != nil {
		return evm.Hash{}, fmt.Errorf("send transaction of %s: %w", a.name, err)
	}
	if _, err := a.client.Send(ctx, raw); err != nil {
		return evm.Hash{}, fmt.Errorf("send transaction of %s: %w", a.name, err)
	}
	a.next = nonce + 1
	return hash, nil
}

// idle reports whether the account has nothing waiting to be mined.
func (a *actor) idle(ctx context.Context) (bool, error) {
	mined, err := a.client.Nonce(ctx, a.address(), false)
	if err != nil {
		return false, err
	}
	pending, err := a.client.Nonce(ctx, a.address(), true)
	return mined == pending, err
}
