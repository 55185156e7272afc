package sealed_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"

	"tocsin/fault"
	"tocsin/plan/sealed"
)

func seal(t *testing.T, text string, to age.Recipient, armored bool) []byte {
	t.Helper()
	var out bytes.Buffer
	var into io.WriteCloser = nopCloser{&out}
	if armored {
		into = armor.NewWriter(&out)
	}
	w, err := age.Encrypt(into, to)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := into.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

func TestOpen(t *testing.T) {
	ours, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	other, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	key := "# our key\n" + other.String() + "\n" + ours.String() + "\n"
	for _, armored := range []bool{false, true} {
		file := seal(t, "0x02", ours.Recipient(), armored)
		if text, err := sealed.Open(file, key, "pause.age", 4); err != nil || string(text) != "0x02" {
			t.Errorf("%q, %v", text, err)
		}
		if _, err := sealed.Open(file, other.String(), "pause.age", 4); !fault.Is(err, fault.Forbidden) || !strings.Contains(err.Error(), "pause.age") {
			t.Errorf("with another key: %v", err)
		}
		if _, err := sealed.Open(file, key, "pause.age", 3); !fault.Is(err, fault.Invalid) {
			t.Errorf("too large: %v", err)
		}
		if _, err := sealed.Open(file[:len(file)-3], key, "pause.age", 4); !fault.Is(err, fault.Invalid) {
			t.Errorf("cut short: %v", err)
		}
		for _, bad := range []string{"", "hello", "AGE-SECRET-KEY-1"} {
			if _, err := sealed.Open(file, bad, "pause.age", 4); !fault.Is(err, fault.Invalid) || bad != "" && strings.Contains(fault.Sentence(err), bad) {
				t.Errorf("with the key %q: %v", bad, err)
			}
		}
	}
	if _, err := sealed.Open(nil, key, "", 4); !fault.Is(err, fault.Invalid) {
		t.Errorf("nothing: %v", err)
	}
}
