package cli

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/execute"
	"tocsin/signer"
	"tocsin/status"
)

// Whoever writes an app sees from a file or an address what it would be told, and why it would not know.
func TestStatusVerify(t *testing.T) {
	private, err := crypto.ToECDSA(crypto.Keccak256([]byte("tocsin test key: status")))
	if err != nil {
		t.Fatal(err)
	}
	key := signer.Drill(private)
	s, err := status.New("harbour", 9, status.Text{State: status.Limited, Message: "Back soon.\x1b[31m", Off: []string{"deposits"}}, time.Now(), time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	f, err := execute.SignStatus(key)(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	b, err := f.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "status.json")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/status.json" {
			w.WriteHeader(http.StatusBadGateway)
		}
		_, _ = w.Write(b)
	}))
	defer host.Close()
	us := key.Address().Hex()
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{path, "--signer", us}, exitFine, "limited"},
		{[]string{host.URL + "/status.json", "--signer", us, "--protocol", "harbour", "--newest", "9"}, exitFine, "deposits"},
		{[]string{host.URL + "/other.json", "--signer", us}, exitNo, "502"},
		{[]string{path, "--signer", us, "--newest", "10"}, exitNo, "number 9"},
		{[]string{path, "--signer", us, "--protocol", "other"}, exitNo, "harbour"},
		{[]string{path, "--signer", "0x1100000000000000000000000000000000000001"}, exitNo, "not signed by"},
		{[]string{path}, exitUnusable, "--signer"},
		{[]string{path + "x", "--signer", us}, exitUnusable, "cannot be read"},
	} {
		code, out, said := runCLI(t, append([]string{"status", "verify"}, c.args...)...)
		if code != c.code || !strings.Contains(out+said, c.says) || strings.Contains(out+said, "\x1b") {
			t.Errorf("%v: %d\n%s%s", c.args, code, out, said)
		}
	}
	_, out, _ := runCLI(t, "status", "verify", path, "--signer", us, "--json")
	var x believed
	if err := json.Unmarshal([]byte(out), &x); err != nil || !x.Believed || x.Status.Sequence != 9 {
		t.Errorf("%s, %v", out, err)
	}
}
