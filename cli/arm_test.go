package cli

import (
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"tocsin/app"
	"tocsin/arm"
	"tocsin/journal"
	"tocsin/plan"
	"tocsin/signer"
)

// armFolder is a data folder whose plan does something by itself about a theft, its folder, and the key files of ben and cyd.
func armFolder(t *testing.T) (data, planDir string, keys map[string]string) {
	t.Helper()
	b, err := os.ReadFile("../incident/testdata/plan/plan.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer(
		"{ id: drain, name: Drain, kind: match, mode: page,", "{ id: drain, name: Drain, kind: match, mode: act, act_reason: Only a thief can do this,",
		"    quiet_for: 1m\n", "    quiet_for: 1m\n    automatic: { action: pause, detectors: [drain], decision: pause, within: 2d }\n",
	).Replace(string(b))
	keys = map[string]string{}
	for who, was := range map[string]string{"ben": "0x146718752a2DcEd69c434EcCD44828956C8B6d0B", "cyd": "0xaAa6b84Dc0C4b0238cC3dB4fe105595FcC4991EB"} {
		keys[who] = filepath.Join(t.TempDir(), who+".json")
		k, err := signer.New(keys[who], "open sesame", signer.Light)
		if err != nil {
			t.Fatal(err)
		}
		text = strings.Replace(text, was, k.Address().Hex(), 1)
	}
	t.Setenv(passwordVariable, "open sesame")
	t.Setenv(trustVariable, filepath.Join(t.TempDir(), "trust.json"))
	planDir, data = t.TempDir(), filepath.Join(t.TempDir(), "data")
	if err := os.WriteFile(filepath.Join(planDir, "plan.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p, source, err := plan.Load(fstest.MapFS{"plan.yaml": {Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	k, err := app.Open(t.Context(), data, true, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	if _, err := k.Engine.Pin(t.Context(), p, source.Files); err != nil {
		t.Fatal(err)
	}
	return data, planDir, keys
}

// recordDrain puts a backtest of the detector drain on record.
func recordDrain(t *testing.T, data string) {
	t.Helper()
	k, err := app.Open(t.Context(), data, false, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	p, err := k.Engine.InForce(t.Context(), "small")
	if err != nil {
		t.Fatal(err)
	}
	test := arm.Test{Detector: "drain", Of: arm.Imprint(p, "drain"), Chain: 31337, From: 1, To: 5, Blocks: 5, Verified: true}
	if err := k.Engine.RecordTests(t.Context(), "small", []arm.Test{test}, journal.Actor{Kind: journal.Person, ID: "ada"}); err != nil {
		t.Fatal(err)
	}
}

func TestArm(t *testing.T) {
	data, planDir, keys := armFolder(t)
	run := func(code int, args []string, want ...string) string {
		t.Helper()
		return tells(t, code, append(args, "--data", data), want...)
	}
	as := func(who string, args ...string) []string { return append(args, "--as", who) }
	run(0, []string{"arms"}, "Theft is not armed.", "When Drain finds it", "At most 1 time in 1d", "No backtest of Drain is on record")
	run(2, as("ada", "arm", "theft"), "No backtest of Drain is on record", "tocsin backtest --record")
	recordDrain(t, data)
	run(2, as("ada", "arm", "thefts"), "Did you mean theft?")
	run(2, as("ada", "arm", "outage"), "does nothing about \"Outage\" by itself")
	run(2, as("ada", "arm", "theft", "--until", "3d"), "armed for 2d at most")
	run(1, as("eve", "arm", "theft"), "may not")
	run(1, []string{"sign", "--arming", "theft", "--yes", "--keystore", keys["ben"]}, "waits for signatures")
	run(0, as("ada", "arm", "theft", "--until", "1d"), "Theft is not armed.", "Ada wants it armed until", "tocsin sign --arming theft", "digest")
	run(1, as("ben", "arm", "theft"), "it waits for signatures until")
	tells(t, 0, []string{"trust", planDir, "--yes"})
	for _, who := range []string{"ben", "cyd"} {
		run(0, []string{"sign", "--arming", "theft", "--yes", "--keystore", keys[who]}, "without asking anybody again", "ARM until", "By the trusted plan", "once in 1d")
		code, out := says(t, "sign", "--json", "--arming", "theft", "--yes", "--keystore", keys[who], "--data", data)
		var signed struct{ Signature string }
		if i := strings.Index(out, "{"); code != 0 || i < 0 || json.NewDecoder(strings.NewReader(out[i:])).Decode(&signed) != nil {
			t.Fatalf("exit %d: %s", code, out)
		}
		if who == "ben" {
			run(1, as("cyd", "arm", "approve", "theft", "--signature", signed.Signature), "The signature over this message is by")
		}
		run(0, as(who, "arm", "approve", "theft", "--signature", signed.Signature), "Theft")
	}
	out := run(0, []string{"arms", "--json"})
	var list struct {
		Arms []struct {
			Issue string
			Ready bool
			Armed *arm.Arm
		}
	}
	if err := json.Unmarshal([]byte(out), &list); err != nil || len(list.Arms) != 1 || !list.Arms[0].Ready || list.Arms[0].Armed == nil {
		t.Fatalf("%v: %s", err, out)
	}
	run(0, []string{"arms"}, "Theft is armed until", "by Ben, Cyd", "Backtest of Drain: no findings in blocks 1 to 5")
	run(2, as("ada", "disarm", "theft"), "The reason is missing")
	run(0, as("ada", "disarm", "theft", "--why", "We upgrade."), "Theft is armed until", "Ada wants it disarmed: We upgrade.")
	run(1, as("ada", "disarm", "theft"), "second person")
	run(0, as("dan", "disarm", "theft", "--keep"), "Theft is armed until")
	run(0, as("ada", "disarm", "theft", "--why", "We upgrade."), "Theft is armed until")
	run(0, as("dan", "disarm", "theft"), "Theft is not armed.")
	run(1, as("dan", "disarm", "theft"), "is not armed")
}
