package check

// Each case is the smallest plan that meets a control, and edits of it each of which leaves it met in part only, with a part
// of what is then missing. The head alone meets nothing.
type standardCase struct {
	id    string
	met   string
	parts [][3]string // old, new, missing
}

var standardCases = []standardCase{
	{
		"ir-1.1.1", `
reviewed: 2026-06-01
roles:
  - {id: incident-manager, name: Incident manager, holders: [ada, ben]}
  - {id: technical-lead, name: Technical lead, holders: [ben]}
  - {id: scribe, name: Scribe, holders: [cleo]}
  - {id: communications-lead, name: Communications lead, holders: [cleo]}
core_team:
  - {id: ada, name: Ada, title: Security lead, contact: [{kind: phone, to: "+19995551212"}]}
  - {id: ben, name: Ben, title: Protocol developer, contact: [{kind: phone, to: "+19995551213"}]}
  - {id: cleo, name: Cleo, title: Administrator, contact: [{kind: phone, to: "+19995551214"}]}
extended_team:
  - {id: lex, name: Lex, title: Legal counsel, contact: [{kind: email, to: lex@example.com}]}
groups: [{id: heads, name: Heads, members: [ada, ben, cleo], need: 2}]
procedures: [{id: stop, name: Stop, steps: [{id: halt, name: Halt, purpose: halt, decision: stop}]}]
communications: [{id: news, name: News, audience: users, approval: speak}]
decisions:
  - {id: stop, name: Stop, required: [heads], steps: [stop/halt]}
  - {id: speak, name: Speak, required: [heads], updates: [news]}
  - {id: fund, name: Use the emergency fund, required: [heads]}
`,
		[][3]string{
			{"holders: [ada, ben]", "holders: [ada]", `Name a second person who can hold the role "Incident manager"`},
			{"  - {id: scribe, name: Scribe, holders: [cleo]}\n", "", "Add a role for a scribe"},
			{"title: Legal counsel", "title: Friend", "Name legal support"},
			{"title: Protocol developer", "title: Friend", "Say who knows the contracts"},
			{"need: 2", "need: 3", `Name a backup for Ada, without whom nobody can decide "Stop"`},
			{"Use the emergency fund", "Have lunch", "Add a decision about what happens with recovered or emergency funds"},
			{"reviewed: 2026-06-01", "reviewed: 2025-06-01", "it was last reviewed on 2025-06-01"},
		},
	},
	{
		"ir-1.1.2", `
reviewed: 2026-11-01
roles: [{id: lead, name: Lead}]
severities: [{id: critical, name: Critical}]
issues: [{id: theft, name: Theft, severity: critical}]
escalation: {rules: [{core: detection, extended: validation}]}
channels: [{id: room, name: Room, kind: slack}]
communications: [{id: inside, name: Inside, audience: internal, channel: room, responsible: lead}]
core_team: [{id: ada, name: Ada, contact: [{kind: phone, to: "+19995551212"}]}]
extended_team:
  - {id: ora, name: Ora, title: The oracle we depend on, contact: [{kind: email, to: ora@example.com}]}
  - {id: sec, name: Sec, title: Security consultant, contact: [{kind: email, to: sec@example.com}]}
  - {id: lex, name: Lex, title: Legal counsel, contact: [{kind: email, to: lex@example.com}]}
  - {id: com, name: Com, title: Press, contact: [{kind: email, to: com@example.com}]}
  - {id: host, name: Host, title: Hosting support desk, contact: [{kind: email, to: host@example.com}]}
`,
		[][3]string{
			{"title: The oracle we depend on", "title: Friend", "Add a contact for the protocols that you depend on"},
			{"to: lex@example.com", "to: TBD", "Add a contact for a lawyer"},
			{"reviewed: 2026-11-01", "reviewed: 2026-08-01", "Read the whole plan again"},
			{", extended: validation", "", `Say when people outside the core team are called for issues of the severity "Critical"`},
			{"audience: internal", "audience: users", "Say how those at work stay together"},
		},
	},
	{
		"ir-2.1.1", `
severities: [{id: critical, name: Critical}]
assets:
  - {id: oracle, name: Oracle, kind: service}
  - {id: site, name: Site, kind: domain, holder: ada, second_holder: ben}
core_team: [{id: ada, name: Ada}, {id: ben, name: Ben}]
issues:
  - {id: all, name: Everything, severity: critical, assets: [oracle], kinds: [bug, theft, denial-of-service, subsystem, admin-access, overload, front-end, social-account, disclosure]}
`,
		[][3]string{
			{", disclosure]", "]", "nobody has considered, and write them down with their kinds: disclosure."},
			{"severity: critical, ", "", `a severity for "Everything"`},
			{"assets: [oracle], ", "", "Write down what happens if these fail"},
			{"kind: service", "kind: repository", "Name what you depend on and others run"},
			{", second_holder: ben", "", `Name a second holder for "Site".`},
		},
	},
	{
		"ir-2.1.2", `
chains: [{id: 1, name: Main}]
assets: [{id: vault, name: Vault, kind: contract, chain: 1, address: "0x88bC4F6FCb5515C41D03673c039C596FA63952a9"}]
detectors: [{id: any, name: Any, kind: match, asset: vault, transaction: true, mode: page}]
core_team: [{id: ada, name: Ada}, {id: ben, name: Ben}]
rotas: [{id: watch, name: Watch, start: 2026-01-01, members: [ada, ben]}]
issues:
  - {id: theft, name: Theft, detection: {detectors: [any]}}
  - {id: keys, name: Stolen keys, kinds: [admin-access], detection: {manual: [{what: Leaked credentials, who: ada, every: 7d}]}}
  - {id: voice, name: Our accounts, kinds: [social-account], detection: {manual: [{what: Posts, who: ben, every: 1d}]}}
  - {id: nodes, name: Nodes stop, kinds: [subsystem], detection: {manual: [{what: Height, who: ben, every: 1d}]}}
`,
		[][3]string{
			{"mode: page", "mode: observe", "Watch these with a detector that pages, or leave them out of the plan: Vault."},
			{"members: [ada, ben]", "members: [ada]", "Have somebody on call at every hour"},
			{"kinds: [admin-access]", "kinds: [bug]", "Look for leaked secrets"},
			{"who: ben, every: 1d}]}}\n  - {id: nodes", "who: ben}]}}\n  - {id: nodes", "Watch the team's own accounts"},
			{"kinds: [subsystem]", "kinds: [bug]", "Watch what runs off chain"},
			{"detectors: [any]", "detectors: []", `Say how these are noticed, by a detector or by somebody who looks regularly: "Theft".`},
		},
	},
	{
		"ir-2.1.3", `
chains: [{id: 1, name: Main}]
assets: [{id: vault, name: Vault, kind: contract, chain: 1, address: "0x88bC4F6FCb5515C41D03673c039C596FA63952a9"}]
detectors: [{id: any, name: Any, kind: match, asset: vault, transaction: true, mode: page}]
severities: [{id: critical, name: Critical, meaning: Funds move, respond_within: 5m}]
escalation: {everyone: 15m, rules: [{core: detection}]}
core_team:
  - {id: ada, name: Ada, title: CEO, contact: [{kind: phone, to: "+19995551212"}, {kind: email, to: ada@example.com}]}
  - {id: ben, name: Ben, contact: [{kind: phone, to: "+19995551213"}, {kind: email, to: ben@example.com}]}
rotas: [{id: watch, name: Watch, start: 2026-01-01, members: [ada, ben]}]
issues:
  - id: theft
    name: Theft
    severity: critical
    detection: {detectors: [any]}
    look_alikes: [{what: A large customer, tell: It is theirs}]
    activation: [It is not theirs]
`,
		[][3]string{
			{"    look_alikes: [{what: A large customer, tell: It is theirs}]\n", "", `Say what looks alike and what makes it real (look_alikes and activation) at "Theft".`},
			{", respond_within: 5m", "", "how soon somebody must answer (meaning and respond_within)"},
			{"everyone: 15m, ", "", "Say after how long without an answer everyone is called"},
			{"title: CEO", "title: Friend", `Tell those who lead the organisation of issues of the severity "Critical"`},
			{", {kind: email, to: ben@example.com}", "", "Write down a second kind of way to reach Ben."},
			{"members: [ada, ben]", "members: [ada]", "Add a rota of two persons or more"},
		},
	},
	{
		"ir-2.1.4", `
notes: [{about: ir-2.1.4, text: All logs are kept for a year in a place that only adds.}]
`,
		[][3]string{
			{"notes: [{about: ir-2.1.4, text: All logs are kept for a year in a place that only adds.}]", "procedures: [{id: stop, name: Stop, steps: [{id: save, name: Save the logs}]}]", "Paper cannot show how long logs are kept"},
		},
	},
	{
		"ir-3.1.1", `
roles: [{id: lead, name: Lead}]
escalation: {rules: [{core: detection}]}
issues:
  - {id: theft, name: Theft, kinds: [theft, subsystem, front-end], activation: [It is real], procedure: stop}
  - {id: keys, name: A package with stolen keys, kinds: [admin-access], activation: [It is real], procedure: stop}
procedures:
  - id: stop
    name: Stop
    steps:
      - {id: halt, name: Halt, purpose: halt, owner: lead}
      - {id: save, name: Save a snapshot, owner: lead}
      - {id: swap, name: Rotate the keys, owner: lead}
      - {id: tell, name: Tell, purpose: tell, owner: lead}
`,
		[][3]string{
			{"kinds: [theft, subsystem, front-end]", "kinds: [theft, front-end]", "a procedure for failing infrastructure"},
			{"A package with stolen keys", "Stolen keys", "a procedure for a poisoned supply chain"},
			{"purpose: halt, ", "", `Add to the procedure "Stop": a step to halt the harm.`},
			{"Save a snapshot", "Think", "a step that keeps evidence"},
			{"purpose: tell, owner: lead", "owner: lead", "somebody who is told"},
			{"purpose: tell, owner: lead", "purpose: tell", `Name the role that does "Tell" of the procedure "Stop".`},
			{"Rotate the keys", "Wait", "Add a step that replaces keys and signers"},
			{", activation: [It is real], procedure: stop}\n  - {id: keys", ", procedure: stop}\n  - {id: keys", `Say when it is real (activation) at "Theft".`},
			{"escalation: {rules: [{core: detection}]}\n", "", "rules of the escalation"},
		},
	},
	{
		"ir-3.1.2", `
tested: 2026-10-01
core_team:
  - {id: ada, name: Ada, time_zone: Europe/Vienna, contact: [{kind: phone, to: "+19995551212"}], keys: [{address: "0xd289E2eE6A28295D1EB5aB7B8D30a2E5B3E932D2"}]}
  - {id: ben, name: Ben, time_zone: America/New_York, contact: [{kind: phone, to: "+19995551213"}], keys: [{address: "0x6698656ccCEC85149e0647A7bd89fBB097490aAa"}]}
groups: [{id: signers, name: Signers, members: [ada, ben], need: 1}]
decisions: [{id: stop, name: Stop, required: [signers], actions: [pause]}]
chains: [{id: 1, name: Main}]
assets: [{id: vault, name: Vault, kind: contract, chain: 1, address: "0x88bC4F6FCb5515C41D03673c039C596FA63952a9", abi: [function pause()]}]
actions: [{id: pause, name: Pause, kind: call, asset: vault, function: pause()}]
`,
		[][3]string{
			{"need: 1", "need: 2", `Name a backup for Ada, without whom nobody can decide "Stop"`},
			{"tested: 2026-10-01", "tested: 2026-07-01", "Test every three months"},
			{"time_zone: America/New_York, ", "", "Write down the time zone of Ben."},
			{`, keys: [{address: "0x6698656ccCEC85149e0647A7bd89fBB097490aAa"}]`, "", "Write down the key that Ben signs with."},
			{`{kind: phone, to: "+19995551213"}`, "{kind: email, to: ben@example.com}", "Write down a telephone or a messenger that rings for Ben."},
		},
	},
	{
		"ir-3.1.3", `
chains: [{id: 1, name: Main}]
assets: [{id: vault, name: Vault, kind: contract, chain: 1, address: "0x88bC4F6FCb5515C41D03673c039C596FA63952a9", abi: [function pause(), function paused() returns (bool)]}]
core_team: [{id: ada, name: Ada}]
decisions: [{id: stop, name: Stop, required: [ada], actions: [pause]}]
actions: [{id: pause, name: Pause, kind: call, asset: vault, function: pause(), changes: Nothing moves, effect: {asset: vault, function: paused() returns (bool), want: "true"}}]
procedures:
  - id: stop
    name: Stop
    steps:
      - id: halt
        name: Halt
        action: pause
        how: Sign in the console
        tools: [{name: Console, fallback: The laptop}, {name: Endpoint, fallback: The other provider}, {name: Block explorer, fallback: The other one}]
`,
		[][3]string{
			{`, effect: {asset: vault, function: paused() returns (bool), want: "true"}`, "", `a decision and an effect) for "Pause"`},
			{"        how: Sign in the console\n", "", "Say how it is done and what it changes"},
			{"fallback: The other provider", "use: reading", "Name another way to reach the chain"},
			{"fallback: The other one", "use: looking", "Name another way to look at the chain"},
			{"        tools: [{name: Console, fallback: The laptop}, {name: Endpoint, fallback: The other provider}, {name: Block explorer, fallback: The other one}]\n", "", "Name another way to sign and to send"},
			{", actions: [pause]", "", "Say who approves it"},
		},
	},
	{
		"ir-4.1.1", `
roles: [{id: lead, name: Lead}]
core_team: [{id: ada, name: Ada}]
channels: [{id: room, name: A new room, kind: telegram}, {id: other, name: Other, kind: slack}]
communications: [{id: in, name: In, audience: responders, channel: room, backup: other, responsible: lead}]
notes: [{about: ir-4.1.1, text: Members are listed and reviewed; the rooms are encrypted.}]
`,
		[][3]string{
			{"kind: telegram}", "kind: telegram, public: true}", `Choose a room for the responders that is not public: "A new room" is.`},
			{"name: Other, kind: slack", "name: Other, kind: telegram", "Choose a backup for the responders"},
			{", backup: other", "", "Say where the responders meet if that fails"},
			{"A new room", "Room", "Say how a room of its own is opened"},
			{", responsible: lead", "", "Name who opens the responders' room"},
			{"about: ir-4.1.1", "about: channels", "Paper cannot show who is a member of each room today"},
		},
	},
	{
		"ir-4.1.2", `
roles: [{id: lead, name: Lead}]
severities: [{id: critical, name: Critical, update_every: 1h}, {id: low, name: Low}]
channels: [{id: room, name: Room, kind: slack}]
communications: [{id: in, name: In, audience: internal, severities: [low], timing: daily, channel: room, responsible: lead, template: What happened}]
`,
		[][3]string{
			{", update_every: 1h", "", `Say how often an update is owed (update_every) at "Critical".`},
			{"timing: daily, ", "", `at "Low"`},
			{", template: What happened", "", "Give internal updates a form"},
			{"channel: room, ", "", "Say where internal updates go"},
			{
				"{id: low, name: Low}]\nchannels: [{id: room, name: Room, kind: slack}]\ncommunications: [{id: in, name: In, audience: internal",
				"{id: low, name: Low, update_every: 1d}]\nchannels: [{id: room, name: Room, kind: slack}]\ncommunications: [{id: in, name: In, audience: users",
				"Add a message for internal readers",
			},
		},
	},
	{
		"ir-4.1.3", `
core_team: [{id: ada, name: Ada, duties: [Corrects rumours]}]
decisions: [{id: speak, name: Speak, required: [ada], updates: [news, report]}]
communications:
  - {id: news, name: News, audience: users, timing: every 4 hours, template: What happened}
  - {id: report, name: Report, audience: public, timing: resolution + 5 days, template: What happened, postmortem: true}
`,
		[][3]string{
			{"timing: every 4 hours, ", "", "owed while an incident lasts"},
			{"timing: resolution + 5 days, template: What happened, postmortem: true", "timing: daily, template: What happened", "owed after the resolution"},
			{"days, template: What happened", "days", `Write a template for "Report".`},
			{"updates: [news, report]", "updates: [news]", `Say who approves "Report" before it is posted.`},
			{"Corrects rumours", "Reads", "Have somebody look for rumours"},
		},
	},
	{
		"ir-5.1.1", `
tested: 2026-06-01
chains: [{id: 1, name: Main}]
assets: [{id: vault, name: Vault, kind: contract, chain: 1, address: "0x88bC4F6FCb5515C41D03673c039C596FA63952a9"}]
detectors: [{id: any, name: Any, kind: match, asset: vault, transaction: true, mode: page}]
core_team: [{id: ada, name: Ada}]
issues: [{id: theft, name: Theft, kinds: [theft, subsystem, admin-access], detection: {detectors: [any]}}]
exercises:
  then_every: 180d
  moderators: [ada]
  steps: [The moderator records mistakes]
  scenarios: [{id: night, name: Night, issues: [theft], live: harbour}]
notes: [{about: ir-5.1.1, text: Findings become issues with an owner and a day.}]
`,
		[][3]string{
			{"then_every: 180d", "then_every: 400d", "Hold an exercise at least once a year"},
			{"tested: 2026-06-01", "tested: 2025-06-01", "the last was on 2025-06-01"},
			{", subsystem, admin-access]", "]", "Drill at least three kinds of issues"},
			{", live: harbour", "", "Let one scenario go all the way"},
			{"  moderators: [ada]\n", "", "Name moderators"},
			{"about: ir-5.1.1", "about: exercises", "Paper cannot show that what exercises found was mended"},
		},
	},
}
