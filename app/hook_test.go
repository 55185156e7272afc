package app

import (
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"tocsin/plan"
)

func TestWebhooksThatTakeNothingAreSaid(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("a secret that nobody guesses\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SHORT_SECRET", "short")
	t.Setenv("LONG_SECRET", "a secret that nobody guesses")
	t.Setenv("KEPT_SECRET_FILE", file)
	t.Setenv("LOST_SECRET_FILE", file+"-not-there")
	s := &server{o: ServeOptions{Logger: slog.New(slog.DiscardHandler)}}
	p := &plan.Plan{Detectors: []plan.Detector{
		{ID: "long", Kind: "webhook", Secret: "LONG_SECRET"},
		{ID: "kept", Kind: "webhook", Secret: "KEPT_SECRET"},
		{ID: "short", Kind: "webhook", Secret: "SHORT_SECRET"},
		{ID: "unset", Kind: "webhook", Secret: "UNSET_SECRET"},
		{ID: "lost", Kind: "webhook", Secret: "LOST_SECRET"},
		{ID: "unfinished", Kind: "webhook"},
		{ID: "told", Kind: "report"},
		{ID: "mapped", Kind: "webhook", Secret: "LONG_SECRET", Mapping: map[string]string{"say": "title"}},
	}}
	want := []string{
		"Webhook short takes nothing: SHORT_SECRET is shorter than 16 characters.",
		"Webhook unset takes nothing: UNSET_SECRET is not set.",
		"Webhook lost takes nothing: LOST_SECRET is not set.",
		`Webhook mapped reads less than the plan asks: mapping.say: "title" is not a path; write $ for the body and lead on from there, such as $.labels.instance.`,
	}
	if got := s.hooks(p); !slices.Equal(got, want) {
		t.Errorf("says %q", got)
	}
	if got := s.hookSecret("KEPT_SECRET"); got != "a secret that nobody guesses" {
		t.Errorf("the secret of a file is %q", got)
	}
}
