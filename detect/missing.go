package detect

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"tocsin/evm"
	"tocsin/plan"
)

// need is a function or an event that the plan looks for in an asset's code.
type need struct {
	what string   // "function pause()"
	who  []string // "the detector Halt", "the action Pause"
	any  [][]byte // selectors or topics, of which the code must hold one
}

// maxMissing is how many things that are missing are told one by one.
const maxMissing = 8

// Missing lists what the detectors and actions of an asset look for and its code does not hold, in words: "no function
// pause(), which the detector Halt and the action Pause look for". Code that another contract runs for it, such as that of a
// library, is not seen.
func (x *Index) Missing(asset string, code []byte) []string {
	var list []string
	for i := range x.proxies {
		if x.proxies[i].Asset != asset {
			continue
		}
		for _, n := range x.proxies[i].needs {
			if !slices.ContainsFunc(n.any, func(constant []byte) bool { return holds(code, constant) }) {
				list = append(list, fmt.Sprintf("no %s, for which %s %s", n.what, listedWords(n.who), map[bool]string{true: "looks", false: "look"}[len(n.who) == 1]))
			}
		}
	}
	return list
}

// holds reports whether code holds a constant. Compilers push it without leading zeros, or keep it in a table.
func holds(code, constant []byte) bool {
	return bytes.Contains(code, bytes.TrimLeft(constant, "\x00"))
}

// Minimal finds the address that a minimal proxy passes all calls on to (EIP-1167 and the shorter forms of it).
func Minimal(code []byte) (evm.Address, bool) {
	const (
		prefix = 32 // bytes before the address, generously
		push20 = 0x73
		gas    = 0x5a
		passOn = 0xf4 // DELEGATECALL
	)
	for i := 0; i < min(prefix, len(code)-22); i++ {
		if code[i] == push20 && code[i+21] == gas && code[i+22] == passOn {
			return evm.Address(code[i+1 : i+21]), true
		}
	}
	return evm.Address{}, false
}

// needs lists what the plan looks for in the code of an asset.
func (c *compiler) needs(l *lane, a plan.Asset) []need {
	var list []need
	add := func(who, what string, constants ...[]byte) {
		for i := range list {
			if list[i].what == what {
				if !slices.Contains(list[i].who, who) {
					list[i].who = append(list[i].who, who)
				}
				return
			}
		}
		list = append(list, need{what: what, who: []string{who}, any: constants})
	}
	function := func(who, ref string) {
		methods, err := c.functions(a, ref)
		if err != nil || ref == "" {
			return // which is a problem of its own
		}
		var selectors [][]byte
		for _, m := range methods {
			selector := m.Selector()
			selectors = append(selectors, selector[:])
		}
		add(who, "function "+called(ref, methods[0].Signature(), len(methods)), selectors...)
	}
	var own []evm.Hash // that the proxy itself emits
	for _, e := range c.proxyABI(a).Events {
		own = append(own, e.Topic())
	}
	for _, r := range l.rules {
		who := "the detector " + r.detector.Name
		if r.asset.ID == a.ID && r.event && r.shape != nil && !slices.Contains(own, r.shape.topic) {
			var topics [][]byte
			for _, s := range r.shapes {
				topics = append(topics, s.topic[:])
			}
			add(who, "event "+called(r.detector.Event, r.shape.name, len(r.shapes)), topics...)
		}
		if r.asset.ID == a.ID && !r.event && r.shape != nil {
			function(who, r.detector.Function)
		}
		if r.gauge == nil {
			continue
		}
		for _, rd := range r.gauge.readings {
			if rd.want.To == a.Address && len(rd.want.Data) >= 4 {
				add(who, "function "+rd.method.Signature(), rd.want.Data[:4])
			}
		}
	}
	for _, x := range c.plan.Actions {
		who := "the action " + x.Name
		if x.Asset == a.ID {
			function(who, x.Function)
		}
		if x.Effect != nil && x.Effect.Asset == a.ID {
			function(who, x.Effect.Function)
		}
	}
	return list
}

// called names what is looked for: a name that means several by itself, one by its signature.
func called(ref, signature string, several int) string {
	if several > 1 {
		return strings.TrimSpace(ref)
	}
	return signature
}

// listedParts joins what is missing, not more than can be read.
func listedParts(parts []string) string {
	if n := len(parts) - maxMissing; n > 0 {
		parts = append(slices.Clone(parts[:maxMissing]), fmt.Sprintf("and %d more", n))
	}
	return strings.Join(parts, "; ")
}

// listedWords joins words: "a, b and c".
func listedWords(words []string) string {
	if n := len(words) - 1; n > 0 {
		return strings.Join(words[:n], ", ") + " and " + words[n]
	}
	return strings.Join(words, "")
}
