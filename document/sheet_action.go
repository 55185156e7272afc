package document

import (
	"fmt"

	"tocsin/plan"
)

// batched lists the calls of a batch in order.
func (b *binder) batched(a *plan.Action) []words {
	var list []words
	for _, x := range a.Batch {
		w := beside(code(call(x.Function, x.Args)), sayf(" on "), b.asset(x.Asset))
		if t, ok := b.p.Asset(x.Asset); ok {
			w = beside(w, sayf(" "), account(t.Address))
		}
		if x.Value != "" && x.Value != "0" {
			w = beside(w, sayf(", sending "), code(x.Value), sayf(" wei"))
		}
		list = append(list, w)
	}
	return list
}

// proof says which page must say what. Addresses of pages are for the team only.
func (b *binder) proof(x *plan.Proof) words {
	status := x.Status
	if status == 0 {
		status = 200
	}
	w := sayf("its page answers %d", status)
	if !b.public {
		w = beside(web(x.URL), sayf(" answers "), code(fmt.Sprint(status)))
	}
	if x.Contains != "" {
		w = beside(w, sayf(" and says "), code(clipped(x.Contains)))
	}
	return beside(w, sayf(" "), inTime(x.Within))
}

// told says what the status file says.
func (b *binder) told(x *plan.Status) []words {
	list := []words{sayf("%s", x.State)}
	if x.Message != "" {
		list = append(list, sayf("“%s”", x.Message))
	}
	for _, f := range x.Off {
		list = append(list, beside(sayf("off: "), code(f)))
	}
	return append(list, sayf("a file counts for %s", plan.Duration(x.For())))
}
