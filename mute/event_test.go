package mute

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tocsin/journal"
)

func TestRecordsReadBack(t *testing.T) {
	d := open(t)
	var prev [32]byte
	read := &State{}
	var records []journal.Record
	for i, step := range []struct {
		who string
		op  Op
	}{{"ada", d.mutes("drain", time.Hour)}, {"ben", OpMute{Detector: "drain"}}, {"ben", OpUnmute{Detector: "drain"}}, {"ada", d.mutes("slow", time.Hour)}} {
		d.now = start.Add(time.Duration(i) * time.Minute)
		events, err := d.try(person(step.who), step.op)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			r, err := journal.Seal(prev, journal.Envelope{
				Stream: "mutes/small", Seq: read.Version + 1, Kind: e.Kind(), KindV: KindVersion, At: d.now, Actor: person(step.who),
			}, e, func() [16]byte { return [16]byte{byte(i)} })
			if err != nil {
				t.Fatal(err)
			}
			prev, records = r.Hash, append(records, r)
			h, err := Decode(r)
			if err != nil {
				t.Fatal(err)
			}
			read.Apply(h)
		}
	}
	if err := journal.Verify(records); err != nil {
		t.Error(err)
	}
	if got, want := fmt.Sprintf("%+v", read), fmt.Sprintf("%+v", d.state); got != want {
		t.Errorf("read back %s\nwant %s", got, want)
	}
	newer := records[0]
	newer.Bytes = []byte(strings.Replace(string(newer.Bytes), `"mute-asked"`, `"mute-shared"`, 1))
	var unknown *UnknownKind
	if _, err := Decode(newer); err == nil || !errors.As(err, &unknown) {
		t.Errorf("an unknown kind: %v", err)
	}
}
