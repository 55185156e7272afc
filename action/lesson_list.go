package action

import "slices"

// lessonList is what is known of widely used contracts. Two functions of one selector do not stand in it.
var lessonList = slices.Concat(tokenLessons, accessLessons, upgradeLessons, timelockLessons, safeLessons)

// tokenLessons are ERC-20 and ERC-721, and pausing.
var tokenLessons = []lesson{
	{method: taught("transfer(address to, uint256 amount)"), say: "Sends {1} of {to} to {0}.", new: []int{0}},
	{method: taught("transferFrom(address from, address to, uint256 amount)"), say: "Sends {2} of {to} from {0} to {1}.", new: []int{1}},
	{
		method: taught("approve(address spender, uint256 amount)"), say: "Lets {0} take {1} of {to} at any time.", new: []int{0}, nested: nested{kind: allowance},
	},
	{method: taught("increaseAllowance(address spender, uint256 addedValue)"), say: "Lets {0} take {1} more of {to} at any time.", new: []int{0}, nested: nested{kind: allowance}},
	{method: taught("decreaseAllowance(address spender, uint256 subtractedValue)"), say: "Lets {0} take {1} less of {to}."},
	{
		method: taught("setApprovalForAll(address operator, bool approved)"), say: "Says whether {0} may take everything of {to}: {1}.", new: []int{0}, nested: nested{kind: operator},
	},
	{method: taught("pause()"), say: "Pauses {to}.", proofs: asks("paused() returns (bool)", "true")},
	{method: taught("unpause()"), say: "Lets {to} run again after a pause.", proofs: asks("paused() returns (bool)", "false")},
}

// accessLessons are who may do what: Ownable, Ownable2Step and AccessControl.
var accessLessons = []lesson{
	{
		method: taught("transferOwnership(address newOwner)"), say: "Makes {0} the owner of {to}, or offers it to them.", new: []int{0},
		danger: "The owner changes: whoever it becomes can do all that an owner can.", proofs: asks("owner() returns (address)", "{0}"),
	},
	{
		method: taught("renounceOwnership()"), say: "Leaves {to} without an owner, for good.", danger: "It cannot be undone: nobody will ever be able to pause or mend it as its owner.",
		proofs: asks("owner() returns (address)", "0x0000000000000000000000000000000000000000"),
	},
	{method: taught("acceptOwnership()"), say: "Takes the ownership of {to} that was offered."},
	{
		method: taught("grantRole(bytes32 role, address account)"), say: "Gives {0} of {to} to {1}.", new: []int{1},
		danger: "Somebody gets power over the contract: {1} gets {0}.", proofs: asks("hasRole(bytes32,address) returns (bool)", "true", "{0}", "{1}"),
	},
	{
		method: taught("revokeRole(bytes32 role, address account)"), say: "Takes {0} of {to} from {1}.",
		proofs: asks("hasRole(bytes32,address) returns (bool)", "false", "{0}", "{1}"),
	},
	{
		method: taught("renounceRole(bytes32 role, address account)"), say: "Gives up {0} of {to}, held by {1}.",
		proofs: asks("hasRole(bytes32,address) returns (bool)", "false", "{0}", "{1}"),
	},
}

// upgradeLessons are proxies (EIP-1967, UUPS) and their admin.
var upgradeLessons = []lesson{
	{
		method: taught("upgradeTo(address newImplementation)"), say: "Replaces the code of {to} by that of {0}.", new: []int{0},
		danger: "The code of the contract is replaced: it can do anything afterwards.", proofs: []reveal{{on: -1, slot: implementationSlot, want: "{0}"}},
	},
	{
		method: taught("upgradeToAndCall(address newImplementation, bytes data)"), say: "Replaces the code of {to} by that of {0}, and calls it.", new: []int{0},
		danger: "The code of the contract is replaced: it can do anything afterwards.", proofs: []reveal{{on: -1, slot: implementationSlot, want: "{0}"}},
		nested: nested{kind: oneCall, on: -1, data: 1},
	},
	{
		method: taught("upgrade(address proxy, address implementation)"), say: "Replaces the code of {0} by that of {1}.", new: []int{1},
		danger: "The code of the contract is replaced: it can do anything afterwards.", proofs: []reveal{{on: 0, slot: implementationSlot, want: "{1}"}},
	},
	{
		method: taught("upgradeAndCall(address proxy, address implementation, bytes data)"), say: "Replaces the code of {0} by that of {1}, and calls it.", new: []int{1},
		danger: "The code of the contract is replaced: it can do anything afterwards.", proofs: []reveal{{on: 0, slot: implementationSlot, want: "{1}"}},
		nested: nested{kind: oneCall, on: 0, data: 2},
	},
	{
		method: taught("changeAdmin(address newAdmin)"), say: "Makes {0} the admin of the proxy {to}.", new: []int{0},
		danger: "The admin changes: whoever it becomes can replace the code.", proofs: []reveal{{on: -1, slot: adminSlot, want: "{0}"}},
	},
	{
		method: taught("changeProxyAdmin(address proxy, address newAdmin)"), say: "Makes {1} the admin of the proxy {0}.", new: []int{1},
		danger: "The admin changes: whoever it becomes can replace the code.", proofs: []reveal{{on: 0, slot: adminSlot, want: "{1}"}},
	},
}

