package check

// rulesOfWatch are about the plan itself, what it protects and what it watches for.
var rulesOfWatch = map[string]rule{
	"Plan.protocol":    {turn: risky, weight: 98, now: "This is the plan of another protocol: {new} instead of {old}."},
	"Plan.tocsin":      {words: "the format"},
	"Plan.owner":       {turn: lost, weight: 25, words: "who keeps it"},
	"Plan.reviewed":    {turn: lost, weight: 20, words: "the day it was last reviewed"},
	"Plan.tested":      {turn: lost, weight: 20, words: "the day it was last tested"},
	"Plan.attachments": {turn: lost, weight: 55},
	"Attachment.hash": {
		turn: risky, weight: 80, decide: fileWeakens,
		now: "{Thing} holds something else now.",
	},

	"Retention.incidents": {weight: 55, unset: "for ever", decide: keptLess, words: "how long texts of an incident are kept after it is over"},
	"Retention.exercises": {weight: 40, unset: "for ever", decide: keptLess, words: "how long texts of an exercise are kept after it is over"},
	"Retention.reports":   {weight: 45, unset: "for ever", decide: keptLess, words: "how long texts that strangers hand in are kept"},

	"Scope.incident":     {turn: helps, weight: 30, more: "This counts as an incident now: {item}.", less: "This no longer counts as an incident: {item}."},
	"Scope.not_incident": {turn: harms, weight: 30, more: "This is no longer an incident: {item}.", less: "This is no longer ruled out as an incident: {item}."},
	"Scope.activation":   {weight: 25, words: "what activates it"},

	"Plan.chains":         {turn: lost, weight: 60},
	"Chain.kind":          {weight: 90, unset: "live", decide: ranked("drill", "live"), now: "{Thing} counts as a {new} chain instead of a {old} one."},
	"Chain.confirmations": {turn: turn{removed: Weakens, added: Strengthens}, weight: 50, grows: Strengthens, words: "how many blocks confirm a transaction"},
	"Chain.reorg":         {weight: 45, unset: "64", grows: Strengthens, words: "the deepest reorganisation followed"},
	"Chain.block_time":    {weight: 5},

	"Plan.assets":         {turn: lost, weight: 60, more: "{Thing} is new: {new}."},
	"Asset.address":       {turn: risky, weight: 88, decide: addressWeakens, more: "{Thing} now has an address: {new}.", now: "{Thing} now stands for {new} instead of {old}.", less: "{Thing} no longer has an address; it was {old}."},
	"Asset.chain":         {turn: risky, weight: 87, decide: addressWeakens, words: "the chain", now: "{Thing} is now looked for on the chain {new} instead of {old}."},
	"Asset.kind":          {turn: risky, weight: 40},
	"Asset.abi":           {turn: turn{removed: Weakens}, weight: 55, words: "its functions and events"},
	"Asset.abi_file":      {turn: lost, weight: 55, words: "the file of its functions and events"},
	"Asset.proxy":         {weight: 40, unset: "none"},
	"Asset.pausers":       {turn: risky, weight: 40, words: "those who can pause it"},
	"Asset.upgraders":     {turn: harms, weight: 40, words: "those who can upgrade it"},
	"Asset.holdings":      {turn: helps, weight: 35, words: "the reading of what it holds"},
	"Asset.location":      {turn: risky, weight: 50, decide: addedChanges, words: "where it is"},
	"Asset.holder":        {turn: held, weight: 45, words: "who holds it"},
	"Asset.second_holder": {turn: held, weight: 45, words: "who holds it besides"},
	"Asset.recovery":      {turn: held, weight: 45, words: "whom to ask to recover it"},
	"Asset.secret_at":     {turn: lost, weight: 30, words: "where its secret lies"},

	"Asset.holdings.asset":    {weight: 30},
	"Asset.holdings.function": {weight: 30},
	"Asset.holdings.args":     {weight: 30, whole: true},
	"Asset.holdings.want":     {weight: 30},
	"Asset.holdings.within":   {weight: 30},

	"Plan.severities":         {turn: turn{removed: Weakens, moved: Weakens}, weight: 58, ordered: true, words: "the severities", order: "The order of the severities changed: what is worse than what."},
	"Severity.meaning":        {weight: 15},
	"Severity.respond_within": {weight: 60, unset: "15m", grows: Weakens, words: "how soon somebody must answer"},
	"Severity.page":           {turn: helps, weight: 68, more: "{item} is now called when an issue of {thing} is detected.", less: "{item} is no longer called because an issue of {thing} is detected."},
	"Severity.update_every":   {turn: helps, weight: 40, grows: Weakens, words: "how often an update is owed"},
	"Severity.second_person":  {turn: helps, weight: 82, more: "Dismissing, lowering, muting and resolving incidents of {thing} now take two people.", less: "Dismissing, lowering, muting and resolving incidents of {thing} no longer take two people."},
	"Plan.categories":         {turn: lost, weight: 30},

	"Plan.issues":     {turn: helps, weight: 72},
	"Issue.category":  {turn: lost, weight: 40},
	"Issue.severity":  {turn: lost, weight: 66, decide: severityWeakens},
	"Issue.assets":    {turn: helps, weight: 25, words: "what it is about"},
	"Issue.symptoms":  {turn: helps, weight: 15},
	"Issue.procedure": {turn: held, weight: 70, now: "{Thing} is now answered by {new} instead of {old}.", less: "No procedure answers {thing} any more; it was {old}.", more: "{Thing} is now answered by {new}."},
	"Issue.quiet_for": {weight: 50, unset: "1m", grows: Strengthens, words: "how long it must be quiet before it counts as contained"},
	"Issue.validate":  {weight: 68, unset: "by-hand", decide: validateWeakens, now: "{Thing} is now validated {new} instead of {old}; automatically, what was signed goes out without anybody's word."},
	"Issue.automatic": {turn: risky, weight: 95, more: "While it is armed, Tocsin now acts on {thing} without asking anybody.", less: "Tocsin no longer acts on {thing} by itself."},

	"Automatic.action":    {weight: 94, turn: risky, words: "what is done by itself"},
	"Automatic.detectors": {turn: risky, weight: 94, more: "{item} can now make Tocsin act by itself.", less: "{item} can no longer make Tocsin act by itself."},
	"Automatic.veto":      {turn: helps, weight: 93, more: "{item} now stops what is done by itself.", less: "{item} no longer stops what is done by itself."},
	"Automatic.veto_for":  {weight: 90, unset: "1h", grows: Strengthens, words: "how long a finding stops what is done by itself"},
	"Automatic.decision":  {weight: 94, turn: risky, words: "whose approvals arm it"},
	"Automatic.within":    {weight: 92, unset: "7d", grows: Weakens, words: "for how long it may be armed"},
	"Automatic.at_most":   {weight: 92, unset: "1", grows: Weakens, words: "how often it acts by itself"},
	"Automatic.per":       {weight: 92, unset: "24h", grows: Strengthens, words: "within which time it acts no more often than that"},

	"Issue.activation":    {turn: turn{added: Weakens}, weight: 30, words: "what is ticked to validate it"},
	"Detection.detectors": {turn: helps, weight: 76, more: "{item} now detects {thing}.", less: "{item} no longer detects {thing}."},
	"Detection.manual":    {turn: helps, weight: 50},
	"ManualSign.who":      {turn: held, weight: 45, words: "who looks"},
	"ManualSign.every":    {turn: helps, weight: 40, grows: Weakens, words: "how often somebody looks"},
	"ManualSign.where":    {turn: lost, weight: 20, words: "where to look"},
}

