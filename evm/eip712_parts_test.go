package evm

import (
	"testing"

	"github.com/ethereum/go-ethereum/crypto"
)

func TestPartsMakeTheDigest(t *testing.T) {
	d := TypedData{
		Types: map[string][]Field{
			"EIP712Domain": {{Name: "name", Type: "string"}},
			"Mail":         {{Name: "text", Type: "string"}},
		},
		PrimaryType: "Mail", Domain: map[string]any{"name": "Post"}, Message: map[string]any{"text": "Hello"},
	}
	domain, message, err := d.Parts()
	if err != nil {
		t.Fatal(err)
	}
	want, err := d.Hash()
	if err != nil {
		t.Fatal(err)
	}
	if got := crypto.Keccak256Hash([]byte{0x19, 0x01}, domain[:], message[:]); got != want {
		t.Errorf("the parts make %s, the digest is %s", got, want)
	}
	d.Message["text"] = nil
	if _, _, err := d.Parts(); err == nil {
		t.Error("a message that cannot be hashed has parts")
	}
}
