package stage

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
	"tocsin/signer"
)

func start(t *testing.T, o Options) *Stage {
	t.Helper()
	if o.Period == 0 {
		o.Period = 5 * time.Millisecond
	}
	s, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// await looks at each new block until what is looked for is there.
func await(t *testing.T, s *Stage, what string, there func(context.Context) (bool, error)) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	found := errors.New("found")
	err := s.client.Heads(ctx, func(evm.Header) error {
		ok, err := there(ctx)
		if err == nil && ok {
			err = found
		}
		return err
	})
	if err != found {
		t.Fatalf("await %s: %v", what, err)
	}
}

func lost(s *Stage, whole uint64) func(context.Context) (bool, error) {
	return func(ctx context.Context) (bool, error) {
		l, err := s.LossAt(ctx, 0)
		return err == nil && !l.Lt(s.money(whole)), err
	}
}

// pause lets the executor pause the vault and returns the block.
func pause(t *testing.T, s *Stage) uint64 {
	t.Helper()
	key, err := s.Executor(filepath.Join(t.TempDir(), "executor.json"))
	if err != nil {
		t.Fatal(err)
	}
	a := &actor{name: executorName, key: key.(*signer.Keystore).Key, client: s.client}
	c, err := on(s.Vault, "pause()")
	if err != nil {
		t.Fatal(err)
	}
	tx, err := a.send(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	var r *evm.Receipt
	await(t, s, "pause", func(ctx context.Context) (_ bool, err error) {
		if r, err = s.client.Receipt(ctx, tx); fault.Is(err, fault.NotFound) {
			return false, nil
		}
		return err == nil, err
	})
	if r.Status != 1 {
		t.Fatalf("the pause failed: %+v", r)
	}
	return r.BlockNumber
}

func TestPauseStopsTheAttack(t *testing.T) {
	s := start(t, Options{Seed: 1})
	ctx := t.Context()
	if begun, err := s.AttackBegun(ctx); err != nil || begun {
		t.Fatalf("begun %v, %v before the attack", begun, err)
	}
	if _, err := s.FirstMaliciousTx(ctx); !fault.Is(err, fault.NotFound) {
		t.Errorf("malicious transaction before the attack: %v", err)
	}
	owed, err := s.Deposits(ctx)
	if err != nil || owed.Lt(husd(11_000_000)) || owed.Gt(husd(13_000_000)) {
		t.Fatalf("deposits of %v, %v, want about twelve million", owed, err)
	}

	if err := s.Attack(ctx); err != nil {
		t.Fatal(err)
	}
	if err := s.Attack(ctx); !fault.Is(err, fault.Conflict) {
		t.Errorf("second launch: %v, want a conflict", err)
	}
	await(t, s, "a loss", lost(s, 100_000))
	block := pause(t, s)
	await(t, s, "the attacker giving up", s.attackOver)

	if paused, err := s.Paused(ctx); err != nil || !paused {
		t.Errorf("paused %v, %v", paused, err)
	}
	atPause, err := s.LossAt(ctx, block)
	if err != nil {
		t.Fatal(err)
	}
	final, err := s.LossAt(ctx, 0)
	if err != nil || !final.Eq(atPause) || final.Gt(husd(6_000_000)) {
		t.Errorf("lost %v at the pause and %v in the end, %v", atPause.Dec(), final.Dec(), err)
	}
	left, err := s.VaultBalance(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	if owed, err = s.Deposits(ctx); err != nil || !left.Add(left, final).Eq(owed) {
		t.Errorf("left and lost make %s, owed is %s, %v", left.Dec(), owed.Dec(), err)
	}
	tx, err := s.FirstMaliciousTx(ctx)
	if err != nil || tx.Status != 1 || tx.Block >= block {
		t.Errorf("first malicious transaction %+v, %v, paused at %d", tx, err, block)
	}
	if before, err := s.LossAt(ctx, tx.Block-1); err != nil || !before.IsZero() {
		t.Errorf("%v, %v was lost before the first malicious transaction", before, err)
	}
	if got := refusals(t, s, tx.Block); got != retries {
		t.Errorf("the attacker was refused %d times, want %d", got, retries)
	}
}

// refusals counts the attacker's failed transactions since a block.
func refusals(t *testing.T, s *Stage, since uint64) (n int) {
	t.Helper()
	for at := since; at <= s.chain.Head().Number; at++ {
		b, err := s.client.Block(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		for i, tx := range b.Transactions {
			if s.villain(tx.From) && b.Receipts[i].Status == 0 {
				n++
			}
		}
	}
	return n
}

func TestTheDrainTakesTimeAndTakesEverything(t *testing.T) {
	s := start(t, Options{Seed: 2, Pace: 1})
	if err := s.Attack(t.Context()); err != nil {
		t.Fatal(err)
	}
	first, err := s.FirstMaliciousTx(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	await(t, s, "the end of the attack", s.attackOver)
	if took := s.chain.Head().Number - first.Block; took < 40 {
		t.Errorf("the whole drain took %d blocks", took)
	}
	if ok, err := lost(s, 10_000_000)(t.Context()); err != nil || !ok {
		t.Errorf("the attack ended with most funds in place: %v", err)
	}
}

func TestTheAttackerTakesTheTimeThatIsAskedFor(t *testing.T) {
	s := start(t, Options{Seed: 2, Pace: 1, Every: 15 * time.Second})
	if err := s.Attack(t.Context()); err != nil {
		t.Fatal(err)
	}
	await(t, s, "three thefts", lost(s, 240_000))
	first, err := s.FirstMaliciousTx(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var times []uint64
	for at := first.Block; at <= s.chain.Head().Number; at++ {
		b, err := s.client.Block(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		for _, tx := range b.Transactions {
			if s.villain(tx.From) {
				times = append(times, b.Time)
			}
		}
	}
	// The first goes out before anybody counts; from the second on the distance is kept.
	for i := 2; i < len(times); i++ {
		if times[i]-times[i-1] < 15 {
			t.Errorf("transactions at %v, want 15 s from one to the next", times)
		}
	}
	if len(times) < 4 {
		t.Errorf("transactions at %v", times)
	}
}

func TestItGoesOnAfterAKill(t *testing.T) {
	dir := t.TempDir()
	s := start(t, Options{Dir: dir, Seed: 3})
	if err := s.Attack(t.Context()); err != nil {
		t.Fatal(err)
	}
	await(t, s, "a loss", lost(s, 100_000))
	blocks, err := os.ReadFile(filepath.Join(dir, "blocks")) // as a kill would leave it
	if err != nil {
		t.Fatal(err)
	}
	was, err := s.client.Nonce(t.Context(), s.deployer.address(), false)
	if err != nil {
		t.Fatal(err)
	}

	copied := t.TempDir()
	if err := os.WriteFile(filepath.Join(copied, "blocks"), blocks, 0o600); err != nil {
		t.Fatal(err)
	}
	again := start(t, Options{Dir: copied, Seed: 3})
	if n, err := again.client.Nonce(t.Context(), again.deployer.address(), true); err != nil || n != was {
		t.Errorf("the deployer's nonce is %d, %v, want %d: nothing is deployed twice", n, err, was)
	}
	if err := again.Attack(t.Context()); !fault.Is(err, fault.Conflict) {
		t.Errorf("second launch: %v, want a conflict", err)
	}
	before, err := again.LossAt(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	await(t, again, "more loss", func(ctx context.Context) (bool, error) {
		now, err := again.LossAt(ctx, 0)
		return err == nil && now.Gt(before), err
	})
	pause(t, again)
	await(t, again, "the attacker giving up", again.attackOver)
}

func TestAnAttackThatWasPausedDoesNotComeBack(t *testing.T) {
	dir := t.TempDir()
	s := start(t, Options{Dir: dir, Seed: 4})
	if err := s.Attack(t.Context()); err != nil {
		t.Fatal(err)
	}
	await(t, s, "a loss", lost(s, 80_000))
	pause(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again := start(t, Options{Dir: dir, Seed: 4})
	await(t, again, "the attacker giving up", again.attackOver)
}

func TestTheExamplePlanNamesTheContractsOfTheStage(t *testing.T) {
	p, _, err := plan.Load(os.DirFS("../examples/vault"))
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, Options{})
	for id, want := range map[string]evm.Address{"vault": s.Vault, "husd": s.Token} {
		a, ok := p.Asset(id)
		if !ok || a.Address != want {
			t.Errorf("asset %s is at %v in the plan, the stage's is at %s", id, a.Address, want)
		}
	}
}
