package chaos

// Way is a way to misbehave.
type Way string

// The ways of an endpoint. Those that lie say something that is not so; the others say nothing, too little or too late.
const (
	Fine Way = "fine"

	// The line.
	Limits  Way = "limits" // asked too often: 429, or its JSON-RPC error
	Fails   Way = "fails"  // 502, or a closed connection
	Stalls  Way = "stalls" // answers only once it stalls no more
	HangsUp Way = "hangs up"
	Garbles Way = "garbles" // answers with a page of HTML
	Cuts    Way = "cuts"    // the answer ends in its middle

	// The head.
	Lags     Way = "lags"     // its head stays where it was
	Repeats  Way = "repeats"  // tells each new head twice
	Reorders Way = "reorders" // tells each second head before the first
	Silent   Way = "silent"   // tells no heads, and answers when asked

	// What a block holds.
	LiesHeader Way = "lies in headers"      // one digit of the state root
	LiesRoots  Way = "lies in roots"        // of transactions and receipts
	Masks      Way = "masks"                // the lie looks like a kind of chain that nobody knows
	LiesStatus Way = "lies in status"       // of receipts
	LiesLogs   Way = "lies in logs"         // whose addresses they are
	Truncates  Way = "truncates"            // the last receipt of a block is left out
	OmitsLogs  Way = "omits logs"           //
	OmitsTx    Way = "omits a transaction"  // with its receipt
	LiesState  Way = "lies about the state" // of calls and balances
	OtherChain Way = "another chain"        // its id, and no block by its hash
	Forgets    Way = "forgets"              // it has no block but its head's name
)

// Ways lists all of them.
func Ways() []Way {
	return append(Quiet(), Lags, LiesHeader, LiesRoots, Masks, LiesStatus, LiesLogs, Truncates, OmitsLogs, OmitsTx, LiesState, OtherChain, Forgets)
}

// Quiet lists those of an endpoint that says nothing untrue.
func Quiet() []Way {
	return []Way{Fine, Limits, Fails, Stalls, HangsUp, Garbles, Cuts, Repeats, Reorders, Silent}
}
