package evm

import (
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"
)

func signedOfEachType(t *testing.T) map[string]*types.Transaction {
	t.Helper()
	key, err := crypto.ToECDSA(crypto.Keccak256([]byte("a key for tests")))
	if err != nil {
		t.Fatal(err)
	}
	to := Address{0xaa}
	u := uint256.NewInt
	access := types.AccessList{{Address: Address{1}, StorageKeys: []Hash{{2}, {3}}}, {Address: Address{4}, StorageKeys: []Hash{}}}
	auth, err := types.SignSetCode(key, types.SetCodeAuthorization{ChainID: *u(31337), Address: Address{5}, Nonce: 8})
	if err != nil {
		t.Fatal(err)
	}
	signed := make(map[string]*types.Transaction)
	for name, data := range map[string]types.TxData{
		"legacy":          &types.LegacyTx{Nonce: 1, GasPrice: big.NewInt(9), Gas: 21000, To: &to, Value: big.NewInt(5), Data: []byte{1}},
		"legacy creation": &types.LegacyTx{GasPrice: big.NewInt(9), Gas: 21000, Value: new(big.Int), Data: []byte{1}},
		"access list":     &types.AccessListTx{ChainID: big.NewInt(31337), Nonce: 2, GasPrice: big.NewInt(9), Gas: 21000, To: &to, Value: big.NewInt(5), AccessList: access},
		"dynamic fee":     &types.DynamicFeeTx{ChainID: big.NewInt(31337), Nonce: 300, GasTipCap: big.NewInt(1), GasFeeCap: big.NewInt(90), Gas: 21000, Value: new(big.Int), AccessList: access},
		"blob":            &types.BlobTx{ChainID: u(31337), Nonce: 3, GasTipCap: u(1), GasFeeCap: u(90), Gas: 21000, To: to, Value: u(0), BlobFeeCap: u(7), BlobHashes: []Hash{{1, 9}}},
		"set code":        &types.SetCodeTx{ChainID: u(31337), Nonce: 4, GasTipCap: u(1), GasFeeCap: u(90), Gas: 21000, To: to, Value: u(0), AuthList: []types.SetCodeAuthorization{auth}},
	} {
		tx, err := types.SignNewTx(key, types.LatestSignerForChainID(big.NewInt(31337)), data)
		if err != nil {
			t.Fatal(err)
		}
		signed[name] = tx
	}
	return signed
}
