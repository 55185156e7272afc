package devchain

import (
	"context"
	"crypto/ecdsa"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/chain"
	"tocsin/chain/rpc"
	"tocsin/evm"
	"tocsin/fault"
)

func key(t testing.TB, name string) *ecdsa.PrivateKey {
	t.Helper()
	k, err := crypto.ToECDSA(crypto.Keccak256([]byte("devchain test: " + name)))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func address(k *ecdsa.PrivateKey) evm.Address { return crypto.PubkeyToAddress(k.PublicKey) }

func ether(n int64) *big.Int { return new(big.Int).Mul(big.NewInt(n), big.NewInt(1e18)) }

func options(t testing.TB, dir string, period time.Duration) Options {
	return Options{ChainID: 31337, Dir: dir, Period: period, Alloc: types.GenesisAlloc{address(key(t, "alice")): {Balance: ether(1000)}}}
}

func start(t testing.TB, o Options) *Chain {
	t.Helper()
	c, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// transfer is a signed payment of one ether by alice.
func transfer(t testing.TB, nonce uint64) []byte {
	t.Helper()
	to := evm.Address{0xbb}
	tx, err := types.SignNewTx(key(t, "alice"), types.LatestSignerForChainID(big.NewInt(31337)), &types.DynamicFeeTx{
		ChainID: big.NewInt(31337), Nonce: nonce, GasTipCap: big.NewInt(1e9), GasFeeCap: big.NewInt(1e10), Gas: 21000, To: &to, Value: ether(1),
	})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := tx.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func send(t testing.TB, c chain.Client, nonce uint64) evm.Hash {
	t.Helper()
	h, err := c.Send(t.Context(), transfer(t, nonce))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// mined waits, by the chain's own heads, until a transaction is mined.
func mined(t testing.TB, c chain.Client, tx evm.Hash) *evm.Receipt {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	var r *evm.Receipt
	done := fmt.Errorf("done")
	err := c.Heads(ctx, func(evm.Header) (err error) {
		if r, err = c.Receipt(ctx, tx); fault.Is(err, fault.NotFound) {
			return nil
		}
		if err == nil {
			err = done
		}
		return err
	})
	if err != done {
		t.Fatal(err)
	}
	return r
}

func TestItMinesWhatIsPendingForClientsOutside(t *testing.T) {
	c := start(t, options(t, "", 0))
	for _, url := range []string{c.URL(), c.WSURL()} {
		client, err := rpc.Dial(t.Context(), rpc.Options{URL: url, ChainID: 31337, PollEvery: 10 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		n, err := client.Nonce(t.Context(), address(key(t, "alice")), true)
		if err != nil {
			t.Fatal(err)
		}
		r := mined(t, client, send(t, client, n))
		b, err := client.Block(t.Context(), r.BlockNumber)
		if err != nil {
			t.Fatal(err)
		}
		if r.Status != 1 || b.Unverified != "" || len(b.Receipts) != 1 || b.Receipts[0].TxHash != r.TxHash {
			t.Errorf("receipt %+v in block %+v", r, b)
		}
		client.Close()
	}
}

func TestABlockHoldsAllThatWasSentBefore(t *testing.T) {
	c := start(t, options(t, "", Manual))
	nonce := uint64(0)
	for n := range uint64(60) {
		want := int(n%5) + 1
		for range want {
			send(t, c.Client(), nonce)
			nonce++
		}
		if err := c.Mine(1); err != nil {
			t.Fatal(err)
		}
		b, err := c.Client().Block(t.Context(), n+1)
		if err != nil {
			t.Fatal(err)
		}
		if len(b.Transactions) != want {
			t.Fatalf("block %d holds %d of %d transactions", n+1, len(b.Transactions), want)
		}
	}
}

func TestItMinesEachPeriod(t *testing.T) {
	c := start(t, options(t, "", 5*time.Millisecond))
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	var parent evm.Header
	enough := fmt.Errorf("enough")
	err := c.Client().Heads(ctx, func(h evm.Header) error {
		if h.Number == parent.Number+1 && h.Time <= parent.Time {
			t.Errorf("block %d has time %d, its parent %d", h.Number, h.Time, parent.Time)
		}
		parent = h
		if h.Number >= 5 {
			return enough
		}
		return nil
	})
	if err != enough {
		t.Fatal(err)
	}
}

// snapshot copies the folder as a kill at this moment would leave it.
func snapshot(t testing.TB, dir string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "blocks"))
	if err != nil {
		t.Fatal(err)
	}
	to := t.TempDir()
	if err := os.WriteFile(filepath.Join(to, "blocks"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	return to
}

func TestItSurvivesAKillAtAnyInstant(t *testing.T) {
	dir := t.TempDir()
	c := start(t, options(t, dir, Manual))
	var txs [3]evm.Hash
	for i := range txs {
		txs[i] = send(t, c.Client(), uint64(i))
		if err := c.Mine(1); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Reorg(t.Context(), 1, true); err != nil {
		t.Fatal(err)
	}
	before := c.Head()

	copied := snapshot(t, dir) // c still runs: nothing has been closed in an orderly way
	again := start(t, options(t, copied, Manual))
	if got := again.Head(); got != before {
		t.Fatalf("head %v after the kill, want %v", got, before)
	}
	for i, tx := range txs {
		if r, err := again.Client().Receipt(t.Context(), tx); err != nil || r.BlockNumber != uint64(i)+1 {
			t.Errorf("receipt of transaction %d: %+v, %v", i, r, err)
		}
	}
	mid := uint64(2)
	if b, err := again.Client().Balance(t.Context(), evm.Address{0xbb}, &mid); err != nil || b.ToBig().Cmp(ether(2)) != 0 {
		t.Errorf("balance at block 2 is %v, %v, want that of the time", b, err)
	}
	send(t, again.Client(), 3)
	if err := again.Mine(1); err != nil {
		t.Fatal(err)
	}
	if got := again.Head(); got.Number != before.Number+1 {
		t.Errorf("it mined on to %v", got)
	}
}

func TestATornTailIsCutAndNothingElse(t *testing.T) {
	dir := t.TempDir()
	c := start(t, options(t, dir, Manual))
	if err := c.Mine(2); err != nil {
		t.Fatal(err)
	}
	second := c.Head()
	whole := len(read(t, dir))
	if err := c.Mine(1); err != nil {
		t.Fatal(err)
	}
	data := read(t, dir)
	for _, size := range []int{whole + 1, whole + prefixSize, whole + prefixSize + 1, len(data) - 1} {
		torn := t.TempDir()
		write(t, torn, data[:size])
		again := start(t, options(t, torn, Manual))
		if got := again.Head(); got != second {
			t.Errorf("cut at %d: head %v, want %v", size, got, second)
		}
		if err := again.Mine(1); err != nil {
			t.Fatal(err)
		}
		third := again.Head()
		if err := again.Close(); err != nil {
			t.Fatal(err)
		}
		if got := start(t, options(t, torn, Manual)).Head(); got != third {
			t.Errorf("cut at %d: head %v after mining on, want %v", size, got, third)
		}
	}
	for _, size := range []int{0, 5, headerSize - 1, headerSize} {
		torn := t.TempDir()
		write(t, torn, data[:size])
		if got := start(t, options(t, torn, Manual)).Head(); got.Number != 0 {
			t.Errorf("cut at %d: head %v, want the first block", size, got)
		}
	}
}

func TestDamageAndOtherChainsAreRefused(t *testing.T) {
	dir := t.TempDir()
	c := start(t, options(t, dir, Manual))
	if err := c.Mine(2); err != nil {
		t.Fatal(err)
	}
	data := read(t, dir)
	damaged := append([]byte(nil), data...)
	damaged[headerSize+prefixSize+20] ^= 1
	for name, content := range map[string][]byte{"damaged": damaged, "foreign": []byte("these are my holiday photographs")} {
		at := t.TempDir()
		write(t, at, content)
		if _, err := Start(t.Context(), options(t, at, Manual)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v, want invalid", name, err)
		}
		if string(read(t, at)) != string(content) {
			t.Errorf("%s: the file was changed", name)
		}
	}
	at := t.TempDir()
	write(t, at, data)
	other := options(t, at, Manual)
	other.ChainID = 31338
	other.Alloc = nil
	if _, err := Start(t.Context(), other); !fault.Is(err, fault.Invalid) {
		t.Errorf("other accounts: %v, want invalid", err)
	}
}

func TestOneProcessPerFolder(t *testing.T) {
	dir := t.TempDir()
	c := start(t, options(t, dir, Manual))
	if _, err := Start(t.Context(), options(t, dir, Manual)); !fault.Is(err, fault.Conflict) {
		t.Fatalf("second start: %v, want a conflict", err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	start(t, options(t, dir, Manual))
}

func TestAPortThatCannotBeHadIsAFault(t *testing.T) {
	o := options(t, t.TempDir(), Manual)
	o.Port = 1 << 20
	if _, err := Start(t.Context(), o); !fault.Is(err, fault.Unavailable) {
		t.Errorf("%v, want unavailable", err)
	}
	o.Port = 0
	start(t, o) // the folder was given back
}

func TestReorgKeepsOrForgetsTransactions(t *testing.T) {
	for _, keep := range []bool{true, false} {
		c := start(t, options(t, "", Manual))
		if err := c.Mine(2); err != nil {
			t.Fatal(err)
		}
		tx := send(t, c.Client(), 0)
		if err := c.Mine(2); err != nil {
			t.Fatal(err)
		}
		before := c.Head()
		if err := c.Reorg(t.Context(), 2, keep); err != nil {
			t.Fatal(err)
		}
		if got := c.Head(); got.Number != before.Number || got.Hash == before.Hash {
			t.Errorf("keep %v: head %v, was %v", keep, got, before)
		}
		_, err := c.Client().Receipt(t.Context(), tx)
		if keep && err != nil || !keep && !fault.Is(err, fault.NotFound) {
			t.Errorf("keep %v: receipt %v", keep, err)
		}
		if err := c.Mine(1); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Client().Receipt(t.Context(), tx); !keep && !fault.Is(err, fault.NotFound) {
			t.Errorf("a forgotten transaction came back: %v", err)
		}
		if err := c.Reorg(t.Context(), 9, keep); !fault.Is(err, fault.Invalid) {
			t.Errorf("reorganisation deeper than the chain: %v", err)
		}
	}
}

func read(t testing.TB, dir string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "blocks"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func write(t testing.TB, dir string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, "blocks"), data, 0o600); err != nil {
		t.Fatal(err)
	}
}
