package check

import "tocsin/evm"

// publicKeys are accounts whose private keys anybody can look up or compute: those that development chains hand out, and
// those of the example plan's people.
var publicKeys = addresses(
	"0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
	"0x90F79bf6EB2c4f870365E785982E1f101E93b906", "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65", "0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc",
	"0x976EA74026E726554dB657fA54763abd0C3a0aa9", "0x14dC79964da2C08b23698B3D3cc7Ca32193d9955", "0x23618e81E3f5cdF7f54C3d65f7FBc0aBf5B21E8f",
	"0xa0Ee7A142d267C1f36714E4a8F75612F20a79720",

	"0x120F4209596fef7D4D07E3BA410d5dA8E88ccA3d", "0x25EA031cb0829a34f24114472eF0AFdD9F9f2614", "0x647A567Ce312C5Aa0Dbf2FA6B1965A463a0f1c03",
	"0x849E61d2753B9D09C5F6aD69711E6E2B684ad7Aa", "0xAfe7b1cDb591FBaeECfd760792Fb1878712C4DD7", "0xF5B2e697dd54b8e0815837514C643ce13279f948",
	"0xF8AEa323eFbc24716eABA06116B0b599b3F6a488",
)

func addresses(texts ...string) []evm.Address {
	list := make([]evm.Address, len(texts))
	for i, s := range texts {
		list[i], _ = evm.ParseAddress(s) // written above; a test reads them
	}
	return list
}
