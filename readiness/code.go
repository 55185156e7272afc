package readiness

// The codes of gaps that a look at the chains finds.
const (
	NotLooked       = "not-looked-at"             // something could not be read
	ChainUnseen     = "chain-unseen"              // no endpoint, or none that answers
	EndpointFails   = "endpoint-fails"            // one of several does not answer, or serves another chain
	EndpointBehind  = "endpoint-behind"           // one of several is blocks behind the others
	EndpointAlone   = "endpoint-alone"            // a live chain has one endpoint only
	EndpointsAlike  = "endpoints-not-independent" // all endpoints of a live chain are one provider's
	ActionFails     = "action-would-fail"         // an action, tried now, is refused by the contract
	ActionUnfit     = "action-not-prepared"       // an action cannot be made ready as the plan writes it
	ActionUntried   = "action-not-tried"          // nobody knows from which account it would be sent
	ActionInEffect  = "action-in-effect"          // what an action would bring about is so already
	PreparedSealed  = "prepared-not-opened"       // what was signed in advance cannot be opened here
	PreparedVoid    = "prepared-void"             // what was signed in advance cannot land
	PreparedCheap   = "prepared-cheap"            // it offers too little for gas, or hardly enough
	PreparedShared  = "prepared-on-busy-account"  // its account sends other things, too
	RequestFails    = "request-would-fail"        // a request could not be made now
	StatusUnsigned  = "status-not-signed"         // the server's key is not the one that the plan has sign the status file
	StatusFails     = "status-file-fails"         // the app does not get the status file, or could not believe it
	StatusBehind    = "status-file-behind"        // the app is told something else than it should be
	SafeUnread      = "safe-not-read"             // the Safe of the plan is none, or one of a version that is not known
	SafeOwner       = "safe-owner-unknown"        // an owner of a Safe is nobody of the plan
	SafeSigner      = "safe-signer-no-owner"      // somebody who decides about a Safe's action is no owner of it
	SafeThreshold   = "safe-threshold-unmet"      // those who are not away cannot meet a Safe's threshold
	SafeOneAway     = "safe-stops-with-one-away"  // with one person more away, its threshold could not be met
	SafeOnePerson   = "safe-of-one"               // one person's keys meet a Safe's threshold
	SafeModule      = "safe-module"               // a module acts for a Safe without any signature
	SafeGuard       = "safe-guard"                // a guard may refuse what the owners signed
	DecisionAway    = "decision-unmet-while-away" // those who are not away cannot meet a decision
	SignerAway      = "signer-away"               // somebody is away from their key
	KeyUntried      = "key-untried"               // nobody knows whether somebody holds a key that the plan names
	KeyStale        = "key-stale"                 // it is long ago that they proved it
	ExecutorEmpty   = "executor-empty"            // the executor cannot pay for an action
	ExecutorLow     = "executor-low"              // it cannot pay for ten
	ExecutorPower   = "executor-too-powerful"     // the executor may do more than its actions need
	ContractMissing = "contract-missing"          // there is no code at an address of the plan
	OwnerUnknown    = "owner-unknown"             // whoever owns a contract is nobody of the plan
	UpgraderDiffers = "upgrader-differs"          // another account than the plan says can upgrade
	UpgraderUnnamed = "upgrader-not-named"        // the plan does not say who can upgrade
	PauserRefused   = "pauser-cannot-pause"       // a pauser of the plan is refused by the contract
	ProxyEmpty      = "proxy-without-code"        // a proxy of the plan points at nothing
	DriftOwner      = "drift-owner"               // these compare with what was recorded
	DriftUpgrade    = "drift-implementation"
	DriftAdmin      = "drift-admin"
	DriftCode       = "drift-code"
	DriftRole       = "drift-role"
	DriftSafe       = "drift-safe"
)
