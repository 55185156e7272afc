package main

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"tocsin/internal/postgres"
)

// deaths is how often BenchmarkNodeDies kills a node, each in a world of its own.
const deaths = 5

// BenchmarkNodeDies measures what a team notices of the death of the node that leads: from kill -9 to the call that it had in its
// hands being handed over by the other node, and to the next finding on the chain that it had followed.
func BenchmarkNodeDies(b *testing.B) {
	bin := shipped(b)
	for b.Loop() {
		var resent, followed []time.Duration
		for range deaths {
			r, f := death(b, bin)
			resent, followed = append(resent, r), append(followed, f)
		}
		report(b, "resent", resent)
		report(b, "followed", followed)
	}
}

func death(b *testing.B, bin string) (resent, followed time.Duration) {
	w := newWorld(b)
	w.bin = bin
	w.env, w.data = append(w.env, "TOCSIN_DATABASE_URL="+postgres.Start(b).Database(b)), filepath.Join(w.dir, "nodes")
	release := w.post.hold()
	defer release()
	leads := w.serve()
	w.until("the watch", func() bool { return leads.watches(w) })
	if err := w.stage.Attack(context.Background()); err != nil {
		b.Fatal(err)
	}
	id := w.opened()
	w.until("a call under way", func() bool { return len(w.post.hanging()) > 0 })
	stays := w.serve()
	inHand := w.post.hanging()[0]
	died := time.Now()
	leads.kill()
	release()
	resent = w.post.wait(b, "the call once more", func(l letter) bool {
		return pageLink.FindString(l.Text) == pageLink.FindString(inHand.Text)
	}).At.Sub(died)
	w.until("a finding by the other node", func() bool {
		for _, e := range w.show(id, "janet").Timeline {
			if e.Kind == "finding" && e.At.After(died) {
				followed = e.At.Sub(died)
				return true
			}
		}
		return false
	})
	stays.stop(b)
	return resent, followed
}
