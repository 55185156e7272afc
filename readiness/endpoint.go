package readiness

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"tocsin/chain"
	"tocsin/check"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

// Endpoint is one endpoint of a chain, asked alone.
type Endpoint struct {
	Chain  uint64
	URL    string       // never shown whole: it may hold a key
	Client chain.Client // nil: it could not even be dialled
	Err    error        // why
}

// behind is by how many blocks an endpoint may be behind another.
const behind = 5

// endpoints compares the endpoints of each chain with one another.
func (k *survey) endpoints(ctx context.Context) {
	heads := make([]evm.Header, len(k.Endpoints))
	errs := make([]error, len(k.Endpoints))
	_ = each(len(k.Endpoints), func(i int) error { // each has its own error
		x := k.Endpoints[i]
		if errs[i] = x.Err; x.Client != nil {
			heads[i], errs[i] = x.Client.Head(ctx)
		}
		return nil
	})
	for _, c := range k.Plan.Chains {
		var newest uint64
		hosts := map[string][]string{}
		n := 0
		for i, x := range k.Endpoints {
			if x.Chain != c.ID {
				continue
			}
			n++
			newest = max(newest, heads[i].Number)
			of := provider(x.URL)
			hosts[of] = append(hosts[of], host(x.URL))
		}
		for i, x := range k.Endpoints {
			if x.Chain == c.ID {
				k.endpoint(c, x, heads[i], errs[i], newest, n)
			}
		}
		k.independent(c, n, hosts)
	}
}

func (k *survey) endpoint(c plan.Chain, x Endpoint, head evm.Header, err error, newest uint64, n int) {
	s := k.scenes[c.ID]
	switch {
	case err != nil && n > 1:
		k.add(s, Gap{
			Code: EndpointFails, Level: check.Warning, Of: host(x.URL), Say: fmt.Sprintf("The endpoint at %s of chain %d does not answer as it should. %s", host(x.URL), c.ID, fault.Sentence(err)),
			Why: "There is one less to fall back on.", Mend: "See whether it is paid for and up, or give another one.",
		})
	case err == nil && newest > head.Number+behind:
		k.add(s, Gap{
			Code: EndpointBehind, Level: check.Warning, Of: host(x.URL), Say: fmt.Sprintf("The endpoint at %s of chain %d is %d blocks behind.", host(x.URL), c.ID, newest-head.Number),
			Why: "Whoever asks it sees the past.", Mend: "Give another one, or wait until it has caught up.",
			Evidence: []string{fmt.Sprintf("Its head is %d, another's is %d", head.Number, newest)},
		})
	}
}

func (k *survey) independent(c plan.Chain, n int, hosts map[string][]string) {
	if c.Kind == "drill" || n == 0 || len(hosts) > 1 {
		return
	}
	if n == 1 {
		k.add(k.scenes[c.ID], Gap{
			Code: EndpointAlone, Level: check.Warning, Say: fmt.Sprintf("Chain %d (%s) has one endpoint.", c.ID, c.Name),
			Why: "When it fails, or lies, nobody notices and nothing can be sent.", Mend: fmt.Sprintf("Give a second one, of another provider, with --endpoint %d=URL.", c.ID),
		})
		return
	}
	for of, list := range hosts {
		k.add(k.scenes[c.ID], Gap{
			Code: EndpointsAlike, Level: check.Warning, Say: fmt.Sprintf("All %d endpoints of chain %d (%s) are of %s.", n, c.ID, c.Name, of),
			Why: "They fail together, and one who lies lies with all of them.", Mend: "Give one of another provider, or your own node.",
			Evidence: []string{"They are at " + strings.Join(list, ", ")},
		})
	}
}

// host is where an endpoint is, without anything by which an account could be known.
func host(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return "an address that cannot be read"
	}
	return u.Host
}

// provider is whom an endpoint is of, as far as its name tells: the last two labels of a name, or an address as it is.
func provider(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return text
	}
	name := u.Hostname()
	labels := strings.Split(strings.TrimSuffix(name, "."), ".")
	last := labels[len(labels)-1]
	if len(labels) < 3 || strings.Trim(last, "0123456789") == "" || strings.Contains(name, ":") {
		return name
	}
	keep := 2
	if len(last) == 2 && len(labels[len(labels)-2]) <= 3 { // such as co.uk
		keep = 3
	}
	return strings.Join(labels[len(labels)-keep:], ".")
}
