package stage

import (
	"context"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	"tocsin/evm"
	"tocsin/fault"
)

// setUp performs the scripts of the deployer and the users. A script is indexed by nonce, so that what the chain has
// already is never done twice, wherever an earlier start broke off.
func (s *Stage) setUp(ctx context.Context) error {
	if err := s.perform(ctx, map[*actor][]call{s.deployer: s.deployment}); err != nil {
		return fmt.Errorf("deploy the protocol: %w", err)
	}
	scripts := make(map[*actor][]call)
	for _, u := range s.users {
		script, err := s.world.user(s, u)
		if err != nil {
			return err
		}
		scripts[u] = script
	}
	if err := s.perform(ctx, scripts); err != nil {
		return fmt.Errorf("make first deposits: %w", err)
	}
	return nil
}

// write makes the deployer's script: token, vault, the right to pause, everybody's tokens, and what the world has besides. What is
// placed in the first block already is not in it.
func (s *Stage) write() error {
	executor, err := Address(executorName)
	if err != nil {
		return err
	}
	x := &script{by: s.deployer.address()}
	if s.places.token == (evm.Address{}) {
		contract, constructor, args := s.coin.making()
		s.Token = x.create(contract, constructor, args...)
	}
	if s.places.vault == (evm.Address{}) {
		s.Vault = created(x.by, uint64(len(x.calls)))
	}
	// What the vault's constructor wants may be created after the vault. Where it will be follows from the script: a draft tells.
	draft := &script{by: x.by, calls: slices.Clone(x.calls)}
	if s.places.vault == (evm.Address{}) {
		draft.add(call{}, nil)
	}
	s.furnish(draft, executor)
	if s.places.vault == (evm.Address{}) {
		x.create(s.world.contract, s.maker(), s.making()...)
	}
	s.furnish(x, executor)
	s.deployment = x.calls
	return x.err
}

// maker is the vault's constructor as encode wants it, and making what it takes.
func (s *Stage) maker() string { return "make(address,address" + s.world.types + ")" }

func (s *Stage) making() []any {
	args := []any{s.Token, s.deployer.address()}
	if s.world.args != nil {
		args = append(args, s.world.args(s)...)
	}
	return args
}

// furnish is what the deployer does once token and vault are there.
func (s *Stage) furnish(x *script, executor evm.Address) {
	x.add(on(s.Vault, "grantRole(bytes32,address)", crypto.Keccak256Hash([]byte("PAUSER_ROLE")), executor))
	for i, d := range deposits {
		// One and a half times the deposit, so that there is something to pay with.
		x.add(on(s.Token, "mint(address,uint256)", s.users[i].address(), s.money(d+d/2)))
	}
	if s.places.safe != (evm.Address{}) {
		x.add(on(s.Vault, "grantRole(bytes32,address)", crypto.Keccak256Hash([]byte("PAUSER_ROLE")), s.places.safe))
	}
	if s.world.stake > 0 {
		x.add(on(s.Token, "mint(address,uint256)", s.attacker.address(), s.money(s.world.stake)))
	}
	if s.world.props != nil {
		s.world.props(s, x)
	}
}

// firstDeposit is a user's script in most worlds.
func firstDeposit(s *Stage, u *actor) ([]call, error) {
	allow, err := on(s.Token, "approve(address,uint256)", s.Vault, unlimited)
	if err != nil {
		return nil, err
	}
	deposit, err := on(s.Vault, "deposit(uint256,address)", s.money(deposits[slices.Index(s.users, u)]), u.address())
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
