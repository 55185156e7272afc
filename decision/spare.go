package decision

import (
	"cmp"
	"slices"
)

// pool is the approvals that count for one required reference, and how many of them it can do without.
type pool struct {
	persons []string
	slack   int
}

// maxSteps bounds the search; a plan would have to be built on purpose to reach it.
const maxSteps = 10_000

// spare picks as many of the volunteers as are wanted, so that every pool keeps what it needs. It returns the most it
// found; exact is false if it gave up looking for more.
//
// Volunteers who stand in the same pools are interchangeable, so the search is over how many to take of each kind.
func spare(volunteers []string, pools []pool, want int) (picked []string, exact bool) {
	kinds := map[string]*volunteerKind{}
	var order []*volunteerKind
	for _, v := range volunteers {
		key := make([]byte, len(pools))
		var in []int
		for i, p := range pools {
			if slices.Contains(p.persons, v) {
				key[i] = 1
				in = append(in, i)
			}
		}
		k := kinds[string(key)]
		if k == nil {
			k = &volunteerKind{pools: in}
			kinds[string(key)] = k
			order = append(order, k)
		}
		k.persons = append(k.persons, v)
	}
	// Those who are needed least come first, so that the first way tried is nearly always the best.
	slices.SortStableFunc(order, func(a, b *volunteerKind) int { return cmp.Compare(len(a.pools), len(b.pools)) })
	s := search{kinds: order, want: want, take: make([]int, len(order)), best: make([]int, len(order)), most: -1}
	for _, p := range pools {
		s.slack = append(s.slack, p.slack)
	}
	s.left = make([]int, len(order)+1)
	for i := len(order) - 1; i >= 0; i-- {
		s.left[i] = s.left[i+1] + len(order[i].persons)
	}
	s.try(0, 0)
	for i, k := range order {
		picked = append(picked, k.persons[:s.best[i]]...)
	}
	slices.SortFunc(picked, func(a, b string) int {
		return cmp.Compare(slices.Index(volunteers, a), slices.Index(volunteers, b))
	})
	return picked, s.steps < maxSteps
}

// volunteerKind is the volunteers who stand in the same pools.
type volunteerKind struct {
	pools   []int
	persons []string
}

type search struct {
	kinds []*volunteerKind
	slack []int
	left  []int // volunteers of this kind and those after it
	want  int
	take  []int // of each kind, being tried
	best  []int
	most  int
	steps int
}

func (s *search) try(kind, have int) {
	if have > s.most {
		s.most = have
		copy(s.best, s.take)
	}
	if kind == len(s.kinds) || s.most >= s.want || have+s.left[kind] <= s.most {
		return
	}
	if s.steps++; s.steps >= maxSteps {
		return
	}
	k := s.kinds[kind]
	most := min(len(k.persons), s.want-have)
	for _, p := range k.pools {
		most = min(most, s.slack[p])
	}
	for n := most; n >= 0; n-- {
		for _, p := range k.pools {
			s.slack[p] -= n
		}
		s.take[kind] = n
		s.try(kind+1, have+n)
		s.take[kind] = 0
		for _, p := range k.pools {
			s.slack[p] += n
		}
	}
}
