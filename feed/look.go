package feed

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"

	"tocsin/fault"
	"tocsin/feed/target"
)

// look asks for a target once. It never fails: what could not be seen is part of the sight.
func look(ctx context.Context, o Options, t *target.Target, first bool) target.Sight {
	g := target.Sight{At: o.Now()}
	var u *url.URL
	if t.URL != "" {
		var err error
		if u, err = url.Parse(t.URL); err != nil || u.Hostname() == "" {
			g.Blind, g.PageBlind = "its address cannot be read", "its address cannot be read"
			return g
		}
		u.Fragment = ""
	}
	switch t.Kind {
	case target.HTTP:
		a, err := newGetter(o, u).get(ctx, u, "*/*", t.Reads())
		if err != nil {
			g.Blind = err.Error()
			break
		}
		g.Answer = &target.Answer{Status: a.status, Took: a.took, Header: a.header, Body: a.body, Cut: a.cut}
	case target.Feed:
		var err error
		if g.Entries, err = entries(ctx, newGetter(o, u), u); err != nil {
			g.Blind = err.Error()
		}
	case target.Web:
		web(ctx, o, t, u, first, &g)
	}
	return g
}

func entries(ctx context.Context, g *getter, u *url.URL) ([]target.Entry, error) {
	a, err := g.get(ctx, u, "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.8", true)
	switch {
	case err != nil:
		return nil, err
	case a.status < 200 || a.status > 299:
		return nil, fmt.Errorf("it answers with status %d", a.status)
	case a.cut:
		return nil, errors.New("it is longer than 4 MB")
	}
	return readFeed(a.body)
}

// web looks at the records, the certificate and the page side by side, so that none of them makes the others wait.
func web(ctx context.Context, o Options, t *target.Target, u *url.URL, first bool, g *target.Sight) {
	var wg sync.WaitGroup
	if t.Host != "" {
		wg.Go(func() { g.Records, g.RecordsBlind = records(ctx, o, t) })
	}
	if u != nil {
		if u.Scheme == "https" {
			wg.Go(func() { g.Certificate, g.CertificateBlind = certificate(ctx, o, u, g.At) })
		}
		wg.Go(func() { g.Page, g.PageBlind = page(ctx, newGetter(o, u), u, first) })
	}
	wg.Wait()
}

// Look asks for the target of one detector now, and says in words what was seen. It changes nothing.
func (f *Follower) Look(ctx context.Context, detector string) ([]string, error) {
	for _, t := range f.targets {
		if t.Detector == detector {
			return t.Describe(look(ctx, f.o, t, true)), nil
		}
	}
	_, broken := target.Compile(f.o.Plan)
	for _, b := range broken {
		if b.Detector == detector {
			return nil, fault.New(fault.Invalid, "The detector %s cannot run: %s.", detector, b.Say).Instead("Mend %s of the detector.", b.Field)
		}
	}
	return nil, fault.New(fault.NotFound, "The plan has no detector %s of kind http, web or feed.", detector)
}
