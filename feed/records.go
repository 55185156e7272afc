package feed

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"golang.org/x/net/dns/dnsmessage"

	"tocsin/feed/target"
)

// wanted are the types of record that are asked for. Those that climb belong to the zone: they are looked for at the name
// and then above it, until there are any.
var wanted = []struct {
	name  string
	typ   dnsmessage.Type
	climb bool
}{
	{"A", dnsmessage.TypeA, false},
	{"AAAA", dnsmessage.TypeAAAA, false},
	{"CNAME", dnsmessage.TypeCNAME, false},
	{"MX", dnsmessage.TypeMX, false},
	{"TXT", dnsmessage.TypeTXT, false},
	{"NS", dnsmessage.TypeNS, true},
	{"CAA", typeCAA, true},
}

// said is what one resolver says of one type.
type said struct {
	at     string
	values []string
	err    error
}

// records asks every resolver for every type. It is blind where none answers anything.
func records(ctx context.Context, o Options, t *target.Target) (list []target.Records, blind string) {
	resolvers, err := resolversOf(o, t.Resolvers)
	if err != nil {
		return nil, err.Error()
	}
	all := make([][]said, len(resolvers))
	var wg sync.WaitGroup
	for n := range resolvers {
		all[n] = make([]said, len(wanted))
		wg.Go(func() { // each its own questions, one after the other: nobody likes to be asked many at once
			for k, w := range wanted {
				if k > 0 && errors.Is(all[n][k-1].err, errSilent) {
					all[n][k].err = errSilent // once is enough
					continue
				}
				all[n][k] = resolvers[n].look(ctx, t.Host, w.typ, w.climb)
			}
		})
	}
	wg.Wait()
	var why error
	for k, w := range wanted {
		r := target.Records{Type: w.name, Name: t.Host}
		for n := range resolvers {
			s := all[n][k]
			if s.err != nil {
				why = s.err
				continue
			}
			if len(r.Views) == 0 && s.at != "" {
				r.Name = s.at
			}
			r.Views = append(r.Views, target.View{Resolver: resolvers[n].name, Values: s.values})
		}
		if len(r.Views) > 0 {
			list = append(list, r)
		}
	}
	if len(list) == 0 {
		blind = fmt.Sprintf("no name server tells its records; %s says of itself that %s", resolvers[len(resolvers)-1].name, why)
		if len(resolvers) == 1 {
			blind = fmt.Sprintf("the name server %s does not tell its records: %s", resolvers[0].name, why)
		}
	}
	return list, blind
}

// look asks one resolver for one type.
func (r *resolver) look(ctx context.Context, name string, typ dnsmessage.Type, climb bool) said {
	for at := name; ; {
		values, err := r.ask(ctx, at, typ)
		if err != nil || len(values) > 0 || !climb {
			return said{at: at, values: values, err: err}
		}
		_, above, ok := strings.Cut(at, ".")
		if !ok || !strings.Contains(above, ".") {
			return said{values: nil} // nothing up to the last two labels
		}
		at = above
	}
}
