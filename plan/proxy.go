package plan

// ProxyEvents declares what a proxy of a kind emits itself, besides what the contract behind it emits: the events of
// EIP-1967.
func ProxyEvents(kind string) []string {
	switch kind {
	case "eip1967", "beacon":
		return []string{
			"event Upgraded(address indexed implementation)",
			"event BeaconUpgraded(address indexed beacon)",
			"event AdminChanged(address previousAdmin, address newAdmin)",
		}
	}
	return nil
}
