package evm

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math/big"
	"math/rand"
	"reflect"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/holiman/uint256"
)

func TestParseSignature(t *testing.T) {
	for _, c := range []struct{ in, signature, declared string }{
		{"pause()", "pause()", "function pause()"},
		{" function  pause ( ) external ;", "pause()", "function pause()"},
		{"withdraw(uint256 assets, address receiver)", "withdraw(uint256,address)", "function withdraw(uint256 assets, address receiver)"},
		{"function f(uint, int[3][] calldata x) external view returns (bool ok, bytes32)", "f(uint256,int256[3][])", "function f(uint256, int256[3][] x) view returns (bool ok, bytes32)"},
		{"exec(tuple(address to, bytes data)[] calls, (uint8,string) t) payable", "exec((address,bytes)[],(uint8,string))", "function exec((address to, bytes data)[] calls, (uint8, string) t) payable"},
		{"function(address)", "function(address)", "function function(address)"},
		{"send(address payable to)", "send(address)", "function send(address to)"},
	} {
		m, err := ParseSignature(c.in)
		if err != nil {
			t.Errorf("%q: %v", c.in, err)
			continue
		}
		if m.Signature() != c.signature || m.String() != c.declared {
			t.Errorf("%q: %s, %s; want %s, %s", c.in, m.Signature(), m, c.signature, c.declared)
		}
	}
}

func TestParseSignatureRefuses(t *testing.T) {
	for in, say := range map[string]string{
		"":                             "a name is missing",
		"pause":                        "character 6: an opening parenthesis",
		"pause(":                       "a type is missing",
		"pause() now":                  `"now" is not understood`,
		"f(uint257)":                   `no type "uint257"`,
		"f(uint08)":                    "no type",
		"f(bytes33)":                   "no type",
		"f(IERC20 token)":              "write address for a contract",
		"f(address indexed a)":         "only parameters of events",
		"f(uint256[0])":                "length of an array",
		"f(uint256[)":                  "length of an array",
		"f(uint256[65536])":            "length of an array",
		"f(uint256[60000][60000])":     "too large",
		"f(())":                        "components",
		"f(uint256 a b)":               "comma",
		"f(uint256,)":                  "a type is missing",
		"f() returns bool":             "opening parenthesis",
		"f())":                         "one too many",
		"f(" + strings.Repeat("(", 40): "deep",
		"f(uint" + strings.Repeat("[]", 40) + ")":     "deep",
		"f(" + strings.Repeat("bool,", 300) + "bool)": "more than 256",
	} {
		if m, err := ParseSignature(in); err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%.40q: %v, %v; want an error saying %q", in, m, err, say)
		}
	}
	if _, err := ParseEvent("event E(uint indexed a, uint indexed b, uint indexed c, uint indexed d)"); err == nil {
		t.Error("an event with four indexed parameters was read")
	}
}

func TestSelectorsAndTopics(t *testing.T) {
	m, err := ParseSignature("transfer(address to, uint256 amount)")
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%x", m.Selector()); got != "a9059cbb" {
		t.Errorf("selector %s, want a9059cbb", got)
	}
	e, err := ParseEvent("event Transfer(address indexed from, address indexed to, uint256 value)")
	if err != nil {
		t.Fatal(err)
	}
	if got := e.Topic().Hex(); got != "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef" {
		t.Errorf("topic %s", got)
	}
}

