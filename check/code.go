package check

import "slices"

// Codes lists the codes of all gaps that a plan can have, what would hurt most first.
func Codes() []string { return slices.Clone(codes) }

// codes is also the order in which the gaps of one level are told.
var codes = []string{
	"secret-in-plan",

	// Nobody would know.
	"plan-without-issues",
	"issue-without-detection",
	"issue-detected-by-hand",
	"issue-detected-silently",
	"nobody-told-on-detection",
	"nobody-told-when-blind",
	"category-without-responder",
	"person-without-contact",
	"detection-shared",
	"detector-broken",
	"detector-never-fires",
	"detector-unfinished",
	"detector-unready",
	"cheap-detector-acts",

	// Nobody would know what to do.
	"issue-without-procedure",
	"procedure-incomplete",
	"step-owner-nobody",
	"step-without-owner",
	"step-details-open",
	"halt-without-verification",
	"asset-without-address",
	"asset-without-chain",
	"asset-without-pause",

	// Nobody could decide, or do it.
	"unlisted",
	"decision-unsettled",
	"decision-without-approvers",
	"group-without-need",
	"quorum-impossible",
	"proposer-rule-impossible",
	"approver-unreachable",
	"approver-without-key",
	"key-shared",
	"decision-stops-with-one-away",
	"stand-in-too-late",
	"decision-of-one",
	"decision-does-not-cover",
	"decision-authorises-nothing",
	"action-without-decision",
	"action-broken",
	"action-without-effect",
	"action-unready",

	// Too much hangs on one person or one thing.
	"person-indispensable",
	"role-with-one-holder",
	"rota-member-unreachable",
	"rota-of-one",
	"rota-without-time-zone",
	"one-way-to-reach-all",
	"contact-shared",
	"team-email-on-own-domain",
	"asset-without-holder",
	"asset-with-one-holder",

	// Nobody would be told, or the wrong people.
	"public-channel-for-team",
	"channel-on-own-domain",
	"message-owner-nobody",
	"message-owned-by-everybody",
	"message-without-owner",
	"backup-same-channel",
	"backup-shares-provider",
	"message-without-backup",
	"message-incomplete",
	"template-broken",
	"responders-without-room",
	"users-not-told",
	"post-mortem-missing",
	"message-without-template",

	// The plan itself.
	"issue-unranked",
	"severity-without-response-time",
	"names-clash",
	"category-without-issue",
	"contact-tbd",
	"value-open",
	"plan-not-reviewed",
	"review-overdue",
	"plan-not-tested",
	"exercise-overdue",
	"exercises-missing",
	"worst-issue-without-scenario",
	"adoption-missing",
	"plan-without-owner",
	"scope-missing",
	"watch-unwatched",
	"contacts-sealed",
	"kind-not-considered",
	"asset-without-issue",
	"procedure-without-issue",
	"procedure-without-scenario",
	"detector-without-issue",
	"action-without-step",
	"decision-unused",
}
