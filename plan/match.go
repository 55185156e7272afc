package plan

import (
	"reflect"
	"sort"
)

// match says, for each item of a changed list, which of the old items it is, or -1 if it is new. Items that have ids are
// known by them, others by what they say; the order is kept. Where as many items stand between two known ones as before,
// and they have no ids, each is taken for a change of the one in its place.
func match(old, now reflect.Value) []int {
	named := false
	if now.Type().Elem().Kind() == reflect.Struct {
		_, named = now.Type().Elem().FieldByName("ID")
	}
	have := map[string][]int{}
	for i := range old.Len() {
		k := itemKey(old.Index(i), named)
		have[k] = append(have[k], i)
	}
	from := make([]int, now.Len())
	for j := range from {
		from[j] = -1
		if k := itemKey(now.Index(j), named); len(have[k]) > 0 {
			from[j], have[k] = have[k][0], have[k][1:]
		}
	}
	keepRising(from)
	i, j := 0, 0 // behind the last known item
	for end := 0; end <= len(from); end++ {
		stop := old.Len()
		if end < len(from) {
			if stop = from[end]; stop < 0 {
				continue
			}
		}
		if !named && stop-i == end-j {
			for n := range end - j {
				from[j+n] = i + n
			}
		}
		i, j = stop+1, end+1
	}
	return from
}

// itemKey is what an item of a list is known by.
func itemKey(v reflect.Value, named bool) string {
	if named {
		v = v.FieldByName("ID")
	}
	b, _ := canonical(nil, v)
	return string(b)
}

// keepRising keeps the longest rising run of what is not -1 and makes the rest -1.
func keepRising(from []int) {
	var ends []int // ends[n] is the place of the smallest end of a run of n+1
	before := make([]int, len(from))
	for j, i := range from {
		if i < 0 {
			continue
		}
		n := sort.Search(len(ends), func(n int) bool { return from[ends[n]] >= i })
		before[j] = -1
		if n > 0 {
			before[j] = ends[n-1]
		}
		if n == len(ends) {
			ends = append(ends, j)
		} else {
			ends[n] = j
		}
	}
	keep := make([]bool, len(from))
	if len(ends) > 0 {
		for j := ends[len(ends)-1]; j >= 0; j = before[j] {
			keep[j] = true
		}
	}
	for j := range from {
		if !keep[j] {
			from[j] = -1
		}
	}
}