func TestEncodeCall(t *testing.T) {
	data, err := EncodeCall("transfer(address to, uint256 amount)", []string{"0x00000000000000000000000000000000000000aa", "1000"})
	want := "a9059cbb" + strings.Repeat("0", 62) + "aa" + strings.Repeat("0", 61) + "3e8"
	if err != nil || hex.EncodeToString(data) != want {
		t.Errorf("%x, %v; want %s", data, err, want)
	}
	for _, c := range []struct {
		signature string
		args      []string
		say       string
	}{
		{"f(uint256 cap)", nil, "it takes 1 argument, and none was given"},
		{"f()", []string{"1", "2"}, "it takes no argument, and 2 were given"},
		{"f(uint256 cap)", []string{"ten"}, `argument 1 (uint256 cap): "ten" is not a whole number`},
		{"f(uint256 cap)", []string{""}, `"" is not a whole number`},
		{"f(uint256 cap)", []string{"-1"}, "-1 does not fit uint256"},
		{"f(uint256 cap)", []string{"1 2"}, "is not a whole number"},
		{"f(uint256)", []string{"1_000"}, "is not a whole number"},
		{"f(uint8,uint8)", []string{"255", "256"}, "argument 2 (uint8): 256 does not fit uint8"},
		{"f(int8)", []string{"128"}, "does not fit int8"},
		{"f(int8)", []string{"-129"}, "does not fit int8"},
		{"f(address to)", []string{"vault"}, `argument 1 (address to): read address "vault"`},
		{"f(address)", []string{"0xAb5801a7D398351b8bE11C439e05C5B3259aeC9b0"}, "40 hexadecimal digits"},
		{"f(address)", []string{"0xab5801a7D398351b8bE11C439e05C5B3259aeC9B"}, "checksum"},
		{"f(bool)", []string{"yes"}, "neither true nor false"},
		{"f(bytes)", []string{"0x1"}, "even number"},
		{"f(bytes4)", []string{"0x010203"}, "3 bytes long where 4"},
		{"f(uint8[2])", []string{"[1]"}, "1 elements where 2"},
		{"f(uint8[])", []string{"1"}, "begin with '['"},
		{"f(uint8[])", []string{"[1, x]"}, `element 2 (uint8): "x"`},
		{"f(uint8[])", []string{"[1] 2"}, "one too many"},
		{"f((uint8 a, bool b))", []string{"(1)"}, "1 components where 2"},
		{"f((uint8 a, bool b))", []string{"(1, true, 3)"}, "more than 2"},
		{"f(string[])", []string{"[a]"}, "double quotes"},
	} {
		if data, err := EncodeCall(c.signature, c.args); err == nil || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%s %q: %x, %v; want an error saying %s", c.signature, c.args, data, err, c.say)
		}
	}
}

func TestDecodeResult(t *testing.T) {
	m, err := ParseSignature("paused() returns (bool)")
	if err != nil {
		t.Fatal(err)
	}
	word := func(hexa string) []byte {
		b, err := hex.DecodeString(strings.Repeat("0", 64-len(hexa)) + hexa)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	values, err := m.DecodeResult(word("1"))
	if want := []Value{{Type: "bool", Text: "true", Go: true}}; err != nil || !reflect.DeepEqual(values, want) {
		t.Errorf("%v, %v; want %v", values, err, want)
	}
	for say, answer := range map[string][]byte{
		"no contract": nil,
		"too short":   {1},
		"is no bool":  word("2"),
	} {
		if values, err := m.DecodeResult(answer); err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%x: %v, %v; want an error saying %q", answer, values, err, say)
		}
	}
}

func TestDecodeEvent(t *testing.T) {
	e, err := ParseEvent("event Note(address indexed who, string indexed tag, uint256 amount, string text)")
	if err != nil {
		t.Fatal(err)
	}
	tag := Hash{0x77}
	data := appendParams(nil, []Param{{Type: Type{kind: kindUint, size: 256}}, {Type: Type{kind: kindString}}}, []any{uint256.NewInt(9), "hi"})
	l := Log{Topics: []Hash{e.Topic(), {31: 0xaa}, tag}, Data: data}
	values, err := e.Decode(l)
	if err != nil {
		t.Fatal(err)
	}
	want := "who: 0x00000000000000000000000000000000000000AA, tag: " + tag.Hex() + ", amount: 9, text: hi"
	if got := FormatValues(values); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	for name, spoil := range map[string]func(*Log){
		"no topics":     func(l *Log) { l.Topics = nil },
		"another event": func(l *Log) { l.Topics = []Hash{{1}, {}, {}} },
		"topic missing": func(l *Log) { l.Topics = l.Topics[:2] },
		"dirty address": func(l *Log) { l.Topics = []Hash{l.Topics[0], {0: 1}, {}} },
		"data cut":      func(l *Log) { l.Data = l.Data[:33] },
	} {
		bad := l
		spoil(&bad)
		if values, err := e.Decode(bad); err == nil {
			t.Errorf("%s: decoded as %v", name, values)
		}
	}
}

