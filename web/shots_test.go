package web

import (
	"testing"
)

func TestShots(t *testing.T) {
	w := newWorld(t, true)
	b := newBrowser(t, w)
	b.size(1280, 900)
	b.open("/")
	b.shot("overview-quiet")
	id := w.attack(true)
	w.pass(70e9)
	b.open("/")
	b.shot("overview-live")
	b.open("/incidents/" + id)
	b.shot("incident-detected")
	b.size(360, 740)
	b.open("/incidents/" + id)
	b.shot("incident-detected-phone")
}
