package safe

import (
	"slices"

	"tocsin/evm"
)

// Deployment is where a contract of the Safe's makers stands on every chain that has it, and what its code must hash to.
type Deployment struct {
	Version Version     `json:"version"`
	Address evm.Address `json:"address"`
	Code    evm.Hash    `json:"code_hash"` // keccak256 of the code on the chain
}

// MultiSends are the contracts through which a Safe makes several calls at once, and only calls: MultiSendCallOnly, by the list of
// deployments that the makers of the Safe publish. Where there are two of a version, the first is the usual one.
func MultiSends(v Version) []Deployment {
	switch v {
	case V130:
		code := hash32("a9865ac2d9c7a1591619b188c4d88167b50df6cc0c5327fcbd1c8c75f7c066ad")
		return []Deployment{
			{V130, address20("40A2aCCbd92BCA938b02010E17A5b8929b49130D"), code},
			{V130, address20("A1dabEF33b3B82c7814B6D82A79e50F4AC44102B"), code},
		}
	case V141:
		return []Deployment{{V141, address20("9641d764fc13c8B624c04430C7356C1C7C8102e2"), hash32("ecd5bd14a08c5d2122379900b2f272bdf107a7e92423c10dd5fe3254386c9939")}}
	case V150:
		return []Deployment{{V150, address20("A83c336B20401Af773B6219BA5027174338D1836"), hash32("cdbdcec38d2f1c7d961b0029ff8416b7e86e9974d6f0e9c9580c7d17fcfb6663")}}
	default:
		return nil
	}
}

// IsMultiSend finds a MultiSendCallOnly by its address. With a version, only those of that version are meant.
func IsMultiSend(v Version, a evm.Address) (Deployment, bool) {
	for _, known := range Versions() {
		if v != "" && v != known {
			continue
		}
		list := MultiSends(known)
		if i := slices.IndexFunc(list, func(d Deployment) bool { return d.Address == a }); i >= 0 {
			return list[i], true
		}
	}
	return Deployment{}, false
}
