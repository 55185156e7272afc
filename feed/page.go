package feed

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"tocsin/feed/target"
)

const (
	maxScripts    = 100 // of a page that are followed
	scriptsAtOnce = 4
	scriptsFor    = 60 * time.Second
)

// page looks at a page and its scripts. At the first look it does so twice: what differs within a moment does at each answer,
// and is not compared later.
func page(ctx context.Context, g *getter, u *url.URL, first bool) (*target.Page, string) {
	one, err := onePage(ctx, g, u)
	if err != nil {
		return nil, err.Error()
	}
	if !first {
		return one, ""
	}
	two, err := onePage(ctx, g, u)
	if err != nil {
		return nil, err.Error()
	}
	one.Volatile = differing(one.Items, two.Items)
	return one, ""
}

func onePage(ctx context.Context, g *getter, u *url.URL) (*target.Page, error) {
	a, err := g.get(ctx, u, "text/html", true)
	switch {
	case err != nil:
		return nil, err
	case a.status < 200 || a.status > 299:
		return nil, fmt.Errorf("it answers with status %d", a.status)
	case a.cut:
		return nil, errors.New("it is longer than 4 MB")
	}
	d, err := readPage(a.body, a.header, a.at)
	if err != nil {
		return nil, err
	}
	if err := d.follow(ctx, g); err != nil {
		return nil, err
	}
	if a.at.Host != u.Host {
		d.target("refresh", a.at.String()) // it leads elsewhere
	}
	return &target.Page{Items: d.items}, nil
}

// follow reads the scripts that a page names, each once.
func (d *document) follow(ctx context.Context, g *getter) error {
	ctx, cancel := context.WithTimeout(ctx, scriptsFor)
	defer cancel()
	type text struct{ hash, blind string }
	texts := map[string]text{}
	var order []*url.URL
	for _, u := range d.scripts {
		if u == nil {
			continue
		}
		if _, ok := texts[u.String()]; !ok {
			texts[u.String()] = text{}
			order = append(order, u)
		}
	}
	if len(order) > maxScripts {
		return fmt.Errorf("it names more than %d scripts", maxScripts)
	}
	var mu sync.Mutex
	var group errgroup.Group
	group.SetLimit(scriptsAtOnce)
	for _, u := range order {
		group.Go(func() error {
			t := text{}
			a, err := g.get(ctx, u, "*/*", true)
			switch {
			case err != nil:
				t.blind = err.Error()
			case a.status < 200 || a.status > 299:
				t.blind = fmt.Sprintf("it answers with status %d", a.status)
			case a.cut:
				t.blind = "it is longer than 4 MB"
			default:
				t.hash = hash(a.body)
			}
			mu.Lock()
			defer mu.Unlock()
			texts[u.String()] = t
			return nil
		})
	}
	_ = group.Wait() // none returns an error
	for n, u := range d.scripts {
		if u != nil {
			t := texts[u.String()]
			d.items[n].Hash, d.items[n].Blind = t.hash, t.blind
		}
	}
	return nil
}

// differing names what two looks a moment apart saw differently: scripts by address, and those in the page as inline.
func differing(one, two []target.Item) (names []string) {
	key := func(i target.Item) string { return strings.Join([]string{i.Kind, i.Name, i.Hash, i.Guard}, "\n") }
	only := func(a, b []target.Item) {
		for _, i := range a {
			if slices.ContainsFunc(b, func(j target.Item) bool { return key(i) == key(j) }) || i.Blind != "" {
				continue
			}
			switch i.Kind {
			case "inline script":
				names = append(names, "inline")
			case "script":
				if slices.ContainsFunc(b, func(j target.Item) bool { return i.Kind == j.Kind && i.Name == j.Name && j.Blind == "" }) {
					names = append(names, i.Name)
				}
			}
		}
	}
	only(one, two)
	only(two, one)
	slices.Sort(names)
	return slices.Compact(names)
}
