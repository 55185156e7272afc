package cli

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tocsin/fault"
)

func TestEndpointsFromTheEnvironment(t *testing.T) {
	file := filepath.Join(t.TempDir(), "endpoint")
	if err := os.WriteFile(file, []byte("wss://ten.example/key10\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TOCSIN_ENDPOINT_1", "https://one.example/key1")
	t.Setenv("TOCSIN_ENDPOINT_10_FILE", file)
	m := map[uint64]string{5: "http://five.example"}
	if err := secretEndpoints(m, os.Environ()); err != nil {
		t.Fatal(err)
	}
	want := map[uint64]string{1: "https://one.example/key1", 5: "http://five.example", 10: "wss://ten.example/key10"}
	if !maps.Equal(m, want) {
		t.Errorf("endpoints %v, want %v", m, want)
	}
	for name, c := range map[string]struct {
		variable string
		m        map[uint64]string
		say      string
	}{
		"twice":    {"TOCSIN_ENDPOINT_1=https://one.example/key1", map[uint64]string{1: "https://other.example"}, "two endpoints"},
		"no chain": {"TOCSIN_ENDPOINT_MAINNET=https://one.example/key1", map[uint64]string{}, "names no chain"},
		"zero":     {"TOCSIN_ENDPOINT_0=https://one.example/key1", map[uint64]string{}, "names no chain"},
	} {
		err := secretEndpoints(c.m, []string{c.variable})
		if !fault.Is(err, fault.Invalid) || !strings.Contains(fault.Sentence(err), c.say) || strings.Contains(err.Error(), "key1") {
			t.Errorf("%s: %v, want %q without the key", name, err, c.say)
		}
	}
}
