package check

import "regexp"

// The words by which a plan is known to speak of something. They are matched against lower-case text.
var (
	wordsLead      = regexp.MustCompile(`\b(incident[ -](manager|commander|lead(er)?|coordinator)|commander|war[ -]?room lead)\b`)
	wordsExpert    = regexp.MustCompile(`\b(technical|tech)[ -]lead|\b(subject[ -]matter )?experts?\b|\b(core )?dev(eloper)?s?\b|\bengineers?\b`)
	wordsScribe    = regexp.MustCompile(`\b(scribe|recorder|note[ -]?taker|minutes)\b`)
	wordsSpeaker   = regexp.MustCompile(`\bcommunications?\b|\bspokes(person|man|woman)\b|\bcomms\b`)
	wordsLegal     = regexp.MustCompile(`\b(legal|counsel|lawyers?|attorneys?|solicitors?|law firm)\b`)
	wordsContracts = regexp.MustCompile(`\b(contracts?|protocol|solidity|technical|core dev\w*|developers?|engineers?)\b`)
	wordsInfra     = regexp.MustCompile(`\b(infrastructure|infra|devops|sre|operations|operators?|administrators?|sysadmins?|hosting|network|backend)\b`)
	wordsSecurity  = regexp.MustCompile(`\b(security|auditors?|audits?|white ?hats?|seal 911)\b`)
	wordsFunds     = regexp.MustCompile(`\b(funds?|recover\w*|treasury|compensat\w*|reimburse\w*|negotiat\w*)\b`)

	wordsPartners  = regexp.MustCompile(`\b(oracles?|bridges?|partners?|integrat\w*|depends?|dependenc(y|ies)|protocols? (we|that)|exchanges?|issuers?|liquidity)\b`)
	wordsForensics = regexp.MustCompile(`\b(forensics?|investigat\w*|security|consultants?|auditors?|audits?|seal 911|white ?hats?)\b`)
	wordsPress     = regexp.MustCompile(`\b(pr|press|media|communications?|community|marketing|public relations)\b`)
	wordsVendor    = regexp.MustCompile(`\b(hosting|vendors?|providers?|registrars?|cloud|infrastructure|cdn|support desk|rpc)\b`)
	wordsHead      = regexp.MustCompile(`\b(ceo|coo|cto|cfo|ciso|cso|founders?|co-?founders?|directors?|head|chief|president|managers?|board|management)\b`)

	wordsSecret     = regexp.MustCompile(`\b(credentials?|secrets?|passwords?|leak\w*|breach\w*|private keys?|api keys?)\b`)
	wordsLogs       = regexp.MustCompile(`\b(logs?|logging|audit trails?|retention)\b`)
	wordsEvidence   = regexp.MustCompile(`\b(evidence|forensic\w*|preserv\w*|snapshots?|screenshots?|logs?|record(s|ed)?|traces?|write (it )?down|save)\b`)
	wordsSupply     = regexp.MustCompile(`\b(supply[ -]?chain|dependenc(y|ies)|packages?|librar(y|ies)|compiler|build (system|server|pipeline)|npm|ci)\b`)
	wordsRotate     = regexp.MustCompile(`\b(rotat\w*|replac\w*|revok\w*|remov\w*|swap\w*|new (keys?|signers?|owners?)|threshold)\b`)
	wordsEndpoint   = regexp.MustCompile(`\b(rpc|endpoints?|nodes?|providers?)\b`)
	wordsExplorer   = regexp.MustCompile(`\b(explorers?|etherscan|blockscout)\b`)
	wordsRoom       = regexp.MustCompile(`\b(new|own|fresh|separate|per incident|each incident|war[ -]?room|for this incident)\b`)
	wordsPrivate    = regexp.MustCompile(`\b(encrypt\w*|signal|need[ -]to[ -]know|in by name|invite\w*|members? only|confidential)\b`)
	wordsFalsehood  = regexp.MustCompile(`\b(misinformation|rumou?rs?|false|fake|impersonat\w*|scams?|correct\w*|deny|debunk\w*|phishing)\b`)
	wordsFollowUp   = regexp.MustCompile(`\b(follow[ -]?ups?|action items?|corrective|owners?|deadlines?|by when|changes? to the plan|update the plan|improve\w*)\b`)
	wordsExerciseBy = regexp.MustCompile(`\b(record\w*|notes?|findings?|lessons?|mistakes?|debrief\w*|write\w*)\b`)
)
