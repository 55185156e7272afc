package evm

// receiptJSON is a receipt on its way out of its JSON.
type receiptJSON struct {
	txHash, blockHash                                                                    hexHash
	txIndex, typ, status, gasUsed, cumulative, blockNumber, depositNonce, depositVersion hexUint64
	from, to, contract                                                                   hexAddress
	root                                                                                 hexBytes
	price                                                                                hexUint256
	logs                                                                                 []Log
	hasLogs                                                                              bool
}

// receipt reads one receipt.
func (d *Decoder) receipt(s *scanner) Receipt {
	var j receiptJSON
	for name, ok := s.object(); ok; name, ok = s.member() {
		switch string(name) {
		case "transactionHash":
			j.txHash.read(s)
		case "transactionIndex":
			j.txIndex.read(s)
		case "type":
			j.typ.read(s)
		case "from":
			j.from.read(s)
		case "to":
			j.to.read(s)
		case "contractAddress":
			j.contract.read(s)
		case "status":
			j.status.read(s)
		case "root":
			j.root.read(s, &d.bytes)
		case "gasUsed":
			j.gasUsed.read(s)
		case "cumulativeGasUsed":
			j.cumulative.read(s)
		case "effectiveGasPrice":
			j.price.read(s)
		case "blockHash":
			j.blockHash.read(s)
		case "blockNumber":
			j.blockNumber.read(s)
		case "depositNonce":
			j.depositNonce.read(s)
		case "depositReceiptVersion":
			j.depositVersion.read(s)
		case "logs":
			if j.hasLogs {
				s.fail(s.at, "a second value of the same name")
			}
			j.hasLogs = true
			j.logs = d.readLogs(s)
		default:
			s.skip()
		}
	}
	return j.receipt(s, d)
}

func (j *receiptJSON) receipt(s *scanner, d *Decoder) Receipt {
	s.require(j.txHash.ok, "transactionHash")
	s.require(j.txIndex.ok, "transactionIndex")
	s.require(j.from.ok, "from")
	s.require(j.status.ok || j.root.ok, "status")
	s.require(j.gasUsed.ok, "gasUsed")
	s.require(j.cumulative.ok, "cumulativeGasUsed")
	s.require(j.blockHash.ok, "blockHash")
	s.require(j.blockNumber.ok, "blockNumber")
	s.require(j.hasLogs, "logs")
	switch {
	case j.typ.v > 0xff:
		s.fail(s.at, "a type of %d, which ends here", j.typ.v)
	case j.status.v > 1:
		s.fail(s.at, "a status of %d, which ends here", j.status.v)
	}
	if s.err != nil {
		return Receipt{}
	}
	r := Receipt{
		TxHash: j.txHash.v, TxIndex: j.txIndex.v, Type: uint8(j.typ.v), From: j.from.v, To: j.to.pointer(&d.addresses),
		ContractAddress: j.contract.pointer(&d.addresses), Status: j.status.v, GasUsed: j.gasUsed.v,
		CumulativeGasUsed: j.cumulative.v, EffectiveGasPrice: j.price.pointer(&d.large),
		BlockHash: j.blockHash.v, BlockNumber: j.blockNumber.v, Logs: j.logs,
		DepositNonce: j.depositNonce.pointer(&d.small), DepositVersion: j.depositVersion.pointer(&d.small),
	}
	if !j.status.ok {
		r.PostState = j.root.v
	}
	return r
}

func (d *Decoder) readLogs(s *scanner) []Log {
	start := len(d.logs)
	for ok := s.array(); ok; ok = s.element() {
		d.logs = append(d.logs, Log{})
		d.readLog(s, &d.logs[len(d.logs)-1])
	}
	return d.logs[start:len(d.logs):len(d.logs)]
}

func (d *Decoder) readLog(s *scanner, l *Log) {
	var address hexAddress
	var data hexBytes
	var txHash hexHash
	var index, txIndex hexUint64
	hasTopics := false
	for name, ok := s.object(); ok; name, ok = s.member() {
		switch string(name) {
		case "address":
			address.read(s)
		case "topics":
			if hasTopics {
				s.fail(s.at, "a second value of the same name")
			}
			hasTopics = true
			l.Topics = d.readTopics(s)
		case "data":
			data.read(s, &d.bytes)
		case "logIndex":
			index.read(s)
		case "transactionHash":
			txHash.read(s)
		case "transactionIndex":
			txIndex.read(s)
		default:
			s.skip()
		}
	}
	s.require(address.ok, "address")
	s.require(data.ok, "data")
	s.require(hasTopics, "topics")
	l.Address, l.Data, l.Index, l.TxHash, l.TxIndex = address.v, data.v, index.v, txHash.v, txIndex.v
}

func (d *Decoder) readTopics(s *scanner) []Hash {
	start := len(d.words)
	for ok := s.array(); ok; ok = s.element() {
		var topic hexHash
		topic.read(s)
		s.require(topic.ok, "a topic")
		d.words = append(d.words, topic.v)
		if len(d.words)-start > 4 {
			s.fail(s.at, "more than four topics")
		}
	}
	return d.words[start:len(d.words):len(d.words)]
}
