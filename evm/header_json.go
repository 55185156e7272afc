package evm

// headerJSON is a header on its way out of its JSON.
type headerJSON struct {
	number, gasLimit, gasUsed, time                                            hexUint64
	hash, parentHash, uncleHash, stateRoot, transactionsRoot, receiptsRoot     hexHash
	mixDigest, withdrawalsRoot, parentBeaconRoot, requestsHash, accessListHash hexHash
	coinbase                                                                   hexAddress
	bloom                                                                      hexBloom
	difficulty, baseFee                                                        hexUint256
	extra                                                                      hexBytes
	nonce                                                                      hexNonce
	blobGasUsed, excessBlobGas, slotNumber                                     hexUint64
	foreign                                                                    bool
}

// member reads the member of a block that has a name. False if it is not one of the header, which leaves it to be read.
func (j *headerJSON) member(s *scanner, d *Decoder, name []byte) bool {
	switch string(name) {
	case "number":
		j.number.read(s)
	case "hash":
		j.hash.read(s)
	case "parentHash":
		j.parentHash.read(s)
	case "sha3Uncles":
		j.uncleHash.read(s)
	case "miner":
		j.coinbase.read(s)
	case "stateRoot":
		j.stateRoot.read(s)
	case "transactionsRoot":
		j.transactionsRoot.read(s)
	case "receiptsRoot":
		j.receiptsRoot.read(s)
	case "logsBloom":
		j.bloom.read(s)
	case "difficulty":
		j.difficulty.read(s)
	case "gasLimit":
		j.gasLimit.read(s)
	case "gasUsed":
		j.gasUsed.read(s)
	case "timestamp":
		j.time.read(s)
	case "extraData":
		j.extra.read(s, &d.bytes)
	case "mixHash":
		j.mixDigest.read(s)
	case "nonce":
		j.nonce.read(s)
	case "baseFeePerGas":
		j.baseFee.read(s)
	case "withdrawalsRoot":
		j.withdrawalsRoot.read(s)
	case "blobGasUsed":
		j.blobGasUsed.read(s)
	case "excessBlobGas":
		j.excessBlobGas.read(s)
	case "parentBeaconBlockRoot":
		j.parentBeaconRoot.read(s)
	case "requestsHash":
		j.requestsHash.read(s)
	case "blockAccessListHash":
		j.accessListHash.read(s)
	case "slotNumber":
		j.slotNumber.read(s)
	case "size", "totalDifficulty", "transactions", "uncles", "withdrawals":
		return false // Ethereum's, but not the header's
	default:
		j.foreign = true
		return false
	}
	return true
}

func (j *headerJSON) header(s *scanner, d *Decoder) Header {
	s.require(j.number.ok, "number")
	s.require(j.hash.ok, "hash")
	s.require(j.parentHash.ok, "parentHash")
	s.require(j.uncleHash.ok, "sha3Uncles")
	s.require(j.coinbase.ok, "miner")
	s.require(j.stateRoot.ok, "stateRoot")
	s.require(j.transactionsRoot.ok, "transactionsRoot")
	s.require(j.receiptsRoot.ok, "receiptsRoot")
	s.require(j.bloom.ok, "logsBloom")
	s.require(j.difficulty.ok, "difficulty")
	s.require(j.gasLimit.ok, "gasLimit")
	s.require(j.gasUsed.ok, "gasUsed")
	s.require(j.time.ok, "timestamp")
	s.require(j.extra.ok, "extraData")
	if s.err != nil {
		return Header{}
	}
	return Header{
		Number: j.number.v, Hash: j.hash.v, ParentHash: j.parentHash.v, UncleHash: j.uncleHash.v, Coinbase: j.coinbase.v,
		StateRoot: j.stateRoot.v, TransactionsRoot: j.transactionsRoot.v, ReceiptsRoot: j.receiptsRoot.v, Bloom: j.bloom.v,
		Difficulty: j.difficulty.pointer(&d.large), GasLimit: j.gasLimit.v, GasUsed: j.gasUsed.v, Time: j.time.v, Extra: j.extra.v,
		MixDigest: j.mixDigest.v, Nonce: j.nonce.v, BaseFee: j.baseFee.pointer(&d.large),
		WithdrawalsRoot: j.withdrawalsRoot.pointer(&d.hashes), BlobGasUsed: j.blobGasUsed.pointer(&d.small),
		ExcessBlobGas: j.excessBlobGas.pointer(&d.small), ParentBeaconRoot: j.parentBeaconRoot.pointer(&d.hashes),
		RequestsHash: j.requestsHash.pointer(&d.hashes), AccessListHash: j.accessListHash.pointer(&d.hashes),
		SlotNumber: j.slotNumber.pointer(&d.small), Foreign: j.foreign,
	}
}
