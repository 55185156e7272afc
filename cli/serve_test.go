package cli

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
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
	t.Setenv("TOCSIN_ENDPOINT_5", "http://five.example wss://cinq.example/key5\nhttps://fuenf.example#rate=5")
	m := map[uint64][]string{5: {"http://five.example"}}
	if err := secretEndpoints(m, os.Environ()); err != nil {
		t.Fatal(err)
	}
	want := map[uint64][]string{
		1: {"https://one.example/key1"}, 5: {"http://five.example", "wss://cinq.example/key5", "https://fuenf.example#rate=5"}, 10: {"wss://ten.example/key10"},
	}
	if !maps.EqualFunc(m, want, slices.Equal) {
		t.Errorf("endpoints %v, want %v", m, want)
	}
	for name, c := range map[string]struct {
		variable string
		say      string
	}{
		"no chain": {"TOCSIN_ENDPOINT_MAINNET=https://one.example/key1", "names no chain"},
		"zero":     {"TOCSIN_ENDPOINT_0=https://one.example/key1", "names no chain"},
	} {
		err := secretEndpoints(map[uint64][]string{}, []string{c.variable})
		if !fault.Is(err, fault.Invalid) || !strings.Contains(fault.Sentence(err), c.say) || strings.Contains(err.Error(), "key1") {
			t.Errorf("%s: %v, want %q without the key", name, err, c.say)
		}
	}
}

func TestEndpointsFromTheCommandLine(t *testing.T) {
	got, err := parseEndpoints([]string{"1=https://one.example/?key=1", "5=wss://five.example", "1=wss://uno.example#rate=10"})
	want := map[uint64][]string{1: {"https://one.example/?key=1", "wss://uno.example#rate=10"}, 5: {"wss://five.example"}}
	if err != nil || !maps.EqualFunc(got, want, slices.Equal) {
		t.Errorf("endpoints %v, %v, want %v", got, err, want)
	}
	for _, list := range [][]string{{"https://one.example/secret"}, {"1="}, {"0=https://one.example/secret"}, {"1=https://one.example/secret", "1=https://one.example/secret"}} {
		if _, err := parseEndpoints(list); !fault.Is(err, fault.Invalid) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%v: %v, want invalid without the URL", list, err)
		}
	}
}