// validateWeakens holds it for dangerous that no person has to say that an issue is real.
func validateWeakens(_ *contrast, d delta) string {
	const person = "by-hand"
	switch {
	case d.oldText == person && d.newText != person:
		return Weakens
	case d.oldText != person && d.newText == person:
		return Strengthens
	}
	return Changes
}

// severityWeakens judges another severity of an issue by the order of both plans; they must agree.
func severityWeakens(c *contrast, d delta) string {
	switch {
	case d.newText == "":
		return Weakens
	case d.oldText == "":
		return Changes
	case c.old.Worse(d.oldText, d.newText) && c.new.Worse(d.oldText, d.newText):
		return Weakens
	case c.old.Worse(d.newText, d.oldText) && c.new.Worse(d.newText, d.oldText):
		return Strengthens
	}
	return Changes
}

// addressWeakens holds another target for dangerous; naming one where there was none only if something may be sent there.
func addressWeakens(c *contrast, d delta) string {
	if d.oldText != "" {
		return Weakens
	}
	for _, a := range c.new.Actions {
		for _, asset := range append([]string{a.Asset, a.Safe}, a.Args...) {
			if asset != "" && d.at.path == "assets["+asset+"].address" {
				return Weakens
			}
		}
	}
	return Changes
}

// addedChanges is for what is dangerous only where there was something before.
func addedChanges(_ *contrast, d delta) string {
	if d.oldText == "" {
		return Changes
	}
	return Weakens
}

// fileWeakens holds another prepared transaction for dangerous. What another ABI means cannot be known.
func fileWeakens(c *contrast, d delta) string {
	for _, a := range c.new.Actions {
		if a.Transaction != "" && d.at.path == "attachments["+a.Transaction+"].hash" {
			return Weakens
		}
	}
	return Changes
}
