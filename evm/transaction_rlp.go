package evm

import "github.com/holiman/uint256"

// encode appends the EIP-2718 encoding of a rebuildable transaction.
func (j *transactionJSON) encode(b []byte) []byte {
	typ := uint8(j.typ.v)
	if typ != LegacyType {
		b = append(b, typ)
	}
	start := len(b)
	if typ == DepositType {
		return endList(j.appendDeposit(b), start)
	}
	if typ != LegacyType {
		b = appendRLPInt(b, &j.chainID.v)
	}
	b = appendRLPUint(b, j.nonce.v)
	if typ >= DynamicFeeType {
		b = appendRLPInt(appendRLPInt(b, &j.maxTip.v), &j.maxFee.v)
	} else {
		b = appendRLPInt(b, &j.gasPrice.v)
	}
	b = appendRLPUint(b, j.gas.v)
	b = appendRLPAddress(b, j.recipient())
	b = appendRLPInt(b, &j.value.v)
	b = appendRLPBytes(b, j.input.v)
	if typ != LegacyType {
		b = j.appendAccessList(b)
	}
	switch typ {
	case BlobType:
		b = appendRLPInt(b, &j.maxBlobFee.v)
		b = appendRLPWords(b, j.blobHashes)
	case SetCodeType:
		b = j.appendAuthorizations(b)
	}
	v := &j.v.v
	if typ != LegacyType && j.yParity.ok {
		v = &j.yParity.v
	}
	for _, n := range [...]*uint256.Int{v, &j.r.v, &j.s.v} {
		b = appendRLPInt(b, n)
	}
	return endList(b, start)
}

func (j *transactionJSON) appendDeposit(b []byte) []byte {
	b = appendRLPBytes(b, j.sourceHash.v[:])
	b = appendRLPBytes(b, j.from.v[:])
	b = appendRLPAddress(b, j.recipient())
	b = appendRLPInt(b, &j.mint.v)
	b = appendRLPInt(b, &j.value.v)
	b = appendRLPUint(b, j.gas.v)
	if j.system {
		b = append(b, 1)
	} else {
		b = append(b, 0x80)
	}
	return appendRLPBytes(b, j.input.v)
}

func (j *transactionJSON) recipient() *Address {
	if !j.to.ok {
		return nil
	}
	return &j.to.v
}

func (j *transactionJSON) appendAccessList(b []byte) []byte {
	start := len(b)
	for i := range j.accessList {
		one := len(b)
		b = appendRLPBytes(b, j.accessList[i].address.v[:])
		b = endList(appendRLPWords(b, j.accessList[i].keys), one)
	}
	return endList(b, start)
}

func (j *transactionJSON) appendAuthorizations(b []byte) []byte {
	start := len(b)
	for i := range j.authorizations {
		a := &j.authorizations[i]
		one := len(b)
		b = appendRLPInt(b, &a.chainID.v)
		b = appendRLPBytes(b, a.address.v[:])
		b = appendRLPUint(appendRLPUint(b, a.nonce.v), a.yParity.v)
		b = endList(appendRLPInt(appendRLPInt(b, &a.r.v), &a.s.v), one)
	}
	return endList(b, start)
}