// timelockLessons are OpenZeppelin's TimelockController.
var timelockLessons = []lesson{
	{
		method: taught("schedule(address target, uint256 value, bytes data, bytes32 predecessor, bytes32 salt, uint256 delay)"),
		say:    "Has {to} wait {5} seconds, after which a call of {0} can be made.", nested: nested{kind: operation},
	},
	{
		method: taught("scheduleBatch(address[] targets, uint256[] values, bytes[] payloads, bytes32 predecessor, bytes32 salt, uint256 delay)"),
		say:    "Has {to} wait {5} seconds, after which several calls can be made.", nested: nested{kind: operations},
	},
	{method: taught("execute(address target, uint256 value, bytes payload, bytes32 predecessor, bytes32 salt)"), say: "Has {to} make a call of {0} that was scheduled.", nested: nested{kind: operation}},
	{
		method: taught("executeBatch(address[] targets, uint256[] values, bytes[] payloads, bytes32 predecessor, bytes32 salt)"),
		say:    "Has {to} make several calls that were scheduled.", nested: nested{kind: operations},
	},
	{method: taught("cancel(bytes32 id)"), say: "Cancels the operation {0} that {to} has scheduled.", proofs: asks("isOperation(bytes32) returns (bool)", "false", "{0}")},
	{method: taught("updateDelay(uint256 newDelay)"), say: "Has {to} wait {0} seconds for what is scheduled from then on.", danger: "A shorter delay leaves less time to see what is coming.", proofs: asks("getMinDelay() returns (uint256)", "{0}")},
}

// safeLessons are a Safe's own functions, and the batches that it makes.
var safeLessons = []lesson{
	{
		method: taught("addOwnerWithThreshold(address owner, uint256 _threshold)"), say: "Makes {0} an owner of the Safe {to}; {1} must sign from then on.", new: []int{0},
		danger: "The Safe gets a new owner: {0}.", proofs: append(asks("isOwner(address) returns (bool)", "true", "{0}"), asks("getThreshold() returns (uint256)", "{1}")...),
	},
	{
		method: taught("removeOwner(address prevOwner, address owner, uint256 _threshold)"), say: "Removes the owner {1} from the Safe {to}; {2} must sign from then on.",
		danger: "The Safe loses an owner.", proofs: append(asks("isOwner(address) returns (bool)", "false", "{1}"), asks("getThreshold() returns (uint256)", "{2}")...),
	},
	{
		method: taught("swapOwner(address prevOwner, address oldOwner, address newOwner)"), say: "Replaces the owner {1} of the Safe {to} by {2}.", new: []int{2},
		danger: "The Safe gets a new owner: {2}.", proofs: append(asks("isOwner(address) returns (bool)", "true", "{2}"), asks("isOwner(address) returns (bool)", "false", "{1}")...),
	},
	{
		method: taught("changeThreshold(uint256 _threshold)"), say: "Has {0} owners of the Safe {to} sign from then on.", danger: "How many must sign changes.",
		proofs: asks("getThreshold() returns (uint256)", "{0}"),
	},
	{
		method: taught("enableModule(address module)"), say: "Makes {0} a module of the Safe {to}.", new: []int{0}, danger: "A MODULE ACTS FOR THE SAFE WITHOUT ANY SIGNATURE: it can take everything.",
		proofs: asks("isModuleEnabled(address) returns (bool)", "true", "{0}"),
	},
	{
		method: taught("disableModule(address prevModule, address module)"), say: "Takes the module {1} from the Safe {to}.",
		proofs: asks("isModuleEnabled(address) returns (bool)", "false", "{1}"),
	},
	{
		method: taught("setGuard(address guard)"), say: "Has {0} guard the Safe {to}.", new: []int{0}, danger: "A guard can refuse every transaction of the Safe, for good.",
		proofs: []reveal{{on: -1, slot: guardSlot, want: "{0}"}},
	},
	{method: taught("setModuleGuard(address moduleGuard)"), say: "Has {0} guard what modules do for the Safe {to}.", new: []int{0}, danger: "A guard can refuse every transaction of the Safe's modules."},
	{
		method: taught("setFallbackHandler(address handler)"), say: "Has {0} answer for the Safe {to} what the Safe does not know itself.", new: []int{0},
		danger: "A fallback handler says which signatures of the Safe are right (ERC-1271): it can make others accept them.", proofs: []reveal{{on: -1, slot: handlerSlot, want: "{0}"}},
	},
	{method: taught("approveHash(bytes32 hashToApprove)"), say: "Approves the transaction {0} of the Safe {to}, as a signature would.", danger: "Only who knows the transaction of that hash knows what is approved.", proofs: asks("approvedHashes(address,bytes32) returns (uint256)", "1", "", "{0}")},
	{method: taught("multiSend(bytes transactions)"), say: "Makes several calls, all or none.", nested: nested{kind: batch}},
	{
		method: taught("execTransaction(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, bytes signatures)"),
		say:    "Has the Safe {to} carry out a transaction that its owners have signed.", nested: nested{kind: execution},
	},
}
