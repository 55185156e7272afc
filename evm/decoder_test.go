package evm

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestDecoderReadsAsTheReferenceDoes(t *testing.T) {
	for _, name := range []string{"15537394-block.json", "19426586-block.json"} {
		var r reference
		compareBlock(t, &r, file(t, name))
		if r.err != nil {
			t.Errorf("%s: %v", name, r.err)
		}
	}
	var r reference
	compareReceipts(t, &r, file(t, "21925176-receipts.json"))
	if r.err != nil {
		t.Error(r.err)
	}
	indented := new(bytes.Buffer)
	if err := json.Indent(indented, file(t, "21925176-receipts.json"), "\t\r\n", "  "); err != nil {
		t.Fatal(err)
	}
	compareReceipts(t, &r, indented.Bytes())
}

// compareBlock checks that what the Decoder accepts the reference reads alike.
func compareBlock(t *testing.T, r *reference, data []byte) {
	t.Helper()
	got, err := DecodeBlock(data)
	if err != nil {
		return
	}
	want := r.block(data)
	for i := range got.Transactions {
		got.Transactions[i].Raw, got.Transactions[i].Foreign = nil, false
	}
	got.Foreign = false
	if r.err != nil {
		t.Fatalf("accepted, but the reference says %v", r.err)
	}
	if text(got) != text(want) {
		t.Fatalf("read as\n%s\nwant\n%s", text(got), text(want))
	}
}

func compareReceipts(t *testing.T, r *reference, data []byte) {
	t.Helper()
	got, err := DecodeReceipts(data)
	if err != nil {
		return
	}
	want := r.receipts(data)
	if r.err != nil {
		t.Fatalf("accepted, but the reference says %v", r.err)
	}
	if text(got) != text(want) {
		t.Fatalf("read as\n%s\nwant\n%s", text(got), text(want))
	}
}

// A decoder used again reads each block as a new one does, and what it gave out stands until it is reset.
func TestDecoderIsUsedAgain(t *testing.T) {
	var d Decoder
	for _, name := range []string{"19426586-block.json", "15537394-block.json", "19426586-block.json"} {
		d.Reset()
		whole, err := d.Block(file(t, name))
		if err != nil {
			t.Fatal(err)
		}
		rs, err := d.Receipts(file(t, "21925176-receipts.json"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Block(file(t, "15537394-block.json")); err != nil {
			t.Fatal(err)
		}
		fresh := decodeBlock(t, name)
		if text(whole) != text(fresh) {
			t.Errorf("%s: read otherwise than by a new decoder", name)
		}
		want, err := DecodeReceipts(file(t, "21925176-receipts.json"))
		if err != nil || text(rs) != text(want) {
			t.Errorf("receipts read otherwise than by a new decoder, %v", err)
		}
	}
	receipts := file(t, "21925176-receipts.json")
	allocated := testing.AllocsPerRun(20, func() {
		d.Reset()
		if _, err := d.Receipts(receipts); err != nil {
			t.Fatal(err)
		}
	})
	if allocated > 5 {
		t.Errorf("%v allocations for a block of receipts, with the memory there", allocated)
	}
}

// smallReceipts is a receipt with everything in it, and things we do not know.
const smallReceipts = ` [ {"type":"0x2","status":"0x1","cumulativeGasUsed":"0x3855a","un\"known":[1,-2.5e+3,{"a":[]},"\u00e9\\",true,null],` +
	`"transactionHash":"0x%064x","transactionIndex":"0x0","from":"0x%040x","to":null,"gasUsed":"0x1","blockHash":"0x%064x",` +
	`"blockNumber":"0x1","effectiveGasPrice":"0x0000000000000000000000000000000000000000000000000000000000000000001","contractAddress":"0x%040x",` +
	`"logs":[{"address":"0x%040X","topics":["0x%064x"],"data":"0x00fF","logIndex":"0x0"}]}]`

func aReceipt() string { return fmt.Sprintf(smallReceipts, 1, 2, 3, 4, 0xabcdef, 6) }

func TestEveryTruncationIsAnErrorThatSaysWhere(t *testing.T) {
	whole := aReceipt()
	rs, err := DecodeReceipts([]byte(whole))
	if err != nil || len(rs) != 1 || rs[0].Logs[0].Data[1] != 0xff || rs[0].EffectiveGasPrice.Uint64() != 1 || rs[0].To != nil {
		t.Fatalf("%+v, %v", rs, err)
	}
	for i := range whole {
		if _, err := DecodeReceipts([]byte(whole[:i])); !errors.Is(err, ErrShape) || !strings.Contains(err.Error(), "at byte ") {
			t.Fatalf("cut at %d: %v", i, err)
		}
	}
	block := string(file(t, "15537394-block.json"))
	for i := 0; i < len(block); i += 97 {
		if _, err := DecodeBlock([]byte(block[:i])); !errors.Is(err, ErrShape) || !strings.Contains(err.Error(), "at byte ") {
			t.Fatalf("cut at %d: %v", i, err)
		}
	}
}

func TestWhatIsWrongIsSaidWithItsPlace(t *testing.T) {
	for _, c := range []struct{ old, new, say string }{
		{`"status":"0x1"`, `"status":"0x2"`, "a status of 2"},
		{`"status":"0x1"`, `"status":1`, "at byte 26: \"1,\\\"cumulativ\" where a string should be"},
		{`"status":"0x1"`, `"status":"0x1","status":"0x1"`, "a second value"},
		{`"0x3855a"`, `"0x3855g"`, "'g' is not a hexadecimal digit"},
		{`"0x3855a"`, `"0x1ffffffffffffffff"`, "too large"},
		{`"0x3855a"`, `"0x"`, "without digits"},
		{`"0x3855a"`, `"0\u0078385"`, "begins with 0x"},
		{`"0x3855a"`, `"12"`, "begins with 0x"},
		{`"0x00fF"`, `"0x00f"`, "two hexadecimal digits"},
		{`"0x00fF"`, `"0x00fG"`, "two hexadecimal digits"},
		{`"gasUsed"`, `"gasused"`, "gasUsed is missing"},
		{`-2.5e+3`, `-2.e+3`, "a number without a digit"},
		{`-2.5e+3`, `01`, "a comma"},
		{`\u00e9`, `\u00g9`, "no escape"},
		{`true`, `tru`, "true"},
		{`"a":[]`, `"a" []`, "a colon"},
		{`"a":[]`, `"a":[],`, "a name"},
		{`[1,`, `[,`, "a value"},
		{`{"a":[]}`, strings.Repeat("[", 2000) + strings.Repeat("]", 2000), "nested deeper"},
		{"un\\\"known", "un\nknown", "control character"},
	} {
		bad := strings.Replace(aReceipt(), c.old, c.new, 1)
		if bad == aReceipt() {
			t.Fatalf("%s is not there to be replaced", c.old)
		}
		_, err := DecodeReceipts([]byte(bad))
		if !errors.Is(err, ErrShape) || !strings.Contains(err.Error(), "at byte ") || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%s for %s: %v, want it to say %q", c.new, c.old, err, c.say)
		}
	}
	if _, err := DecodeReceipts([]byte(aReceipt() + "]")); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("at byte %d", len(aReceipt()))) {
		t.Errorf("more after the end: %v", err)
	}
	escaped := strings.Replace(aReceipt(), `"gasUsed"`, `"gas\u0055sed"`, 1)
	if rs, err := DecodeReceipts([]byte(escaped)); err != nil || rs[0].GasUsed != 1 {
		t.Errorf("a name written with an escape: %v", err)
	}
}

