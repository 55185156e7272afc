package stage

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/holiman/uint256"

	"tocsin/evm"
	"tocsin/fault"
)

// ordinary counts the users' transactions of the newest blocks that succeeded.
func ordinary(t *testing.T, s *Stage, blocks uint64) (n int) {
	t.Helper()
	head := s.chain.Head().Number
	for at := head - blocks + 1; at <= head; at++ {
		b, err := s.client.Block(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		for i, tx := range b.Transactions {
			for _, u := range s.users {
				if tx.From == u.address() && b.Receipts[i].Status == 1 {
					n++
				}
			}
		}
	}
	return n
}

// after waits for so many more blocks.
func after(t *testing.T, s *Stage, blocks uint64) {
	t.Helper()
	until := s.chain.Head().Number + blocks
	await(t, s, "more blocks", func(context.Context) (bool, error) { return s.chain.Head().Number >= until, nil })
}

func truth(t *testing.T, s *Stage) Truth {
	t.Helper()
	x, err := s.Truth(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// slowly lets the attacker take so much time that whoever stops him is in time on any machine.
func slowly(o Options) Options {
	o.Period, o.Pace, o.Every = 20*time.Millisecond, 1, 6*time.Second
	return o
}

// caught says from when on a world's users have lost something, or are about to.
func caught(s *Stage) func(context.Context) (bool, error) {
	if s.world.ID != "inflated-shares" {
		return lost(s, 500_000)
	}
	return func(ctx context.Context) (bool, error) {
		pot, err := s.VaultBalance(ctx, nil)
		return err == nil && !pot.Lt(s.money(donation+200_000)), err
	}
}

func TestAPauseStopsTheAttackerOfEveryWorld(t *testing.T) {
	for _, w := range Worlds() {
		t.Run(w.ID, func(t *testing.T) {
			t.Parallel()
			s := start(t, slowly(Options{World: w.ID, Seed: 5, Safe: safeCode(t)}))
			if x := truth(t, s); x.Begun || x.Over || x.Held || !x.Lost.IsZero() {
				t.Fatalf("before the attack: %+v", x)
			}
			if err := s.Do(t.Context(), "attack"); err != nil {
				t.Fatal(err)
			}
			if err := s.Do(t.Context(), "attack"); err != nil {
				t.Errorf("the same inject read again: %v", err)
			}
			await(t, s, "damage", caught(s))
			block := pause(t, s)
			await(t, s, "the attacker giving up", s.attackOver)
			x := truth(t, s)
			if !x.Begun || !x.Over || !x.Held {
				t.Errorf("after the pause: %+v", x)
			}
			at, err := s.LossAt(t.Context(), block)
			if err != nil || !at.Eq(x.Lost) {
				t.Errorf("lost %v, %v at the pause and %v in the end", at, err, x.Lost)
			}
			if most := husd(6_000_000); x.Lost.Gt(most) {
				t.Errorf("lost %s", x.Lost.Dec())
			}
			if least := husd(100_000); x.Saved.Lt(least) {
				t.Errorf("saved %s", x.Saved.Dec())
			}
			if n := refusals(t, s, x.First.Block); n != retries {
				t.Errorf("the attacker was refused %d times, want %d", n, retries)
			}
			if before, err := s.LossAt(t.Context(), x.First.Block-1); err != nil || !before.IsZero() || x.First.Status != 1 {
				t.Errorf("first malicious transaction %+v, %v lost before it, %v", x.First, before, err)
			}
			after(t, s, 60)
			if ordinary(t, s, 60) == 0 {
				t.Error("no user does anything any more")
			}
		})
	}
}

func TestWithoutAPauseTheAttackerTakesWhatThereIsAlsoAfterAKill(t *testing.T) {
	for _, w := range Worlds() {
		t.Run(w.ID, func(t *testing.T) {
			t.Parallel()
			dir, copied := t.TempDir(), t.TempDir()
			s := start(t, Options{World: w.ID, Dir: dir, Seed: 6, Pace: 1, Safe: safeCode(t)})
			if err := s.Attack(t.Context()); err != nil {
				t.Fatal(err)
			}
			await(t, s, "damage", caught(s))
			before := truth(t, s)
			blocks, err := os.ReadFile(filepath.Join(dir, "blocks")) // as a kill would leave it
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(copied, "blocks"), blocks, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}

			s = start(t, Options{World: w.ID, Dir: copied, Seed: 6, Pace: 1, Safe: safeCode(t)})
			if err := s.Attack(t.Context()); !fault.Is(err, fault.Conflict) {
				t.Errorf("second launch: %v, want a conflict", err)
			}
			await(t, s, "the end of the attack", s.attackOver)
			x := truth(t, s)
			want := husd(9_000_000)
			if w.ID == "inflated-shares" {
				want = husd(catch)
			}
			if x.Lost.Lt(want) || x.Held || !x.Over || x.First != before.First {
				t.Errorf("in the end %+v, it began with %+v", x, before.First)
			}
			if ordinary(t, s, min(100, s.chain.Head().Number-x.First.Block)) == 0 {
				t.Error("no user did anything meanwhile")
			}
		})
	}
}

// act lets the executor call the vault and waits until it has succeeded.
func act(t *testing.T, s *Stage, function string, args ...any) {
	t.Helper()
	a, err := newActor(executorName)
	if err != nil {
		t.Fatal(err)
	}
	a.client = s.client
	c, err := on(s.Vault, function, args...)
	if err != nil {
		t.Fatal(err)
	}
	tx, err := a.send(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	var r *evm.Receipt
	await(t, s, function, func(ctx context.Context) (_ bool, err error) {
		if r, err = s.client.Receipt(ctx, tx); fault.Is(err, fault.NotFound) {
			return false, nil
		}
		return err == nil, err
	})
	if r.Status != 1 {
		t.Fatalf("%s failed: %+v", function, r)
	}
}

func TestSomeWorldsCanBeStoppedWithoutAPause(t *testing.T) {
	for id, stop := range map[string]func(*testing.T, *Stage){
		"oracle-moved": func(t *testing.T, s *Stage) { act(t, s, "setBorrowCap(uint256)", new(uint256.Int)) },
		"stolen-key": func(t *testing.T, s *Stage) {
			act(t, s, "removeOperator(address)", s.others[operatorName].address()) // before the other one, or he names it again
			act(t, s, "removeOperator(address)", s.attacker.address())
		},
		"blind-signed-safe":   func(t *testing.T, s *Stage) { act(t, s, "removeOperator(address)", treasury()) },
		"governance-takeover": func(t *testing.T, s *Stage) { act(t, s, "veto(uint256)", 0) },
	} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			s := start(t, slowly(Options{World: id, Seed: 8, Safe: safeCode(t)}))
			if err := s.Attack(t.Context()); err != nil {
				t.Fatal(err)
			}
			await(t, s, "damage", caught(s))
			stop(t, s)
			await(t, s, "the attacker giving up", s.attackOver)
			x := truth(t, s)
			if paused, err := s.Paused(t.Context()); err != nil || paused || !x.Held || x.Lost.Gt(husd(6_000_000)) {
				t.Errorf("paused %v, %v, in the end %+v", paused, err, x)
			}
		})
	}
}