// A few offsets that all lead to the same place must not unfold into gigabytes.
func TestDecodeEndsOnOverlappingOffsets(t *testing.T) {
	m, err := ParseSignature("f() returns (uint256[][][][][][])")
	if err != nil {
		t.Fatal(err)
	}
	var data []byte
	data = appendUint(data, 32)
	const width = 10
	for level := 0; level < 5; level++ {
		data = appendUint(data, width)
		for i := 0; i < width; i++ {
			data = appendUint(data, width*32)
		}
	}
	data = appendUint(data, width)
	data = append(data, make([]byte, width*32)...)
	if _, err := m.DecodeResult(data); err == nil || !strings.Contains(err.Error(), "overlap") {
		t.Errorf("%v, want an error about overlapping offsets", err)
	}
}

func TestABILookup(t *testing.T) {
	a, err := ParseABI([]string{
		"constructor(address owner)", "receive() external payable",
		"function pause()", "function set(uint256 a)", "function set(uint256 a, bool b)",
		"event Paused(address account)", "error Short(uint256 have)",
	})
	if err != nil {
		t.Fatal(err)
	}
	if m, err := a.Method("pause"); err != nil || m.Signature() != "pause()" {
		t.Errorf("pause: %v, %v", m, err)
	}
	if m, err := a.Method("set(uint, bool)"); err != nil || m.Signature() != "set(uint256,bool)" {
		t.Errorf("set by signature: %v, %v", m, err)
	}
	if _, err := a.Method("set"); err == nil || !strings.Contains(err.Error(), "set(uint256), set(uint256,bool)") {
		t.Errorf("set by name: %v, want both listed", err)
	}
	if _, err := a.Method("unpause"); err == nil {
		t.Error("found a function that is not there")
	}
	if e, err := a.Event("Paused"); err != nil || e.Signature() != "Paused(address)" {
		t.Errorf("Paused: %v, %v", e, err)
	}
	call, err := EncodeCall("set(uint256,bool)", []string{"1", "true"})
	if err != nil {
		t.Fatal(err)
	}
	if m, ok := a.MethodBySelector(call); !ok || m.Signature() != "set(uint256,bool)" {
		t.Errorf("by selector: %v, %v", m, ok)
	}
	if _, err := ParseABI([]string{"struct S { uint256 a; }"}); err == nil || !strings.Contains(err.Error(), "tuple") {
		t.Errorf("struct: %v", err)
	}
}

func TestParseABIJSON(t *testing.T) {
	const list = `[
		{"type":"constructor","inputs":[{"name":"x","type":"address"}]},
		{"type":"function","name":"exec","stateMutability":"payable","inputs":[{"name":"calls","type":"tuple[2][]","components":[{"name":"to","type":"address"},{"name":"data","type":"bytes"}]}],"outputs":[{"name":"","type":"bool"}]},
		{"type":"event","name":"Done","inputs":[{"name":"by","type":"address","indexed":true}],"anonymous":false},
		{"type":"error","name":"Bad","inputs":[{"name":"why","type":"string"}]}]`
	for _, in := range []string{list, `{"contractName":"X","abi":` + list + `}`} {
		a, err := ParseABIJSON([]byte(in))
		if err != nil {
			t.Fatal(err)
		}
		if len(a.Methods) != 1 || a.Methods[0].String() != "function exec((address to, bytes data)[2][] calls) payable returns (bool)" {
			t.Errorf("methods %v", a.Methods)
		}
		if len(a.Events) != 1 || a.Events[0].String() != "event Done(address indexed by)" {
			t.Errorf("events %v", a.Events)
		}
		if len(a.Errors) != 1 || a.Errors[0].String() != "error Bad(string why)" {
			t.Errorf("errors %v", a.Errors)
		}
	}
	for in, say := range map[string]string{
		"":                                    "read ABI",
		"{}":                                  `no member "abi"`,
		`[{"type":"function","name":"f(x)"}]`: "no identifier",
		`[{"type":"thing","name":"f"}]`:       "no such kind",
		`[{"type":"function","name":"f","inputs":[{"name":"a","type":"tuple"}]}]`:    "components",
		`[{"type":"function","name":"f","inputs":[{"name":"a","type":"fixed128"}]}]`: `parameter "a"`,
	} {
		if _, err := ParseABIJSON([]byte(in)); err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%s: %v, want an error saying %q", in, err, say)
		}
	}
}

