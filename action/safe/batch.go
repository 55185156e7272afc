package safe

import (
	"encoding/binary"
	"fmt"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/holiman/uint256"

	"tocsin/evm"
)

// Inner is one call of a batch.
type Inner struct {
	Operation Operation     `json:"operation,omitzero"` // MultiSendCallOnly refuses all but calls
	To        evm.Address   `json:"to"`
	Value     *uint256.Int  `json:"value"` // wei; nil is zero
	Data      hexutil.Bytes `json:"data"`
}

// innerHead is what stands before the data of a call: operation, target, value and the length of the data.
const innerHead = 1 + 20 + 32 + 32

// EncodeBatch is the calldata of multiSend for calls in order.
func EncodeBatch(calls []Inner) ([]byte, error) {
	var packed []byte
	for _, c := range calls {
		packed = append(packed, byte(c.Operation))
		packed = append(packed, c.To[:]...)
		packed = append(packed, number(c.Value)...)
		packed = append(packed, make([]byte, 24)...)
		packed = binary.BigEndian.AppendUint64(packed, uint64(len(c.Data)))
		packed = append(packed, c.Data...)
	}
	data, err := multiSend.Encode([]string{hexutil.Encode(packed)})
	if err != nil {
		return nil, fmt.Errorf("encode batch: %w", err)
	}
	return data, nil
}

// Batches reports whether calldata are those of multiSend.
func Batches(data []byte) bool {
	return len(data) >= 4 && [4]byte(data) == multiSend.Selector()
}

// DecodeBatch reads the calls out of the calldata of multiSend.
func DecodeBatch(data []byte) ([]Inner, error) {
	values, err := multiSend.DecodeCall(data)
	if err != nil {
		return nil, fmt.Errorf("read batch: %w", err)
	}
	packed, _ := values[0].Go.([]byte)
	return Unpack(packed)
}

// Unpack reads the calls of a batch as multiSend takes them: one behind the other, each with its length.
func Unpack(packed []byte) ([]Inner, error) {
	var calls []Inner
	for at := 0; at < len(packed); {
		rest := packed[at:]
		if len(rest) < innerHead {
			return nil, fmt.Errorf("read batch: call %d, at byte %d, is cut off: it has %d bytes where at least %d are wanted", len(calls)+1, at, len(rest), innerHead)
		}
		size := new(uint256.Int).SetBytes32(rest[53:85])
		if !size.IsUint64() || size.Uint64() > uint64(len(rest)-innerHead) {
			return nil, fmt.Errorf("read batch: call %d, at byte %d, says that its data are %s bytes long, and %d are left", len(calls)+1, at, size.Dec(), len(rest)-innerHead)
		}
		end := innerHead + int(size.Uint64())
		if rest[0] > byte(DelegateCall) {
			return nil, fmt.Errorf("read batch: call %d, at byte %d, has the operation %d, which nothing knows", len(calls)+1, at, rest[0])
		}
		calls = append(calls, Inner{
			Operation: Operation(rest[0]), To: evm.Address(rest[1:21]), Value: new(uint256.Int).SetBytes32(rest[21:53]), Data: append([]byte{}, rest[innerHead:end]...),
		})
		at += end
	}
	return calls, nil
}