func TestOneOfTwoStolenOperatorsIsNotEnough(t *testing.T) {
	s := start(t, slowly(Options{World: "stolen-key", Seed: 9}))
	if err := s.Attack(t.Context()); err != nil {
		t.Fatal(err)
	}
	await(t, s, "damage", caught(s))
	act(t, s, "removeOperator(address)", s.attacker.address())
	before := truth(t, s).Lost
	await(t, s, "more loss", func(ctx context.Context) (bool, error) {
		now, err := s.LossAt(ctx, 0)
		return err == nil && now.Gt(before), err
	})
}

func TestAWorldThatThereIsNotIsSaid(t *testing.T) {
	if _, err := Start(t.Context(), Options{World: "no-such-world"}); !fault.Is(err, fault.NotFound) {
		t.Errorf("got %v, want not found", err)
	}
	s := start(t, Options{})
	if err := s.Do(t.Context(), "rain"); !fault.Is(err, fault.NotFound) {
		t.Errorf("got %v, want not found", err)
	}
}

func TestAFolderIsNotGoneOnWithAsAnotherWorld(t *testing.T) {
	dir := t.TempDir()
	if err := start(t, Options{World: "reentrant-vault", Dir: dir}).Close(); err != nil {
		t.Fatal(err)
	}
	for _, other := range []string{"open-initialise", Default} {
		if _, err := Start(t.Context(), Options{World: other, Dir: dir}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v, want invalid", other, err)
		}
	}
}
