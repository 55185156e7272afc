package stage

import (
	"context"
	"fmt"

	"github.com/holiman/uint256"

	"tocsin/chain"
	"tocsin/evm"
)

const (
	lent   = 6_000_000  // whole votes that anybody can borrow for one transaction
	wanted = 12_000_000 // whole HUSD that the attacker proposes to pay himself
)

// councilDelay is the seconds from a proposal's acceptance until it is carried out, as in CouncilVault.
const councilDelay = 300

// governanceTakeover is the world of a vault whose holders vote with what they hold at the moment. The attacker borrows votes for the
// length of one transaction, and when the delay is over has the vault pay him.
func governanceTakeover() world {
	voter := func(s *Stage) evm.Address { return created(s.attacker.address(), 0) }
	return world{
		World:    World{ID: "governance-takeover", Title: "A proposal that empties the vault passes with borrowed votes"},
		contract: "CouncilVault",
		types:    ",address",
		args:     func(s *Stage) []any { return []any{s.props["votes"]} },
		props: func(s *Stage, x *script) {
			votes := x.create("Token", "make(string,string)", "Harbour", "HRB")
			lender := x.create("Lender", "make(address)", votes)
			s.props["votes"], s.props["lender"] = votes, lender
			x.add(on(votes, "mint(address,uint256)", lender, husd(lent)))
		},
		user: firstDeposit,
		next: func(ctx context.Context, r *raid) (move, error) {
			at := voter(r.Stage)
			code, err := r.client.Code(ctx, at)
			if err != nil {
				return move{}, err
			}
			if len(code) == 0 {
				return moved(deploy("Voter", "make(address,address)", r.props["lender"], r.Vault))
			}
			n, err := r.read(ctx, r.Vault, nil, "count()")
			if err != nil {
				return move{}, err
			}
			if n.IsZero() {
				return moved(on(r.Vault, "propose(address,uint256)", r.attacker.address(), r.money(wanted)))
			}
			p, err := r.proposal(ctx)
			if err != nil {
				return move{}, err
			}
			if p.accepted == 0 {
				m, err := moved(on(at, "cast(uint256,uint256)", 0, husd(lent)))
				m.gas = 600_000
				return m, err
			}
			head, err := r.client.Head(ctx)
			if err != nil {
				return move{}, err
			}
			if head.Time < p.accepted+councilDelay {
				return move{wait: true}, nil
			}
			left, err := r.VaultBalance(ctx, nil)
			if err != nil {
				return move{}, err
			}
			amount := least(r.slice(), left, p.open)
			if amount.Lt(r.money(1)) {
				return move{over: true}, nil
			}
			return moved(on(r.Vault, "carryOut(uint256,uint256)", 0, amount))
		},
		held: func(ctx context.Context, s *Stage) (bool, error) {
			n, err := s.read(ctx, s.Vault, nil, "count()")
			if err != nil || n.IsZero() {
				return false, err
			}
			p, err := s.proposal(ctx)
			return p.vetoed, err
		},
	}
}

// proposal is what the vault says of the attacker's proposal, the first there is.
type proposal struct {
	open     *uint256.Int // agreed and not paid yet
	accepted uint64       // chain time in seconds; 0: it is not
	vetoed   bool
}

func (s *Stage) proposal(ctx context.Context) (proposal, error) {
	data, err := encode("proposals(uint256)", 0)
	if err != nil {
		return proposal{}, err
	}
	out, err := s.client.Call(ctx, chain.Message{To: &s.Vault, Data: data}, nil)
	if err != nil {
		return proposal{}, fmt.Errorf("read proposal: %w", err)
	}
	if len(out) != 7*32 { // proposer, to, amount, votes, paid, accepted, vetoed
		return proposal{}, fmt.Errorf("read proposal: %d bytes came back where 224 belong", len(out))
	}
	word := func(i int) *uint256.Int { return new(uint256.Int).SetBytes(out[32*i : 32*i+32]) }
	return proposal{
		open:     new(uint256.Int).Sub(word(2), word(4)),
		accepted: word(5).Uint64(),
		vetoed:   !word(6).IsZero(),
	}, nil
}