func TestRevertReason(t *testing.T) {
	a, err := ParseABI([]string{"error InsufficientShares(address owner, uint256 needed)", "error EnforcedPause()"})
	if err != nil {
		t.Fatal(err)
	}
	call := func(signature string, args ...string) []byte {
		data, err := EncodeCall(signature, args)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	owner := Address{19: 1}.Hex()
	for want, data := range map[string][]byte{
		"not allowed":                        call("Error(string)", "not allowed"),
		"an arithmetic operation overflowed": call("Panic(uint256)", "0x11"),
		"panic 0x99":                         call("Panic(uint256)", "0x99"),
		"InsufficientShares(owner: " + owner + ", needed: 5)": call("InsufficientShares(address,uint256)", owner, "5"),
		"EnforcedPause()": call("EnforcedPause()"),
		"":                call("Unknown()"),
	} {
		if got := a.RevertReason(data); got != want {
			t.Errorf("%x: %q, want %q", data, got, want)
		}
	}
	for _, data := range [][]byte{nil, {8}, errorSelector, call("InsufficientShares(address,uint256)", owner, "5")[:40]} {
		if got := a.RevertReason(data); got != "" {
			t.Errorf("%x: %q, want nothing", data, got)
		}
	}
}

// Whatever go-ethereum encodes, we decode to the same text, and encode from that text to the same bytes.
func TestAgreesWithGoEthereum(t *testing.T) {
	const seed = 1
	r := rand.New(rand.NewSource(seed))
	for i := 0; i < 2000; i++ {
		var params []Param
		for n := r.Intn(4); n >= 0; n-- {
			params = append(params, Param{Name: fmt.Sprintf("p%d", len(params)), Type: randomType(r, 3)})
		}
		values := make([]any, len(params))
		var args abi.Arguments
		for j, p := range params {
			values[j] = randomValue(r, p.Type)
			typ, err := abi.NewType(gethType(p.Type), "", gethComponents(p.Type))
			if err != nil {
				t.Fatalf("%s: %v", p.Type, err)
			}
			args = append(args, abi.Argument{Name: p.Name, Type: typ})
		}
		ours := appendParams(nil, params, values)
		theirs, err := args.Unpack(ours)
		if err != nil {
			t.Fatalf("%s: go-ethereum cannot read %x: %v", canonical(params), ours, err)
		}
		again, err := args.Pack(theirs...)
		if err != nil || !bytes.Equal(again, ours) {
			t.Fatalf("%s: we encode %x, go-ethereum %x (%v)", canonical(params), ours, again, err)
		}
		back, err := decodeParams(params, ours)
		if err != nil {
			t.Fatalf("%s: cannot read our own %x: %v", canonical(params), ours, err)
		}
		texts := make([]string, len(params))
		for j, p := range params {
			texts[j] = p.Type.format(back[j], false)
		}
		m := Method{Name: "f", Inputs: params}
		data, err := m.Encode(texts)
		if err != nil || !bytes.Equal(data[4:], ours) {
			t.Fatalf("%s %q: %x, %v; want %x", m.Signature(), texts, data, err, ours)
		}
	}
}

func randomType(r *rand.Rand, depth int) Type {
	k := kind(1 + r.Intn(int(kindTuple)))
	if depth == 0 {
		k = kind(1 + r.Intn(int(kindString)))
	}
	t := Type{kind: k}
	switch k {
	case kindUint, kindInt:
		t.size = 8 * (1 + r.Intn(32))
	case kindFixedBytes:
		t.size = 1 + r.Intn(32)
	case kindArray, kindSlice:
		elem := randomType(r, depth-1)
		t.elem = &elem
		if k == kindArray {
			t.size = 1 + r.Intn(3)
		}
	case kindTuple:
		for n := r.Intn(3); n >= 0; n-- {
			t.fields = append(t.fields, Param{Name: fmt.Sprintf("f%d", len(t.fields)), Type: randomType(r, depth-1)})
		}
	}
	return t
}

func randomValue(r *rand.Rand, t Type) any {
	b := make([]byte, 32)
	r.Read(b)
	switch t.kind {
	case kindUint:
		u := new(uint256.Int).SetBytes32(b)
		return u.Rsh(u, uint(256-t.size+r.Intn(t.size)))
	case kindInt:
		n := new(big.Int).SetBytes(b)
		n.Rsh(n, uint(257-t.size))
		if r.Intn(2) == 0 {
			n.Not(n) // reaches the least value
		}
		return n
	case kindAddress:
		return Address(b[:20])
	case kindBool:
		return r.Intn(2) == 0
	case kindFixedBytes:
		return b[:t.size]
	case kindBytes:
		return append(b, b...)[:r.Intn(65)]
	case kindString:
		return []string{"", "plain", ` "quoted", [odd] (text)`, "\xff\x00", "ünïcode", `"start`}[r.Intn(6)]
	case kindTuple:
		list := make([]any, 0, len(t.fields))
		for _, f := range t.fields {
			list = append(list, randomValue(r, f.Type))
		}
		return list
	default:
		n := t.size
		if t.kind == kindSlice {
			n = r.Intn(4)
		}
		list := make([]any, 0, n)
		for len(list) < n {
			list = append(list, randomValue(r, *t.elem))
		}
		return list
	}
}

func gethType(t Type) string {
	switch t.kind {
	case kindArray, kindSlice:
		return gethType(*t.elem) + strings.TrimPrefix(t.String(), t.elem.String())
	case kindTuple:
		return "tuple"
	}
	return t.String()
}

func gethComponents(t Type) []abi.ArgumentMarshaling {
	for t.elem != nil {
		t = *t.elem
	}
	var list []abi.ArgumentMarshaling
	for _, f := range t.fields {
		list = append(list, abi.ArgumentMarshaling{Name: f.Name, Type: gethType(f.Type), Components: gethComponents(f.Type)})
	}
	return list
}

// What is read is written so that it reads the same.
func FuzzParseABI(f *testing.F) {
	for _, s := range []string{"function f(uint256 a, (address,bytes)[2][] b) view returns (bool)", "event E(address indexed a, uint b) anonymous", "error X(string)", "pause()"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ParseABI([]string{s})
		if err != nil {
			return
		}
		var lines []string
		for _, m := range a.Methods {
			lines = append(lines, m.String())
		}
		for _, e := range a.Events {
			lines = append(lines, e.String())
		}
		for _, e := range a.Errors {
			lines = append(lines, e.String())
		}
		b, err := ParseABI(lines)
		if err != nil || !reflect.DeepEqual(a, b) {
			t.Errorf("%q reads as %v, but %q as %v (%v)", s, a, lines, b, err)
		}
	})
}

