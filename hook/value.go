package hook

import (
	"encoding/hex"
	"encoding/json"
	"math/big"
	"strconv"
	"strings"
	"time"

	"tocsin/evm"
)

// id is made of what the sender tells alerts apart by. Where it says nothing, the same words within some minutes are the same.
func (r *reading) id() string {
	if p, ok := r.hook.paths[fieldID]; ok {
		if v, found := p.Find(r.item.value); found && textOf(v) != "" {
			return r.hook.identify("id", textOf(v))
		}
	}
	if id := r.value(fieldID); id != "" {
		parts := []string{"sent", id}
		for _, p := range r.hook.source.key {
			v, _ := p.Find(r.item.value)
			parts = append(parts, textOf(v))
		}
		return r.hook.identify(parts...)
	}
	b, err := json.Marshal(r.item.value)
	if err != nil {
		b = []byte(err.Error())
	}
	return r.hook.identify("words", string(b), strconv.FormatInt(r.now.Truncate(sameWithin).Unix(), 10))
}

func (r *reading) at() time.Time {
	s := strings.TrimSpace(r.value(fieldAt))
	if s == "" {
		return r.now
	}
	t, ok := moment(s)
	switch {
	case !ok:
		r.tell("The time %q cannot be read.", clip(s, 60))
		return r.now
	case t.After(r.now.Add(Skew)):
		r.tell("The time given, %s, is yet to come.", clock(t))
		return r.now
	}
	return t
}

// ended is when the sender says that it was resolved; now if it does not say.
func (r *reading) ended() time.Time {
	v, _ := r.hook.source.ended.Find(r.item.value)
	if t, ok := moment(textOf(v)); ok && r.hook.source.ended != nil && t.Before(r.now) {
		return t
	}
	return r.now
}

// moment reads a time: RFC 3339, or Unix time in seconds or, if it is that large, in milliseconds.
func moment(s string) (time.Time, bool) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.UTC().Truncate(time.Microsecond), t.Year() >= 1970 && t.Year() < 10000
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f <= 0 || f >= 1e14 {
		return time.Time{}, false
	}
	if f < 1e11 {
		f *= 1000
	}
	return time.UnixMilli(int64(f)).UTC(), true
}

func (r *reading) amount() string {
	s := strings.TrimSpace(r.value(fieldAmount))
	if s == "" {
		return ""
	}
	n, ok := new(big.Int), false
	if len(s) <= 78 {
		n, ok = n.SetString(s, 10)
	}
	if !ok || n.Sign() < 0 {
		r.tell("The amount %q is no whole number.", clip(s, 80))
		return ""
	}
	return n.String()
}

func (r *reading) block() uint64 {
	s := strings.TrimSpace(r.value(fieldBlock))
	if s == "" {
		return 0
	}
	base := 10
	digits, hexed := strings.CutPrefix(s, "0x")
	if hexed {
		base = 16
	}
	n, err := strconv.ParseUint(digits, base, 63)
	if err != nil {
		r.tell("The block %q is no number.", clip(s, 80))
		return 0
	}
	return n
}

func (r *reading) tx() evm.Hash {
	s := strings.TrimSpace(r.value(fieldTx))
	if s == "" {
		return evm.Hash{}
	}
	b, err := hex.DecodeString(strings.TrimPrefix(s, "0x"))
	if err != nil || len(b) != len(evm.Hash{}) {
		r.tell("The transaction %q is no hash.", clip(s, 80))
		return evm.Hash{}
	}
	return evm.Hash(b)
}
