package check

import (
	"strings"
	"testing"
	"testing/fstest"

	"tocsin/plan"
)

// None of these is anybody's secret: each is made up in the form of one, in pieces, so that no scanner takes it for one.
var (
	hex64  = strings.Repeat("4c0883a69102937d", 4)
	phrase = "cable lemon orbit tunnel wagon pilot garden silver motion rocket basket canyon"
)

func TestSecretIn(t *testing.T) {
	for _, c := range []struct {
		line string
		what string
	}{
		{"# deployer: 0x" + hex64, "a private key"},
		{"note: " + hex64, "a private key"},
		{"-----BEGIN EC PRIVATE " + "KEY-----", "a private key"},
		{"age: AGE-SECRET-" + "KEY-1QQQQQQQQQQQQQQQQQQQQQQQQQQQQ", "a private key"},
		{"note: " + phrase, "the words of a wallet"},
		{"recovery phrase: " + phrase + " velvet", "the words of a wallet"},
		{"to: https://hooks.slack.com/services/" + "T0000000/B0000000/abcdefghijkl", "the address of a webhook, with which anybody can post"},
		{"to: https://discord.com/api/webhooks/" + "12345/abcdefghijklmnop", "the address of a webhook, with which anybody can post"},
		{"note: 123456789:" + strings.Repeat("Ab3_-", 7), "the token of a Telegram bot"},
		{"note: ghp_" + strings.Repeat("a1B2", 8), "an access token"},
		{"url: https://mainnet.infura.io/v3/" + strings.Repeat("0a1b", 8), "the key of a node provider"},
		{"url: https://ops:hunter22@host.example/x", "an address with a password"},
		{"note: the password is Tr0ub4dor", "a password"},

		{"hash: 0x" + hex64, ""},
		{"url: https://explorer.example/tx/0x" + hex64, ""},
		{"args: [\"0x" + hex64 + "\"]", ""},
		{"note: 0x" + strings.Repeat("0", 64), ""},
		{"address: \"0x88bC4F6FCb5515C41D03673c039C596FA63952a9\"", ""},
		{"secret: HOOK_SECRET_1", ""},
		{"secret_at: The team's password store, entry twitter", ""},
		{"note: the password is in the safe", ""},
		{"url: https://user:password@host.example", ""},
		{"url: https://host.example/a:b@c", ""},
		{"how: trace the calls and then compare what each check should have refused before the loss began", ""},
		{"summary: Users write that their balance is gone", ""},
	} {
		what, at := secretIn(c.line)
		if what != c.what || what != "" && (at < 0 || at >= len(c.line)) {
			t.Errorf("%s\nis %q at %d, want %q", c.line, what, at, c.what)
		}
	}
}

func TestASecretIsNotRepeated(t *testing.T) {
	for _, line := range []string{"# key 0x" + hex64, "# " + phrase} {
		p, src, err := plan.Load(fstest.MapFS{
			"plan.yaml": {Data: []byte(sound(t))}, "more.yaml": {Data: []byte("# a comment\n" + line + "\nnotes: [{text: All is well}]\n")},
		})
		if err != nil {
			t.Fatal(err)
		}
		gaps := Check(p, src)
		if len(gaps) != 1 || gaps[0].File != "more.yaml" || gaps[0].Line != 2 || gaps[0].Column < 3 {
			t.Fatalf("%+v", gaps)
		}
		for _, s := range []string{gaps[0].Say, gaps[0].Why, gaps[0].Mend} {
			if strings.Contains(s, hex64) || strings.Contains(s, "cable lemon") {
				t.Errorf("the secret is in %q", s)
			}
		}
	}
}

func FuzzSecretIn(f *testing.F) {
	f.Add("note: " + phrase)
	f.Add("# 0x" + hex64 + "\n")
	f.Fuzz(func(t *testing.T, line string) {
		if what, at := secretIn(line); what != "" && (at < 0 || at > len(line)) {
			t.Errorf("%q at %d of %d", what, at, len(line))
		}
	})
}
