package detect

import (
	"slices"

	"github.com/holiman/uint256"
)

// Count is what fell into a window.
type Count struct {
	Window int64        `json:"window"`        // number of the window since 1970
	N      uint64       `json:"n"`             // how many were counted
	Of     uint64       `json:"of,omitempty"`  // out of how many, for a share
	Sum    *uint256.Int `json:"sum,omitempty"` // of their amounts or prices
}

// maxAmount bounds what one thing adds to a sum, so that no sum overflows and each can be taken back exactly.
var maxAmount = new(uint256.Int).Lsh(uint256.NewInt(1), 192)

func (c *Count) plus(o Count) {
	c.N, c.Of = c.N+o.N, c.Of+o.Of
	if o.Sum != nil {
		c.Sum = new(uint256.Int).Add(c.sum(), o.Sum)
	}
}

func (c *Count) minus(o Count) {
	c.N, c.Of = c.N-min(o.N, c.N), c.Of-min(o.Of, c.Of)
	if o.Sum != nil {
		if was := c.sum(); o.Sum.Lt(was) {
			c.Sum = new(uint256.Int).Sub(was, o.Sum)
		} else {
			c.Sum = nil
		}
	}
}

func (c *Count) sum() *uint256.Int {
	if c.Sum == nil {
		return new(uint256.Int)
	}
	return c.Sum
}

func (c *Count) empty() bool { return c.N == 0 && c.Of == 0 && c.Sum == nil }

// Series is what was counted window by window, and when it was last too much.
type Series struct {
	Windows []Count `json:"windows,omitempty"` // those with anything in them, oldest first
	Last    *Fired  `json:"last,omitempty"`
}

// Fired is when a spike was last reported.
type Fired struct {
	Window int64  `json:"window"`
	Time   uint64 `json:"time"` // of the block, Unix seconds
}

// add counts into a window.
func (s *Series) add(part Count) {
	i, found := s.find(part.Window)
	if !found {
		s.Windows = slices.Insert(s.Windows, i, Count{Window: part.Window})
	}
	s.Windows[i].plus(part)
}

// take takes out of a window again what was added.
func (s *Series) take(part Count) {
	i, found := s.find(part.Window)
	if !found {
		return
	}
	s.Windows[i].minus(part)
	if s.Windows[i].empty() {
		s.Windows = slices.Delete(s.Windows, i, i+1)
	}
}

func (s *Series) find(window int64) (int, bool) {
	return slices.BinarySearchFunc(s.Windows, window, func(w Count, at int64) int {
		switch {
		case w.Window < at:
			return -1
		case w.Window > at:
			return 1
		default:
			return 0
		}
	})
}

// at is what fell into a window.
func (s *Series) at(window int64) Count {
	if i, ok := s.find(window); ok {
		return s.Windows[i]
	}
	return Count{Window: window}
}

// since is how many were counted from a window on.
func (s *Series) since(window int64) uint64 {
	n, i := uint64(0), len(s.Windows)
	for ; i > 0 && s.Windows[i-1].Window >= window; i-- {
		n += s.Windows[i-1].N + s.Windows[i-1].Of
	}
	return n
}

// forget drops windows before one.
func (s *Series) forget(before int64) {
	if i, _ := s.find(before); i > 0 {
		s.Windows = append([]Count(nil), s.Windows[i:]...)
	}
}
