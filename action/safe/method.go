package safe

import "tocsin/evm"

// The functions of a Safe and of its MultiSend that are encoded or decoded here.
var (
	execTransaction = method("function execTransaction(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, bytes signatures) payable returns (bool success)")
	approvedHashes  = method("function approvedHashes(address owner, bytes32 hash) view returns (uint256)")
	multiSend       = method("function multiSend(bytes transactions) payable")
)

// method reads a signature that a test holds to be right; the zero method encodes nothing.
func method(s string) evm.Method {
	m, err := evm.ParseSignature(s)
	if err != nil {
		return evm.Method{}
	}
	return m
}

// The views that tell what a Safe is.
var views = []evm.Method{
	method("function VERSION() view returns (string)"),
	method("function nonce() view returns (uint256)"),
	method("function getOwners() view returns (address[])"),
	method("function getThreshold() view returns (uint256)"),
	method("function getModulesPaginated(address start, uint256 pageSize) view returns (address[] array, address next)"),
	method("function getStorageAt(uint256 offset, uint256 length) view returns (bytes)"),
	method("function getStorageAt(uint256 offset, uint256 length) view returns (bytes)"),
}
