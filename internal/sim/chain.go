package sim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tocsin/evm"
	"tocsin/incident"
)

const (
	chainID = 31337
	genesis = 100
	deepest = 3 // blocks below the highest that may be forgotten
)

// chain is a chain of one account, whose last blocks may be forgotten. What was in them waits again.
type chain struct {
	world   *World
	blocks  []block
	waiting []sent
	lost    []incident.Finding // what was found in blocks that are forgotten
	serial  int
	highest uint64 // number of a block ever
}

type block struct {
	number uint64
	hash   evm.Hash
	txs    []sent
	found  []incident.Finding
	nonce  uint64 // of the account, after it
	paused bool   // after it

	council council // after it
}

type sent struct {
	hash   evm.Hash
	action string // incident and action
	pause  bool   // or unpause
	nonce  uint64
	safe   []byte // what the Safe is told; nil if it is none
	front  bool   // it takes the place of another one that waits with its nonce
	failed bool   // it reverted
}

func newChain(w *World) *chain {
	return &chain{world: w, blocks: []block{{number: genesis, hash: hash("genesis", 0)}}, highest: genesis}
}

func (c *chain) head() *block { return &c.blocks[len(c.blocks)-1] }

// at returns the block of a number, nil if there is none.
func (c *chain) at(number uint64) *block {
	if number < genesis || number > c.head().number {
		return nil
	}
	return &c.blocks[number-genesis]
}

func (c *chain) step(words []string) error {
	switch words[0] {
	case "mine":
		return c.mine(words[1:])
	case "forget":
		c.forget()
		return nil
	}
	return fmt.Errorf("no step of the chain is called %q", words[0])
}

// mine makes a block. What is in it besides is named as DETECTOR=AMOUNT; "idle" leaves out what waits, and "again" brings
// back what was found in a block that is forgotten.
func (c *chain) mine(words []string) error {
	w := c.world
	c.serial++
	b := block{number: c.head().number + 1, hash: hash("block", c.serial), nonce: c.head().nonce, paused: c.head().paused, council: c.head().council}
	idle := slices.Contains(words, "idle")
	for i := 0; i < len(c.waiting) && !idle; i++ {
		if tx := c.waiting[i]; tx.nonce == b.nonce {
			if tx.failed = tx.safe != nil && !b.council.carry(tx.safe); tx.failed {
				w.say("block %d: transaction of %s reverts", b.number, tx.action)
			} else {
				w.say("block %d: transaction of %s lands", b.number, tx.action)
			}
			if tx.safe == nil {
				b.paused = tx.pause
			}
			b.txs = append(b.txs, tx)
			b.nonce++
			c.waiting = slices.Delete(c.waiting, i, i+1)
			i = -1
		}
	}
	for _, word := range words {
		detector, amount, is := strings.Cut(word, "=")
		switch {
		case b.council.outside(word):
			w.say("block %d: the Safe is used elsewhere", b.number)
		case word == "again" && len(c.lost) > 0:
			b.found = append(b.found, c.lost[0])
			c.lost = c.lost[1:]
		case is && !(detector == "drain" && c.head().paused):
			b.found = append(b.found, w.finding(fmt.Sprintf("%s-%d-%d", detector, c.serial, len(b.found)), detector, amount))
		}
	}
	for i := range b.found {
		f := &b.found[i]
		f.Chain, f.Block, f.BlockHash, f.At = chainID, b.number, b.hash, w.now
		w.say("block %d: %s", b.number, f.ID)
	}
	c.blocks = append(c.blocks, b)
	c.highest = max(c.highest, b.number)
	return nil
}

// forget takes the last block back, if it is not final.
func (c *chain) forget() {
	b := *c.head()
	if c.final(b.number) {
		return
	}
	c.blocks = c.blocks[:len(c.blocks)-1]
	c.waiting = append(slices.Clone(b.txs), c.waiting...)
	c.lost = append(c.lost, b.found...)
	c.world.say("block %d is forgotten", b.number)
}

// final reports whether a block of a number can be forgotten no more.
func (c *chain) final(number uint64) bool { return number+deepest <= c.highest || number <= genesis }

// receipt is the block in which a transaction landed, nil if it has not.
func (c *chain) receipt(tx evm.Hash) *block {
	for i := range c.blocks {
		if slices.ContainsFunc(c.blocks[i].txs, func(x sent) bool { return x.hash == tx }) {
			return &c.blocks[i]
		}
	}
	return nil
}

// used is the transaction that used a nonce for good, nil if there is none.
func (c *chain) used(nonce uint64) *sent {
	for i := range c.blocks {
		for j := range c.blocks[i].txs {
			if tx := &c.blocks[i].txs[j]; tx.nonce == nonce && c.final(c.blocks[i].number) {
				return tx
			}
		}
	}
	return nil
}

func (c *chain) send(tx sent) {
	known := func(x sent) bool { return x.hash == tx.hash || x.nonce == tx.nonce && x.front }
	if tx.front {
		c.waiting = slices.DeleteFunc(c.waiting, func(x sent) bool { return x.nonce == tx.nonce && !x.front })
	}
	if c.receipt(tx.hash) == nil && !slices.ContainsFunc(c.waiting, known) {
		c.waiting = append(c.waiting, tx)
	}
}

func hash(kind string, n int) evm.Hash { return evm.Keccak([]byte(kind + strconv.Itoa(n))) }
