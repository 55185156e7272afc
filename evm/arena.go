package evm

// firstSlab is how many values the first piece of memory of an arena holds.
const firstSlab = 64

// arena hands out parts of large pieces of memory, so that a block does not cost thousands of small ones. What it hands out
// is not cleared. A piece that is full is left to those who hold parts of it.
type arena[T any] struct {
	slab  []T
	at    int // handed out of slab
	total int // handed out since the last reset
}

// take hands out n values.
func (a *arena[T]) take(n int) []T {
	if n > len(a.slab)-a.at {
		a.slab, a.at = make([]T, max(n, 2*len(a.slab), firstSlab)), 0
	}
	part := a.slab[a.at : a.at+n : a.at+n]
	a.at += n
	a.total += n
	return part
}

// keep hands out a copy of v; nil if there is none.
func (a *arena[T]) keep(v T, ok bool) *T {
	if !ok {
		return nil
	}
	p := a.take(1)
	p[0] = v
	return &p[0]
}

// reset takes everything back, to be handed out again.
func (a *arena[T]) reset() {
	if a.total > len(a.slab) {
		a.slab = make([]T, a.total+a.total/4) // the next block is likely to be as large
	}
	a.at, a.total = 0, 0
}
