package engine

import (
	"context"
	"fmt"
	"strings"
)

// A finding is counted once, by its id. Ids say which detector saw what, not for whom: two protocols on one chain may have
// detectors of one name that see the same. Then the mark under which a finding is remembered is the first one's, as it always was,
// and the other remembers its own under a name of the protocol's.

// ownMark is the name of a mark where another protocol has the plain one.
func ownMark(protocol, mark string) string { return "of/" + protocol + "/" + mark }

// marked looks findings' marks up as a protocol sees them: under their plain names, with the stream that each led to. elsewhere
// names those that another protocol has, with the names that they have for this one.
func (e *Engine) marked(ctx context.Context, protocol string, marks []string) (seen, elsewhere map[string]string, err error) {
	names := make([]string, 0, 2*len(marks))
	for _, m := range marks {
		names = append(names, m, ownMark(protocol, m))
	}
	raw, err := e.store.Seen(ctx, names)
	if err != nil {
		return nil, nil, fmt.Errorf("look up findings: %w", err)
	}
	seen, elsewhere = map[string]string{}, map[string]string{}
	whose := map[string]string{}
	for _, m := range marks {
		at := raw[m]
		if at == "" {
			continue
		}
		of, known := whose[at]
		if !known {
			if of, err = e.protocolOf(ctx, at); err != nil {
				return nil, nil, err
			}
			whose[at] = of
		}
		if of == protocol {
			seen[m] = at
			continue
		}
		name := ownMark(protocol, m)
		elsewhere[m] = name
		if raw[name] != "" {
			seen[m] = raw[name]
		}
	}
	return seen, elsewhere, nil
}

// protocolOf is whose a stream is that findings led to.
func (e *Engine) protocolOf(ctx context.Context, stream string) (string, error) {
	if protocol, ok := strings.CutPrefix(stream, kindFindings+"/"); ok {
		return protocol, nil
	}
	h, err := e.store.Head(ctx, stream)
	if err != nil {
		return "", fmt.Errorf("look up whose %s is: %w", stream, err)
	}
	return h.Protocol, nil
}

// nameMarks gives the marks of the draft that another protocol has the names of this one.
func (d *draft) nameMarks() {
	for m, name := range d.elsewhere {
		if at, ok := d.commit.Marks[m]; ok {
			delete(d.commit.Marks, m)
			d.commit.Marks[name] = at
		}
	}
}
