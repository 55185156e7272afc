package sim

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"
)

// draw draws the steps of a world by chance, looking at how things stand: most people do what the screen asks of them.
type draw struct {
	world  *World
	rand   *rand.Rand
	people []person
	rough  int // one in so many steps comes with a mishap
	arming int // one in so many steps is about what acts by itself; 0 for none
	first  []string
	safe   bool // it is a world in which much is decided by the owners of a Safe
}

// person is how somebody is in one world.
type person struct {
	id     string
	haste  int // one in so many times that they could do something, they do not
	absent bool
}

func newDraw(w *World) *draw {
	d := &draw{world: w, rand: w.rand}
	d.rough = []int{4, 8, 16, 1000}[d.rand.IntN(4)]
	if d.chance(3) {
		d.arming, d.first = 12, d.armingFirst()
	}
	if d.safe = d.arming == 0 && d.chance(3); d.safe {
		d.first = d.askedFirst()
	}
	for _, who := range w.ground.people {
		d.people = append(d.people, person{id: who, haste: 2 + d.rand.IntN(4), absent: d.chance(8)})
	}
	return d
}

func (d *draw) chance(n int) bool { return d.rand.IntN(n) == 0 }

func (d *draw) one(of ...string) string { return of[d.rand.IntN(len(of))] }

// step draws the next step, with its mishaps.
func (d *draw) step() Step {
	s := d.plain()
	if s.Node == 0 || !d.chance(d.rough) {
		return s
	}
	if d.chance(2) {
		s.Death = &Death{Call: 1 + d.rand.IntN(12), After: d.chance(2)}
		return s
	}
	other := d.plain()
	if other.Node == s.Node && len(d.world.nodes) > 1 {
		other.Node = s.Node%len(d.world.nodes) + 1
	}
	if other.Node != s.Node {
		other.Wait = min(other.Wait, 10*time.Second)
		s.Meanwhile, s.Stall = &other, 1+d.rand.IntN(10)
	}
	return s
}

// plain draws what happens.
func (d *draw) plain() Step {
	s := Step{Wait: d.wait(), Node: 1 + d.rand.IntN(len(d.world.nodes))}
	if h := d.world.chain.head(); len(h.txs) > 0 && d.chance(4) { // it is a pity to lose this one
		s.Node, s.Words = 0, []string{"forget"}
		return s
	}
	say := func(format string, args ...any) { s.Words = strings.Fields(fmt.Sprintf(format, args...)) }
	if len(d.first) > 0 {
		say("%s", d.first[0])
		if d.first = d.first[1:]; s.Words[0] == "mine" {
			s.Node = 0
		}
		return s
	}
	if d.arming > 0 && d.chance(d.arming) {
		say("%s", d.arms())
		return s
	}
	switch n := d.rand.IntN(100); {
	case n < 14:
		say("look")
	case n < 24:
		say("watch")
	case n < 38:
		s.Node = 0
		s.Words = d.block()
	case n < 40:
		s.Node = 0
		say("forget")
	case n < 41:
		say("hook %s %d", d.one("odd", "status"), 1+d.rand.IntN(4))
	case n < 42:
		say("feed %d", 1+d.rand.IntN(6))
	case n < 44:
		say("%s", d.muting())
	case n < 45 || d.world.proposed && d.chance(15):
		say("%s", d.adoption())
	case n < 47:
		say("open %s %s", d.somebody(), d.one("", "theft", "outage"))
	case n < 48:
		say("clock %s", d.one("1h", "-1h", "-20m", "0s"))
	case n < 49:
		say("off")
	default:
		if s.Words = d.person(); s.Words != nil {
			break
		}
		if say("%s", d.one("look", "watch", "mine")); s.Words[0] == "mine" {
			s.Node = 0
		}
	}
	return s
}

// wait draws how long until the next step.
func (d *draw) wait() time.Duration {
	switch {
	case d.chance(12):
		return time.Duration(d.rand.IntN(20*60)) * time.Second
	case d.chance(60):
		return time.Duration(d.rand.IntN(8)) * time.Hour
	}
	return time.Duration(d.rand.IntN(8000)) * time.Millisecond
}

// block draws a block, sometimes with something in it.
func (d *draw) block() []string {
	words := []string{"mine"}
	if d.chance(4) || d.safe && len(d.world.chain.waiting) > 0 && d.chance(2) {
		words = append(words, "idle")
	}
	if d.chance(5) {
		words = append(words, "again")
	}
	if d.chance(12) {
		words = append(words, d.one("spend", "spend", "oust", "freeze", "thaw"))
	}
	if len(d.world.book.incidents) == 0 || d.chance(8) {
		for range 1 + d.rand.IntN(2) {
			words = append(words, d.one("drain", "drain", "drain", "odd", "odd", "leak", "murmur")+"="+strconv.Itoa(1+d.rand.IntN(100)))
		}
	}
	return words
}

func (d *draw) somebody() string { return d.people[d.rand.IntN(len(d.people))].id }

func (d *draw) muting() string {
	detector := d.one("drain", "odd", "leak", "murmur")
	for _, asked := range slices.Sorted(maps.Keys(d.world.book.register.asked)) {
		if d.chance(2) {
			return "mute " + d.one("ada", "ben", "cyd", "dan") + " " + asked + " 4h"
		}
	}
	if d.chance(3) {
		return "unmute " + d.somebody() + " " + detector
	}
	return "mute " + d.somebody() + " " + detector + " " + d.one("1m", "20m", "4h")
}

func (d *draw) adoption() string {
	if !d.world.proposed || d.chance(6) {
		return "propose " + d.somebody() + " " + strconv.Itoa(d.rand.IntN(versions))
	}
	return "adopt " + d.one("ada", "ben", "cyd")
}