// Whatever decodes encodes again to something that decodes to the same, and no input panics.
func FuzzDecode(f *testing.F) {
	f.Add("uint256,(string,bytes[])[2]", []byte{31: 1})
	f.Add("string[][],int8,bool", make([]byte, 320))
	f.Fuzz(func(t *testing.T, types string, data []byte) {
		m, err := ParseSignature("f(" + types + ")")
		if err != nil {
			return
		}
		values, err := decodeParams(m.Inputs, data)
		if err != nil {
			return
		}
		again, err := decodeParams(m.Inputs, appendParams(nil, m.Inputs, values))
		if err != nil || !reflect.DeepEqual(label(m.Inputs, values), label(m.Inputs, again)) {
			t.Errorf("%s: %v encodes to what decodes as %v (%v)", types, values, again, err)
		}
	})
}

func FuzzParseLiteral(f *testing.F) {
	f.Add("(uint8,string)[]", `[(1, "a"), (2, "b\n")]`)
	f.Add("int256", "-0x10")
	f.Fuzz(func(t *testing.T, typ, text string) {
		ty, err := ParseType(typ)
		if err != nil {
			return
		}
		v, err := ty.Normalize(text)
		if err != nil {
			return
		}
		if again, err := ty.Normalize(v); err != nil || again != v {
			t.Errorf("%s %q is written %q, which is written %q (%v)", typ, text, v, again, err)
		}
	})
}
