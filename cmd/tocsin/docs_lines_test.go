package main

const docIncident = "2026-11-21-1"

var docs = []doc{
	// README
	{line: "go run ./cmd/tocsin demo", why: "it waits for a person; TestDemoPlaysItselfToTheEnd runs it with --auto"},
	{line: "make test", why: "it runs this test"},
	{line: "go run ./cmd/tocsin init my-plan", in: "vault\nHarbour Vault\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n", says: "my-plan holds the plan"},
	{line: "go run ./cmd/tocsin check my-plan", as: "tocsin check my-plan || test $? = 1", says: "TBD"}, // what only the team knows is missing
	{line: "(umask 077 && head -c 24 /dev/urandom | base64 > password.txt)"},
	{line: "TOCSIN_KEYSTORE_PASSWORD_FILE=password.txt go run ./cmd/tocsin key new executor.json", says: "0x"},
	{
		line: "TOCSIN_SMTP_URL='smtp://user:password@mail.example.com:587?from=tocsin@example.com' TOCSIN_KEYSTORE_PASSWORD_FILE=password.txt " +
			"go run ./cmd/tocsin serve --plan my-plan --data data --endpoint 1=wss://your-endpoint --keystore executor.json",
		// The endpoint and the mail server are the world's; it is stopped once it answers.
		as: "rm -r my-plan && cp -r examples/vault my-plan && TOCSIN_KEYSTORE_PASSWORD_FILE=password.txt tocsin serve --plan my-plan --data data --endpoint 31337=$ENDPOINT --keystore executor.json " +
			"--listen 127.0.0.1:0 > said & until grep -q 'Tocsin is at' said; do kill -0 $! && sleep 0.1; done; kill -INT $!; wait $!; cat said",
		says: "Tocsin is at http://127.0.0.1:",
	},
	{line: "go run ./cmd/tocsin person link janet --data data", says: "/signin/"},

	// docs/serve.md
	{line: "tocsin serve --plan DIR --data DIR --endpoint CHAINID=URL", why: "the other tests here start servers in this form"},
	{line: "tocsin serve --plan vault --plan bridge --data DIR --endpoint CHAINID=URL", why: "TestTwoProtocols starts a server in this form"},

	// docs/plan.md
	{line: "tocsin check DIR", as: "tocsin check plan", says: "Harbour Vault: 9 issues"},

	// docs/init.md
	{line: "tocsin init --list", says: "lending"},
	{line: "tocsin init plan", as: "tocsin init begun", in: "minimal\nHarbour\n\n\n\n\n\n\n\n\n\n\n\n\n", says: "begun holds the plan"},
	{
		line: `tocsin init plan --yes --starter vault --name "Harbour Vault" --chain 1 --person "Janet R <janet@example.com> +19995551212 incident-manager"`,
		as:   `tocsin init filled --yes --starter vault --name "Harbour Vault" --chain 1 --person "Janet R <janet@example.com> +19995551212 incident-manager" && grep -r "Janet R" filled`,
		says: "Janet R",
	},

	// docs/import.md
	{line: "tocsin import emergency-response-plan.md --out plan", as: "tocsin render examples/vault > emergency-response-plan.md && tocsin import emergency-response-plan.md --out imported", says: "none left over"},
	{line: "tocsin check plan", as: "tocsin check imported", says: "Harbour Vault"},

	// docs/who.md
	{line: `tocsin who stolen-user-funds --plan examples/vault --at "2026-12-24 03:00"`, says: "Janet R"},

	// docs/render.md
	{line: "tocsin render examples/vault # Markdown, on standard output", says: "Harbour Vault"},
	{line: "tocsin render examples/vault --format html --out plan.html # one page that stands alone", as: "tocsin render examples/vault --format html --out plan.html && cat plan.html", says: "<html"},
	{line: "tocsin render examples/vault --format pdf --out plan.pdf # for paper", as: "tocsin render examples/vault --format pdf --out plan.pdf && head -c 5 plan.pdf", says: "%PDF-"},
	{line: "tocsin render examples/vault --format ics --out plan.ics # for calendars", as: "tocsin render examples/vault --format ics --out plan.ics && cat plan.ics", says: "BEGIN:VEVENT"},
	{line: "tocsin render examples/vault --format cacao --out playbooks/ # a CACAO 2.0 playbook per procedure", as: "tocsin render examples/vault --format cacao --out playbooks/ && cat playbooks/*", says: "cacao-2.0"},
	{line: "tocsin render examples/vault --format html --public # without people", says: "<html"},

	// docs/contacts.md
	{line: "tocsin contacts key server.key", says: "age1"},
	{line: "tocsin contacts seal DIR --reader age1…", as: `cp -r examples/vault DIR && tocsin contacts seal DIR --reader "$(sed -n 's/.*public half: //p' server.key)" && cat DIR/*.yaml`, says: "readers: [age1"},
	{line: "TOCSIN_CONTACTS_KEY_FILE=server.key tocsin contacts show DIR", says: "+19995551212"},
	{line: "TOCSIN_CONTACTS_KEY_FILE=server.key tocsin contacts unseal DIR", says: "in the YAML again"},

	// docs/adopt.md
	{line: "tocsin trust plan", in: "yes\n", says: "trusts this plan from now on", before: (*docWorld).start},
	{line: "tocsin decode 0x8456cb59", says: "exactly what the action pause-vault"},
	{line: "tocsin adopt plan --data data --as janet", says: "Who may still sign: Carmen E, Oscar P, Janet R, David L", before: (*docWorld).edit},
	{line: "tocsin sign --adoption latest --data data --keystore carmen.json > signature", in: "yes\n", says: carmensKey + ", Carmen E"},
	{line: "tocsin adopt approve latest --data data --signature - < signature", says: " agrees."},
	{line: "tocsin adopt show latest --data data --out adoption.json", says: "Who may still sign: Oscar P, Janet R, David L"},
	{line: "tocsin sign --file adoption.json --plan plan --keystore oscar.json > signature", in: "yes\n", says: "version is now 2.0"},
	{line: "tocsin plan read --as janet --data data", says: "version 2.0", before: (*docWorld).agree},
	{line: "tocsin plan status --data data --plan plan", says: "version 2.0 is in force"},
	{line: "tocsin adopt export --data data --out adoptions.json", says: "is in force"},
	{line: "tocsin trust adoptions.json", in: "yes\n", says: "version is now 2.0"},

	// docs/watch.md
	{line: "tocsin watch DIR --endpoint CHAINID=URL", as: "tocsin watch examples/vault --endpoint 31337=$ENDPOINT --once", says: "Withdrawal by somebody other", before: (*docWorld).start},
	{line: "tocsin watch --data data", as: "tocsin watch --data data --once --json", says: `"detectors"`},

	// docs/records.md
	{line: "tocsin export --data data --out records.zip", says: "records.zip holds", before: (*docWorld).start},
	{line: "tocsin verify records.zip", says: "verifies"},
	{line: "tocsin head --data data --out heads.json"},
	{line: "tocsin head --data data --check heads.json"},
	{line: "tocsin head --data data --key carmen.json --out signed.json", says: " signed " + carmensKey},
	{line: "tocsin head --data data --check signed.json", says: "Signed by Carmen E"},
	{line: "tocsin head --data data --check signed.json --signer 0x…", as: "tocsin head --data data --check signed.json --signer " + carmensKey + " && ! tocsin head --data data --check heads.json --signer " + carmensKey, says: "is not signed by"},
	{line: "tocsin export --data data --out today.zip", says: "today.zip holds"},
	{line: "tocsin verify today.zip --heads signed.json", says: "verifies"},

	// docs/mute.md
	{line: "tocsin findings --data data --since 24h", says: "indings", before: (*docWorld).start},
	{line: "tocsin findings --data data --detector unauthorised-withdrawal --limit 20 --json", says: `"findings"`},
	{line: `tocsin mute unauthorised-withdrawal --until 2h --why "We move the funds to the new vault" --data data --as janet`, says: "second"},
	{line: "tocsin mute unauthorised-withdrawal --data data --as david", says: "is muted until"},
	{line: "tocsin mutes --data data", says: "We move the funds to the new vault"},
	{line: "tocsin unmute unauthorised-withdrawal --data data --as carmen", says: "not muted any more"},

	// docs/diff.md
	{line: "tocsin diff OLD NEW", as: "cp -r examples/vault NEW && sed -i 's/required: .carmen, oscar./required: [carmen]/' NEW/decisions.yaml && tocsin diff examples/vault NEW", says: "weaken"},
	{line: "git worktree add ../before origin/main", why: "it needs a repository with a remote"},
	{line: "tocsin diff ../before/plan plan --fail-on weakens", as: "tocsin diff examples/vault NEW --fail-on weakens || test $? = 1", says: "weaken"},

	// docs/standard.md
	{line: "tocsin check DIR --standard sfc-ir", as: "tocsin check examples/vault --standard sfc-ir", says: "ir-5.1.1"},

	// docs/readiness.md
	{line: "tocsin check plan --live --endpoint CHAINID=URL --executor 0x… --facts facts.json", as: "tocsin check plan --live --endpoint 31337=$ENDPOINT --executor 0xe27B58D51A0765740fAd23303d843cd31495d1b6 --facts facts.json || test $? = 1", says: "Pause the vault: would work now"},
	{line: "tocsin check plan --live --endpoint CHAINID=URL --facts facts.json --renew", as: "tocsin check plan --live --endpoint 31337=$ENDPOINT --facts facts.json --renew || test $? = 1", says: "eady: "},
	{line: "tocsin away 8h --data data --as oscar", says: "Oscar P is away from their key until", before: (*docWorld).start},
	{line: "tocsin away --data data", says: "Oscar P is away"},
	{line: "tocsin away --back --data data --as oscar", says: "Nobody is away"},

	// docs/automatic.md
	{line: "tocsin backtest --plan DIR --endpoint CHAINID=URL --from N --record --data data --as janet", as: "tocsin backtest --plan examples/vault --endpoint 31337=$ENDPOINT --from 1 --to 2 --record --data data --as janet 2>&1", says: "is on record", before: (*docWorld).start},
	{line: "tocsin arm stolen-user-funds --until 3d --data data --as janet", why: "the example's plan does nothing by itself; TestArm in package cli runs it"},
	{line: "tocsin sign --arming stolen-user-funds --data data --keystore janet.json", why: "TestArm in package cli runs it"},
	{line: "tocsin arm approve stolen-user-funds --data data --as janet --signature 0x…", why: "TestArm in package cli runs it"},
	{line: "tocsin arms --data data", says: "The plan does nothing by itself."},
	{line: `tocsin disarm stolen-user-funds --why "We upgrade the vault" --data data --as janet`, why: "TestArm in package cli runs it"},
	{line: "tocsin disarm stolen-user-funds --data data --as david", why: "TestArm in package cli runs it"},

	// docs/exercise.md
	{line: "tocsin exercise list --plan examples/vault", says: "reentrant-withdrawal"},
	{line: "tocsin exercise run reentrant-withdrawal --auto --plan examples/vault --data practice", says: "Contained."},
	{line: "tocsin exercise list --data practice", says: "ended"},
	{line: "tocsin exercise report EXERCISE --data practice --as oscar --out report.pdf", as: played("report") + " --out report.pdf && head -c 5 report.pdf && " + played("report"), says: "6 of 6 expected steps"},
	{line: "tocsin exercise publish EXERCISE --data practice --as oscar --out public.md", as: played("publish") + " --out public.md && ! grep Carmen public.md && cat public.md", says: "6 of 6 expected steps"},
	{
		line: `tocsin exercise plan --data DIR --as oscar --watch david --at "2026-12-24 15:00" --title "Winter" --invite`,
		as:   `tocsin exercise plan --data data --as oscar --watch david --at "$(($(date +%Y)+1))-12-24 15:00" --title "Winter" --invite`, says: "Winter", before: (*docWorld).start,
	},

	// docs/backtest.md
	{line: "tocsin backtest --plan DIR --endpoint CHAINID=URL --from N --to N", as: "tocsin backtest --plan examples/vault --endpoint 31337=$ENDPOINT --from 1 --to 2", says: "2 blocks"},
	{line: "tocsin backtest --plan DIR --blocks blocks.jsonl.zst --attack-tx 0x…", why: "it needs the blocks of an attack; the tests of package backtest make some"},

	// docs/incident.md
	{line: `tocsin incident open --data data --as janet "Users say that their deposits are gone"`, says: "Users say that their deposits are gone", before: (*docWorld).start},
	{line: "tocsin incident list --data data", says: docIncident},
	{line: "tocsin incident show 2026-11-21-1 --data data --as janet", says: "Say whether it is real"},
	{line: "tocsin incident answer 2026-11-21-1 coming --data data --as david", says: "David L"},
	{line: "tocsin incident validate 2026-11-21-1 --data data --as david --issue stolen-user-funds", says: "validated"},
	{line: "tocsin sign 2026-11-21-1 decision-1 --data data --keystore carmen.json > signature", in: "yes\n", says: "Calls pause()"},
	{line: "tocsin incident approve 2026-11-21-1 decision-1 --data data --as carmen --signature - < signature", says: "Waiting for Oscar P"},
	{line: "tocsin sign --file decision.json --keystore oscar.json > signature", in: "yes\n", says: "Calls pause()", before: (*docWorld).saveDecision},
	{line: "tocsin incident approve 2026-11-21-1 decision-1 --data data --as oscar --signature - < signature", says: "met"},
	{line: "tocsin incident step 2026-11-21-1 identify-exploit begin --data data --as david", says: "under way", before: (*docWorld).paused},
	{line: `tocsin incident step 2026-11-21-1 identify-exploit done --answer "No, the pause holds" --note "withdraw() asks the wrong allowance" --data data --as david`, says: "withdraw() asks the wrong allowance"},
	{line: "tocsin incident update 2026-11-21-1 internal-updates-1 --data data --as janet --posted internal", says: "internal-updates-2"},
	{line: `tocsin incident resolve 2026-11-21-1 --data data --as janet --note "The vault works again"`, says: "contained", before: (*docWorld).finish},
	{line: "tocsin incident resolve 2026-11-21-1 --data data --as david", says: "resolved"},
	{line: "tocsin incident update 2026-11-21-1 internal-post-mortem-1 --data data --as janet --posted operations"},
	{line: "tocsin incident update 2026-11-21-1 public-post-mortem-1 --data data --as hanna --posted blog"},
	{line: "tocsin incident close 2026-11-21-1 --data data --as janet", says: "closed"},
	{line: "tocsin incident export 2026-11-21-1 --data data --out incident.zip", says: "incident.zip holds"},
	{line: "tocsin verify incident.zip", says: "verifies"},
	{line: `tocsin incident open --data data --as janet "The front end shows nothing"`, says: "The front end shows nothing"},
	{line: `tocsin incident open --data data --as david "Balances are shown as zero"`, says: "Balances are shown as zero"},
	{
		line: `tocsin incident merge 2026-11-21-2 2026-11-21-3 --data data --as david --why "Both stand on the same node"`,
		as:   `tocsin incident list --open --data data > open && tocsin incident merge $(sed -n '2s/ .*//p' open) $(sed -n '1s/ .*//p' open) --data data --as david --why "Both stand on the same node"`,
		says: "it is the same event",
	},
	{
		line: `tocsin incident reopen 2026-11-21-2 --data data --as janet --why "The front end has another fault"`,
		as:   `tocsin incident reopen $(sed -n '2s/ .*//p' open) --data data --as janet --why "The front end has another fault"`,
		says: "detected",
	},
	{line: "tocsin incident adopt 2026-11-21-3 --what --data data", as: "tocsin incident adopt $(sed -n '1s/ .*//p' open) --what --data data 2>&1 || test $? = 1", says: "No newer plan is in force"},
	{line: "tocsin incident adopt 2026-11-21-3 --data data --as david", as: "tocsin incident adopt $(sed -n '1s/ .*//p' open) --data data --as david 2>&1 || test $? = 1", says: "by the plan in force already"},

	// CONTRIBUTING
	{line: "make check", why: "it runs this test"},
}

// played is a command on the exercise that was played before.
func played(command string) string {
	return `tocsin exercise ` + command + ` "$(tocsin exercise list --data practice | cut -d' ' -f1)" --data practice --as oscar`
}
