package evm

import "github.com/ethereum/go-ethereum/crypto"

// transactionJSON is a transaction on its way out of its JSON.
type transactionJSON struct {
	hash, sourceHash                                     hexHash
	typ, nonce, gas, index                               hexUint64
	from, to                                             hexAddress
	input                                                hexBytes
	value, gasPrice, chainID, maxFee, maxTip, maxBlobFee hexUint256
	v, yParity, r, s, mint                               hexUint256
	system, foreign                                      bool
	accessList                                           []access
	blobHashes                                           []Hash
	authorizations                                       []authorization
}

type access struct {
	address hexAddress
	keys    []Hash
}

type authorization struct {
	chainID, r, s  hexUint256
	address        hexAddress
	nonce, yParity hexUint64
}

// transaction reads one transaction, and rebuilds its encoding where the type is known and all of it there.
func (d *Decoder) transaction(s *scanner) Transaction {
	j := &d.tx
	*j = transactionJSON{accessList: j.accessList[:0], authorizations: j.authorizations[:0]}
	for name, ok := s.object(); ok; name, ok = s.member() {
		j.member(s, d, name)
	}
	s.require(j.hash.ok, "hash")
	s.require(j.from.ok, "from")
	s.require(j.nonce.ok, "nonce")
	s.require(j.value.ok, "value")
	s.require(j.input.ok, "input")
	s.require(j.gas.ok, "gas")
	if j.typ.v > 0xff {
		s.fail(s.at, "a type of %d, which ends here", j.typ.v)
	}
	if s.err != nil {
		return Transaction{}
	}
	t := Transaction{
		Hash: j.hash.v, Type: uint8(j.typ.v), From: j.from.v, To: j.to.pointer(&d.addresses), Nonce: j.nonce.v,
		Value: j.value.pointer(&d.large), Input: j.input.v, Gas: j.gas.v, GasPrice: j.gasPrice.pointer(&d.large),
		Index: j.index.v, Foreign: j.foreign,
	}
	if j.rebuildable() {
		d.scratch = j.encode(d.scratch[:0])
		if !j.foreign || crypto.Keccak256Hash(d.scratch) == t.Hash {
			t.Raw = d.bytes.take(len(d.scratch))
			copy(t.Raw, d.scratch)
		}
	}
	return t
}

// member reads one member.
func (j *transactionJSON) member(s *scanner, d *Decoder, name []byte) {
	switch string(name) {
	case "hash":
		j.hash.read(s)
	case "type":
		j.typ.read(s)
	case "from":
		j.from.read(s)
	case "to":
		j.to.read(s)
	case "nonce":
		j.nonce.read(s)
	case "value":
		j.value.read(s)
	case "input":
		j.input.read(s, &d.bytes)
	case "gas":
		j.gas.read(s)
	case "gasPrice":
		j.gasPrice.read(s)
	case "transactionIndex":
		j.index.read(s)
	case "chainId":
		j.chainID.read(s)
	case "maxFeePerGas":
		j.maxFee.read(s)
	case "maxPriorityFeePerGas":
		j.maxTip.read(s)
	case "maxFeePerBlobGas":
		j.maxBlobFee.read(s)
	case "accessList":
		j.readAccessList(s, d)
	case "blobVersionedHashes":
		j.blobHashes = d.readWords(s, len(j.blobHashes) > 0)
	case "authorizationList":
		j.readAuthorizations(s)
	case "v":
		j.v.read(s)
	case "yParity":
		j.yParity.read(s)
	case "r":
		j.r.read(s)
	case "s":
		j.s.read(s)
	case "sourceHash":
		j.sourceHash.read(s)
	case "mint":
		j.mint.read(s)
	case "isSystemTx":
		if j.system = s.peek() == 't'; !j.system && s.peek() != 'f' && s.peek() != 'n' {
			s.expected("true or false")
		}
		s.skip()
	case "blockHash", "blockNumber", "blockTimestamp", "depositReceiptVersion":
		s.skip() // not of the transaction, but of where it stands
	default:
		j.foreign = true
		s.skip()
	}
}

func (j *transactionJSON) readAccessList(s *scanner, d *Decoder) {
	if len(j.accessList) > 0 {
		s.fail(s.at, "a second value of the same name")
	}
	if s.null() {
		return
	}
	for ok := s.array(); ok; ok = s.element() {
		var a access
		for name, ok := s.object(); ok; name, ok = s.member() {
			switch string(name) {
			case "address":
				a.address.read(s)
			case "storageKeys":
				a.keys = d.readWords(s, len(a.keys) > 0)
			default:
				s.skip()
			}
		}
		s.require(a.address.ok, "address")
		j.accessList = append(j.accessList, a)
	}
}

func (j *transactionJSON) readAuthorizations(s *scanner) {
	if len(j.authorizations) > 0 {
		s.fail(s.at, "a second value of the same name")
	}
	if s.null() {
		return
	}
	for ok := s.array(); ok; ok = s.element() {
		var a authorization
		for name, ok := s.object(); ok; name, ok = s.member() {
			switch string(name) {
			case "chainId":
				a.chainID.read(s)
			case "address":
				a.address.read(s)
			case "nonce":
				a.nonce.read(s)
			case "yParity":
				a.yParity.read(s)
			case "r":
				a.r.read(s)
			case "s":
				a.s.read(s)
			default:
				s.skip()
			}
		}
		j.authorizations = append(j.authorizations, a)
	}
}

// readWords reads a list of hashes; null is none.
func (d *Decoder) readWords(s *scanner, again bool) []Hash {
	if again {
		s.fail(s.at, "a second value of the same name")
	}
	if s.null() {
		return nil
	}
	start := len(d.words)
	for ok := s.array(); ok; ok = s.element() {
		var w hexHash
		w.read(s)
		s.require(w.ok, "a hash")
		d.words = append(d.words, w.v)
	}
	return d.words[start:len(d.words):len(d.words)]
}

// rebuildable reports whether all is there that the encoding needs. What has a signature of zeros has none: some chains
// add such transactions by themselves.
func (j *transactionJSON) rebuildable() bool {
	signed := j.r.ok && j.s.ok && !(j.r.v.IsZero() && j.s.v.IsZero())
	typed := signed && (j.v.ok || j.yParity.ok) && j.chainID.ok
	dynamic := typed && j.maxFee.ok && j.maxTip.ok
	switch uint8(j.typ.v) {
	case LegacyType:
		return signed && j.v.ok && j.gasPrice.ok
	case AccessListType:
		return typed && j.gasPrice.ok
	case DynamicFeeType:
		return dynamic
	case BlobType:
		return dynamic && j.to.ok && j.maxBlobFee.ok
	case SetCodeType:
		return dynamic && j.to.ok
	case DepositType:
		return j.sourceHash.ok
	}
	return false
}
