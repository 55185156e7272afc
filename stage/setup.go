package stage

import (
	"context"
	"fmt"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	"tocsin/contracts"
	"tocsin/evm"
	"tocsin/fault"
)

// setUp performs the scripts of the deployer and the users. A script is indexed by nonce, so that what the chain has
// already is never done twice, wherever an earlier start broke off.
func (s *Stage) setUp(ctx context.Context) error {
	script, err := s.deployment()
	if err != nil {
		return err
	}
	if err := s.perform(ctx, map[*actor][]call{s.deployer: script}); err != nil {
		return fmt.Errorf("deploy the protocol: %w", err)
	}
	scripts := make(map[*actor][]call)
	for i, u := range s.users {
		if scripts[u], err = s.firstDeposit(i); err != nil {
			return err
		}
	}
	if err := s.perform(ctx, scripts); err != nil {
		return fmt.Errorf("make first deposits: %w", err)
	}
	return nil
}

// deployment is the deployer's script: token, vault, the executor's right to pause, and everybody's tokens.
func (s *Stage) deployment() ([]call, error) {
	token, err := contracts.Token()
	if err != nil {
		return nil, err
	}
	vault, err := contracts.Vault()
	if err != nil {
		return nil, err
	}
	executor, err := Address(executorName)
	if err != nil {
		return nil, err
	}
	var script []call
	add := func(c call, e error) {
		script = append(script, c)
		if err == nil {
			err = e
		}
	}
	add(creation(token, "make(string,string)", "Harbour Dollar", "HUSD"))
	add(creation(vault, "make(address,address)", s.Token, s.deployer.address()))
	add(on(s.Vault, "grantRole(bytes32,address)", crypto.Keccak256Hash([]byte("PAUSER_ROLE")), executor))
	for i, d := range deposits {
		// One and a half times the deposit, so that there is something to pay with.
		add(on(s.Token, "mint(address,uint256)", s.users[i].address(), husd(d+d/2)))
	}
	return script, err
}

// firstDeposit is a user's script.
func (s *Stage) firstDeposit(i int) ([]call, error) {
	allow, err := on(s.Token, "approve(address,uint256)", s.Vault, unlimited)
	if err != nil {
		return nil, err
	}
	deposit, err := on(s.Vault, "deposit(uint256,address)", husd(deposits[i]), s.users[i].address())
	return []call{allow, deposit}, err
}

// perform sends what is missing of each actor's script, mines it, and sees that it succeeded.
func (s *Stage) perform(ctx context.Context, scripts map[*actor][]call) error {
	var sent []evm.Hash
	for a, script := range scripts {
		done, err := s.client.Nonce(ctx, a.address(), true)
		if err != nil {
			return err
		}
		for n := done; n < uint64(len(script)); n++ {
			tx, err := a.send(ctx, script[n])
			if err != nil {
				return err
			}
			sent = append(sent, tx)
		}
	}
	for _, tx := range sent {
		for {
			r, err := s.client.Receipt(ctx, tx)
			if err == nil && r.Status == 1 {
				break
			}
			if err == nil {
				return fmt.Errorf("transaction %s failed", tx)
			}
			if !fault.Is(err, fault.NotFound) {
				return err
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := s.chain.Mine(1); err != nil {
				return err
			}
		}
	}
	return nil
}

// part is a fraction of an amount.
func part(v *uint256.Int, numerator, denominator uint64) *uint256.Int {
	x := new(uint256.Int).Div(v, uint256.NewInt(denominator))
	return x.Mul(x, uint256.NewInt(numerator))
}
