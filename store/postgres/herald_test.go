package postgres

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestHerald holds that others are told at once, seldom, and always after the last that was stored.
func TestHerald(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []int64 // what was stored when it was told
		var stored atomic.Int64
		h := newHerald(tellEvery, func() { told = append(told, stored.Load()) })
		for range 1000 { // within a second
			stored.Add(1)
			h.tell()
			synctest.Wait()
			if stored.Load() == 1 && len(told) != 1 {
				t.Error("the first is not told at once")
			}
			time.Sleep(time.Millisecond)
		}
		time.Sleep(tellEvery)
		synctest.Wait()
		if len(told) < 4 || len(told) > 6 || told[len(told)-1] != stored.Load() {
			t.Errorf("of %d within a second it was told at %v", stored.Load(), told)
		}
		time.Sleep(time.Hour)
		stored.Add(1)
		h.tell()
		stored.Add(1)
		h.tell()
		h.close() // which does not keep the second to itself
		if told[len(told)-1] != stored.Load() {
			t.Errorf("of %d it was last told at %d", stored.Load(), told[len(told)-1])
		}
		n := len(told)
		h.tell()
		h.close()
		synctest.Wait()
		if len(told) != n {
			t.Error("it is told when it is closed")
		}
	})
}