// Thousands of small changes to a receipt and to a block: whatever is accepted still, the reference reads alike.
func TestChangedInputIsReadAsTheReferenceDoes(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 2026))
	block := file(t, "op-120794432-block.json")
	accepted := 0
	for range 20_000 {
		in, compare := []byte(aReceipt()), compareReceipts
		if random.IntN(4) == 0 {
			in, compare = bytes.Clone(block), compareBlock
		}
		for range 1 + random.IntN(3) {
			in = changed(random, in)
		}
		if _, err := DecodeReceipts(in); err == nil {
			accepted++
		}
		compare(t, new(reference), in)
	}
	if accepted < 100 {
		t.Errorf("only %d changed inputs were accepted: the test shows little", accepted)
	}
}

// changed changes a byte, or leaves out, doubles or moves a part.
func changed(random *rand.Rand, in []byte) []byte {
	from := random.IntN(len(in))
	to := min(len(in), from+1+random.IntN(40))
	part := bytes.Clone(in[from:to])
	switch random.IntN(5) {
	case 0:
		in[from] ^= 1 << random.IntN(8)
	case 1:
		const likely = `0x19afAF"\,:[]{} nulltrue-.eE` + "\n\x00\xff"
		in[from] = likely[random.IntN(len(likely))]
	case 2:
		return slices.Delete(in, from, to)
	case 3:
		return slices.Insert(in, from, part...)
	case 4:
		in = slices.Delete(in, from, to)
		return slices.Insert(in, random.IntN(len(in)+1), part...)
	}
	return in
}

func FuzzBlockAsTheReference(f *testing.F) {
	f.Add([]byte(`{"number":"0x1","transactions":[{}]}`))
	whole := string(file(f, "15537394-block.json"))
	head, txs, _ := strings.Cut(whole, `"transactions":[`)
	f.Add([]byte(head + `"transactions":[` + strings.SplitN(txs, "},{", 2)[0] + "}]}"))
	if deposit, err := os.ReadFile("testdata/op-120794432-block.json"); err == nil {
		f.Add(deposit)
	}
	f.Fuzz(func(t *testing.T, data []byte) { compareBlock(t, new(reference), data) })
}

func FuzzReceiptsAsTheReference(f *testing.F) {
	f.Add([]byte(aReceipt()))
	first, _, _ := strings.Cut(string(file(f, "21925176-receipts.json")), `},{"type"`)
	f.Add([]byte(first + "}]"))
	f.Fuzz(func(t *testing.T, data []byte) { compareReceipts(t, new(reference), data) })
}

// FuzzDecodeHex holds the decoder of eight digits at once to a plain one.
func FuzzDecodeHex(f *testing.F) {
	f.Add([]byte("0123456789abcdefABCDEF"))
	f.Add([]byte("0/:@G`goO\x7f\x80\xb0\xc1\x10"))
	f.Fuzz(func(t *testing.T, in []byte) {
		in = in[:len(in)/2*2]
		got := make([]byte, len(in)/2)
		ok := decodeHex(got, in)
		valid := strings.Trim(string(in), "0123456789abcdefABCDEF") == ""
		if ok != valid {
			t.Fatalf("%q: digits: %v, want %v", in, ok, valid)
		}
		if ok && fmt.Sprintf("%x", got) != strings.ToLower(string(in)) {
			t.Fatalf("%q decoded as %x", in, got)
		}
	})
}
