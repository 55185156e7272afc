// Package plan owns the model of the plan: what a team wrote down about its emergencies, in one folder of YAML files. It
// loads a plan strictly, with positions for every error, and hashes it canonically. It reads through fs.FS only.
package plan

import (
	"slices"

	"tocsin/evm"
)

// Format is the number of the plan format that this model describes; a plan states it under the key "tocsin".
const Format = 1

// Plan is one protocol's emergency response plan. Its sections follow the order in which people read them. Every list
// holds things with an id that is unique within the list; everything else refers to them by id.
type Plan struct {
	Tocsin   int    `yaml:"tocsin" json:"tocsin,omitzero" plan:"required"`             // plan format, Format
	Protocol string `yaml:"protocol" json:"protocol,omitzero" plan:"required form=id"` // id of the protocol: lower case, digits, hyphens
	Name     string `yaml:"name" json:"name,omitzero" plan:"required"`                 // what people call it
	Version  string `yaml:"version" json:"version,omitzero"`                           // the team's own version of the plan
	Owner    string `yaml:"owner" json:"owner,omitzero" plan:"ref=person|group|role"`  // person or group that keeps it
	Reviewed Date   `yaml:"reviewed" json:"reviewed,omitzero"`                         // when somebody last read all of it
	Tested   Date   `yaml:"tested" json:"tested,omitzero"`                             // when it was last exercised

	Shared []string `yaml:"shared" json:"-" plan:"form=id"` // folders beside this one with files that several protocols of one organisation share, read as part of this plan

	Scope          Scope           `yaml:"scope" json:"scope,omitzero"`
	Chains         []Chain         `yaml:"chains" json:"chains,omitempty"`
	Assets         []Asset         `yaml:"assets" json:"assets,omitempty"`
	Severities     []Severity      `yaml:"severities" json:"severities,omitempty"` // worst first
	Categories     []Category      `yaml:"categories" json:"categories,omitempty"`
	Issues         []Issue         `yaml:"issues" json:"issues,omitempty"`
	Detectors      []Detector      `yaml:"detectors" json:"detectors,omitempty"`
	Procedures     []Procedure     `yaml:"procedures" json:"procedures,omitempty"`
	Escalation     Escalation      `yaml:"escalation" json:"escalation,omitzero"`
	Roles          []Role          `yaml:"roles" json:"roles,omitempty"`
	CoreTeam       []Person        `yaml:"core_team" json:"core_team,omitempty"`
	ExtendedTeam   []Person        `yaml:"extended_team" json:"extended_team,omitempty"`
	Groups         []Group         `yaml:"groups" json:"groups,omitempty"`
	Rotas          []Rota          `yaml:"rotas" json:"rotas,omitempty"`
	Unlisted       []Unlisted      `yaml:"unlisted" json:"unlisted,omitempty"`
	Contacts       ContactsFile    `yaml:"contacts" json:"contacts,omitzero"`
	Channels       []Channel       `yaml:"channels" json:"channels,omitempty"`
	Communications []Communication `yaml:"communications" json:"communications,omitempty"`
	Decisions      []Decision      `yaml:"decisions" json:"decisions,omitempty"`
	Actions        []Action        `yaml:"actions" json:"actions,omitempty"`
	Exercises      Exercises       `yaml:"exercises" json:"exercises,omitzero"`
	Retention      Retention       `yaml:"retention" json:"retention,omitzero"`
	Notes          []Note          `yaml:"notes" json:"notes,omitempty"`

	Attachments []Attachment `yaml:"-" json:"attachments,omitempty"` // the files that the plan names; noted by Load
}

// Attachment is a file that the plan names, as it was when the plan was loaded, so that the plan's hash covers it.
type Attachment struct {
	Name string   `json:"name"`
	Hash evm.Hash `json:"hash"` // keccak256 of its bytes
}

// Scope says what counts as an incident.
type Scope struct {
	Incident    []string `yaml:"incident" json:"incident,omitempty"`         // what is one
	NotIncident []string `yaml:"not_incident" json:"not_incident,omitempty"` // what is not
	Activation  []string `yaml:"activation" json:"activation,omitempty"`     // what activates the plan
}

// Chain is a chain that the protocol runs on.
type Chain struct {
	ID            uint64   `yaml:"id" json:"id,omitzero" plan:"required"` // EIP-155 chain id
	Name          string   `yaml:"name" json:"name,omitzero" plan:"required"`
	Confirmations uint64   `yaml:"confirmations" json:"confirmations,omitzero"` // blocks on top before a transaction counts as landed
	Reorg         uint64   `yaml:"reorg" json:"reorg,omitzero"`                 // deepest reorganisation followed, in blocks; 64 if zero
	BlockTime     Duration `yaml:"block_time" json:"block_time,omitzero"`
	Kind          string   `yaml:"kind" json:"kind,omitzero" plan:"one=live|drill"` // live (default) or drill
}

// Asset is what is protected or needed.
type Asset struct {
	ID          string `yaml:"id" json:"id,omitzero" plan:"required form=id"`
	Name        string `yaml:"name" json:"name,omitzero" plan:"required"`
	Kind        string `yaml:"kind" json:"kind,omitzero" plan:"required one=contract|token|domain|dns|hosting|repository|social|key|service"` // contract, token, domain, dns, hosting, repository, social, key, service
	Description string `yaml:"description" json:"description,omitzero"`

	// On chain.
	Chain     uint64      `yaml:"chain" json:"chain,omitzero" plan:"ref=chain"`
	Address   evm.Address `yaml:"address" json:"address,omitzero"`
	ABI       []string    `yaml:"abi" json:"abi,omitempty" plan:"form=abi"`                             // human-readable signatures, "function pause()", "event Paused(address account)"
	ABIFile   string      `yaml:"abi_file" json:"abi_file,omitzero" plan:"form=file"`                   // JSON ABI, build artefact, or folder of build artefacts within the plan folder
	Contracts []string    `yaml:"contracts" json:"contracts,omitempty"`                                 // of a folder of artefacts: names of the contracts whose ABI it answers to, the newest first
	Proxy     string      `yaml:"proxy" json:"proxy,omitzero" plan:"one=none|eip1967|beacon|minimal"`   // none (default), eip1967, beacon, minimal
	Pausers   []string    `yaml:"pausers" json:"pausers,omitempty" plan:"ref=person|group|address"`     // who can pause: persons, groups or addresses
	Upgrader  []string    `yaml:"upgraders" json:"upgraders,omitempty" plan:"ref=person|group|address"` // who can upgrade
	Holdings  *Reading    `yaml:"holdings" json:"holdings,omitempty"`                                   // view call that tells how much stands in it
	Unit      string      `yaml:"unit" json:"unit,omitzero"`                                            // name of the unit of holdings, such as ETH
	Decimals  int         `yaml:"decimals" json:"decimals,omitzero"`                                    // decimals of that unit

	// Off chain.
	Location     string `yaml:"location" json:"location,omitzero"` // domain name, URL, handle
	Provider     string `yaml:"provider" json:"provider,omitzero"`
	Holder       string `yaml:"holder" json:"holder,omitzero" plan:"ref=person|group"`
	SecondHolder string `yaml:"second_holder" json:"second_holder,omitzero" plan:"ref=person|group"`
	Recovery     string `yaml:"recovery" json:"recovery,omitzero"`   // recovery contact
	SecretAt     string `yaml:"secret_at" json:"secret_at,omitzero"` // where the secret lies; never the secret
}

// Reading is a view call and, where it is a test, what it must answer.
type Reading struct {
	Asset    string   `yaml:"asset" json:"asset,omitzero" plan:"required ref=asset"`            // contract that is asked
	Function string   `yaml:"function" json:"function,omitzero" plan:"required form=signature"` // signature with results, "paused() returns (bool)"
	Args     []string `yaml:"args" json:"args,omitempty"`                                       // arguments: literals, or asset ids for addresses
	Want     string   `yaml:"want" json:"want,omitzero"`                                        // expected first result, as text: "true", "0"
	Within   Duration `yaml:"within" json:"within,omitzero"`                                    // until when after landing it must hold
}

// Severity is one level of urgency. Plans list them worst first.
type Severity struct {
	ID            string   `yaml:"id" json:"id,omitzero" plan:"required form=id"`
	Name          string   `yaml:"name" json:"name,omitzero" plan:"required"`
	Meaning       string   `yaml:"meaning" json:"meaning,omitzero"`
	RespondWithin Duration `yaml:"respond_within" json:"respond_within,omitzero"`           // somebody must have answered by then
	Page          []string `yaml:"page" json:"page,omitempty" plan:"ref=person|group|rota"` // persons, groups, rotas paged on detection besides the category's
	UpdateEvery   Duration `yaml:"update_every" json:"update_every,omitzero"`
	SecondPerson  bool     `yaml:"second_person" json:"second_person,omitzero"` // dismissing, lowering, muting, resolving take two people
}

// Category groups issues the way the team speaks of them.
type Category struct {
	ID          string `yaml:"id" json:"id,omitzero" plan:"required form=id"`
	Name        string `yaml:"name" json:"name,omitzero" plan:"required"`
	Description string `yaml:"description" json:"description,omitzero"`
}

// Issue is a potential emergency.
type Issue struct {
	ID         string      `yaml:"id" json:"id,omitzero" plan:"required form=id"`
	Name       string      `yaml:"name" json:"name,omitzero" plan:"required"`
	Category   string      `yaml:"category" json:"category,omitzero" plan:"ref=category"`
	Severity   string      `yaml:"severity" json:"severity,omitzero" plan:"ref=severity"`
	Kinds      []string    `yaml:"kinds" json:"kinds,omitempty" plan:"one=bug|theft|denial-of-service|subsystem|admin-access|overload|front-end|social-account|disclosure"` // bug, theft, denial-of-service, subsystem, admin-access, overload, front-end, social-account, disclosure
	Assets     []string    `yaml:"assets" json:"assets,omitempty" plan:"ref=asset"`
	Summary    string      `yaml:"summary" json:"summary,omitzero"`
	Symptoms   []string    `yaml:"symptoms" json:"symptoms,omitempty"`
	LookAlikes []LookAlike `yaml:"look_alikes" json:"look_alikes,omitempty"`
	Activation []string    `yaml:"activation" json:"activation,omitempty"` // criteria ticked at validation
	Detection  Detection   `yaml:"detection" json:"detection,omitzero"`
	Procedure  string      `yaml:"procedure" json:"procedure,omitzero" plan:"ref=procedure"`
	Validate   string      `yaml:"validate" json:"validate,omitzero" plan:"one=by-hand|automatically"` // who says that it is real: a person (by-hand, the default), or a finding of one of its detectors (automatically)
	QuietFor   Duration    `yaml:"quiet_for" json:"quiet_for,omitzero"`                                // contained once its effects hold and its detectors stay quiet so long; 1m if zero
	Automatic  *Automatic  `yaml:"automatic" json:"automatic,omitempty"`                               // what Tocsin does about it by itself while people have armed it; nil: nothing
}

// LookAlike is something that resembles an issue without being it.
type LookAlike struct {
	What string `yaml:"what" json:"what,omitzero" plan:"required"`
	Tell string `yaml:"tell" json:"tell,omitzero" plan:"required"` // how to tell them apart
}

// Detection says how an issue is noticed.
type Detection struct {
	Detectors []string     `yaml:"detectors" json:"detectors,omitempty" plan:"ref=detector|own"`
	Manual    []ManualSign `yaml:"manual" json:"manual,omitempty"`
}

// ManualSign is something a person looks for.
type ManualSign struct {
	What  string   `yaml:"what" json:"what,omitzero" plan:"required"`
	Where string   `yaml:"where" json:"where,omitzero"`
	Who   string   `yaml:"who" json:"who,omitzero" plan:"ref=role|person|group|rota"`
	Every Duration `yaml:"every" json:"every,omitzero"`
}

// Procedure is what to do about an issue, in order.
type Procedure struct {
	ID       string   `yaml:"id" json:"id,omitzero" plan:"required form=id"`
	Name     string   `yaml:"name" json:"name,omitzero" plan:"required"`
	Summary  string   `yaml:"summary" json:"summary,omitzero"`
	Scenario string   `yaml:"scenario" json:"scenario,omitzero" plan:"ref=scenario"` // the scenario that drills it
	Steps    []Step   `yaml:"steps" json:"steps,omitempty" plan:"required"`
	Reopen   []string `yaml:"reopen" json:"reopen,omitempty"` // what reopens the incident
}

// Step is done by a person or by an action.
type Step struct {
	ID           string    `yaml:"id" json:"id,omitzero" plan:"required form=id"`
	Name         string    `yaml:"name" json:"name,omitzero" plan:"required"`
	Purpose      string    `yaml:"purpose" json:"purpose,omitzero" plan:"one=halt|find|fix|restore|tell|learn"` // halt, find, fix, restore, tell, learn
	Why          string    `yaml:"why" json:"why,omitzero"`
	How          string    `yaml:"how" json:"how,omitzero"`
	Expect       string    `yaml:"expect" json:"expect,omitzero"`
	Verify       string    `yaml:"verify" json:"verify,omitzero"`
	Owner        string    `yaml:"owner" json:"owner,omitzero" plan:"ref=role"` // role id
	Budget       Duration  `yaml:"budget" json:"budget,omitzero"`
	Tools        []Tool    `yaml:"tools" json:"tools,omitempty"`
	After        []string  `yaml:"after" json:"after,omitempty" plan:"ref=sibling"` // steps that must be done first; the step before it if empty
	Track        string    `yaml:"track" json:"track,omitzero"`                     // steps of different tracks run beside each other
	Question     *Question `yaml:"question" json:"question,omitempty"`
	Rollback     string    `yaml:"rollback" json:"rollback,omitzero"`
	Irreversible bool      `yaml:"irreversible" json:"irreversible,omitzero"`
	Action       string    `yaml:"action" json:"action,omitzero" plan:"ref=action"`
	Decision     string    `yaml:"decision" json:"decision,omitzero" plan:"ref=decision"`
	Optional     bool      `yaml:"optional" json:"optional,omitzero"`
}

// Tool is what a step is done with.
type Tool struct {
	Name     string `yaml:"name" json:"name,omitzero" plan:"required"`
	Use      string `yaml:"use" json:"use,omitzero"`
	URL      string `yaml:"url" json:"url,omitzero" plan:"form=url"`
	Fallback string `yaml:"fallback" json:"fallback,omitzero"`
}

// Question branches a procedure.
type Question struct {
	Ask      string   `yaml:"ask" json:"ask,omitzero" plan:"required"`
	Branches []Branch `yaml:"branches" json:"branches,omitempty" plan:"required"`
}

// Branch is one answer and where it leads.
type Branch struct {
	Answer    string `yaml:"answer" json:"answer,omitzero" plan:"required"`
	Step      string `yaml:"step" json:"step,omitzero" plan:"ref=sibling"`
	Procedure string `yaml:"procedure" json:"procedure,omitzero" plan:"ref=procedure"`
}

// Escalation says who is told when, and how paging goes on until someone answers.
type Escalation struct {
	Rules     []EscalationRule `yaml:"rules" json:"rules,omitempty"`
	RingEvery Duration         `yaml:"ring_every" json:"ring_every,omitzero"` // from one contact method to the next; 2m if zero
	Rounds    int              `yaml:"rounds" json:"rounds,omitzero"`         // times through a person's ladder before the backups; 2 if zero
	Everyone  Duration         `yaml:"everyone" json:"everyone,omitzero"`     // everyone is paged when nobody answered for so long; 15m if zero
	AskAgain  Duration         `yaml:"ask_again" json:"ask_again,omitzero"`   // somebody who came and does nothing for so long is asked whether they are still there; 15m if zero
}

// EscalationRule tells people at a moment, for some categories or severities (all if both are empty).
type EscalationRule struct {
	Categories []string `yaml:"categories" json:"categories,omitempty" plan:"ref=category"`
	Severities []string `yaml:"severities" json:"severities,omitempty" plan:"ref=severity"`
	Core       string   `yaml:"core" json:"core,omitzero" plan:"one=detection|validation|containment|resolution"`         // detection, validation, containment, resolution
	Extended   string   `yaml:"extended" json:"extended,omitzero" plan:"one=detection|validation|containment|resolution"` // the same moments
	Who        []string `yaml:"who" json:"who,omitempty" plan:"ref=person|group|rota"`                                    // besides: persons, groups, rotas
	When       string   `yaml:"when" json:"when,omitzero" plan:"one=detection|validation|containment|resolution"`         // when these are told
}

// Role is held by a person in an incident.
type Role struct {
	ID      string   `yaml:"id" json:"id,omitzero" plan:"required form=id"`
	Name    string   `yaml:"name" json:"name,omitzero" plan:"required"`
	Duties  []string `yaml:"duties" json:"duties,omitempty"`
	Holders []string `yaml:"holders" json:"holders,omitempty" plan:"ref=person|group|rota"` // who may hold it, in order; anyone of the core team if empty
}

// Person is a responder of the core team or a contact of the extended team (which may be a body).
type Person struct {
	ID         string    `yaml:"id" json:"id,omitzero" plan:"required form=id"`
	Name       string    `yaml:"name" json:"name,omitzero" plan:"required"`
	Title      string    `yaml:"title" json:"title,omitzero"`                                // what they are in the organisation: CEO, Security Consultant
	Categories []string  `yaml:"categories" json:"categories,omitempty" plan:"ref=category"` // categories they answer for; all if empty
	Roles      []string  `yaml:"roles" json:"roles,omitempty" plan:"ref=role"`               // roles they can hold
	Duties     []string  `yaml:"duties" json:"duties,omitempty"`
	Contact    []Contact `yaml:"contact" json:"contact,omitempty"` // the ladder, in order
	Backups    []string  `yaml:"backups" json:"backups,omitempty" plan:"ref=person|group|rota"`
	TimeZone   string    `yaml:"time_zone" json:"time_zone,omitzero" plan:"form=zone"` // IANA name
	Keys       []Key     `yaml:"keys" json:"keys,omitempty"`
	Body       bool      `yaml:"body" json:"body,omitzero"` // an organisation rather than a person

	Sealed []Contact `yaml:"-" json:"-"` // from the contacts file, once it has been opened; never part of the plan's hash
}

// Ladder lists the ways to reach the person, in order: those of the plan, then those of the contacts file.
func (r Person) Ladder() []Contact { return slices.Concat(r.Contact, r.Sealed) }

// Callable reports whether it is a person whom a page could reach in some way.
func (r Person) Callable() bool {
	return !r.Body && slices.ContainsFunc(r.Ladder(), func(c Contact) bool { return c.To != "" && !Open(c.To) })
}

// Contact is one way to reach somebody.
type Contact struct {
	Kind string `yaml:"kind" json:"kind,omitzero" plan:"required one=email|phone|sms|telegram|slack|discord|signal|terminal|chat"` // email, phone, sms, telegram, slack, discord, signal, terminal, chat
	To   string `yaml:"to" json:"to,omitzero" plan:"required"`                                                                     // address, number or handle; "TBD" is a gap
	Note string `yaml:"note" json:"note,omitzero"`

	After Duration `yaml:"after" json:"after,omitzero" plan:"zero"` // how long after the page has begun it is used; once one contact says so, those that do not are used at once
}

// Key is what a person signs with.
type Key struct {
	Kind    string      `yaml:"kind" json:"kind,omitzero" plan:"one=address|contract|passkey"` // address (default), contract, passkey
	Address evm.Address `yaml:"address" json:"address,omitzero"`
	Chain   uint64      `yaml:"chain" json:"chain,omitzero" plan:"ref=chain"`     // for contract
	Passkey string      `yaml:"passkey" json:"passkey,omitzero"`                  // credential id, for passkey; base64url
	Public  string      `yaml:"public" json:"public,omitzero" plan:"form=public"` // public key, for passkey: P-256, x and y in hexadecimal digits; without it nothing can be checked
	Site    string      `yaml:"site" json:"site,omitzero" plan:"form=site"`       // host name of the console that the passkey was made for
	Note    string      `yaml:"note" json:"note,omitzero"`

	TryEvery Duration `yaml:"try_every" json:"try_every,omitzero"` // how often its holder proves that they have it; 90 days if zero
}

// Group names several persons.
type Group struct {
	ID      string   `yaml:"id" json:"id,omitzero" plan:"required form=id"`
	Name    string   `yaml:"name" json:"name,omitzero" plan:"required"`
	Members []string `yaml:"members" json:"members,omitempty" plan:"required ref=person|group|rota"` // persons, other groups, rotas
	Need    int      `yaml:"need" json:"need,omitzero"`                                              // how many must approve when the group is a required approver; 0: not said
}

// Rota is an on-call rotation.
type Rota struct {
	ID       string         `yaml:"id" json:"id,omitzero" plan:"required form=id"`
	Name     string         `yaml:"name" json:"name,omitzero" plan:"required"`
	TimeZone string         `yaml:"time_zone" json:"time_zone,omitzero" plan:"form=zone"`
	Start    Date           `yaml:"start" json:"start,omitzero" plan:"required"`                       // first day of the first shift
	HandOver string         `yaml:"hand_over" json:"hand_over,omitzero" plan:"form=clock"`             // time of day, "09:00"
	Shift    Duration       `yaml:"shift" json:"shift,omitzero"`                                       // length of a shift, "7d"
	Members  []string       `yaml:"members" json:"members,omitempty" plan:"required ref=person|group"` // in order
	Cover    []RotaOverride `yaml:"cover" json:"cover,omitempty"`
}

// RotaOverride puts somebody else on call for some days.
type RotaOverride struct {
	From   Date   `yaml:"from" json:"from,omitzero" plan:"required"`
	To     Date   `yaml:"to" json:"to,omitzero" plan:"required"`
	Person string `yaml:"person" json:"person,omitzero" plan:"required ref=person|group"`
}

// Unlisted is somebody whom the plan names and no list holds yet: "CEO" as an approver, before anybody has said who that
// is. References may lead to it; it stands for nobody, so that nothing can be decided by it, and the check asks.
type Unlisted struct {
	ID   string `yaml:"id" json:"id,omitzero" plan:"required form=id"`
	Name string `yaml:"name" json:"name,omitzero" plan:"required"` // as the plan says it
}

// ContactsFile names an age-encrypted file with contact details. The plan's hash covers what it holds, not its bytes: it can
// be encrypted to other readers without a new plan.
type ContactsFile struct {
	File    string   `yaml:"file" json:"file,omitzero" plan:"required form=sealed"`
	Hash    evm.Hash `yaml:"hash" json:"hash,omitzero" plan:"required"` // of a salt that the file keeps secret and the details
	Readers []string `yaml:"readers" json:"readers,omitempty"`          // age recipients that it is encrypted to, "age1…"

	Open bool `yaml:"-" json:"-"` // its details have been put into the persons
}

// Retention says how long texts about people are kept. When a time is over, they are taken out of the record; that they were
// there, and that nothing else changed, can still be verified. Without a time they are kept.
type Retention struct {
	Incidents Duration `yaml:"incidents" json:"incidents,omitzero"` // texts of an incident, after it was closed or dismissed
	Reports   Duration `yaml:"reports" json:"reports,omitzero"`     // what the public form, webhooks and feeds brought, after it came
	Exercises Duration `yaml:"exercises" json:"exercises,omitzero"` // texts of an exercise and of its incidents, after it ended; without it, those of its incidents go as others do
}

// Note is a text that belongs to the plan and that no key holds, as its authors wrote it.
type Note struct {
	About string `yaml:"about" json:"about,omitzero"` // section or thing it belongs to: "issues", "procedures[stolen-user-funds]"; the whole plan if empty
	Text  string `yaml:"text" json:"text,omitzero" plan:"required"`
}

// Channel is a place where updates are posted. Kinds that Tocsin cannot post to are posted by hand and recorded.
type Channel struct {
	ID     string `yaml:"id" json:"id,omitzero" plan:"required form=id"`
	Name   string `yaml:"name" json:"name,omitzero" plan:"required"`
	Kind   string `yaml:"kind" json:"kind,omitzero" plan:"required one=email|terminal|slack|telegram|discord|x|blog|status-page|phone|other"` // email, terminal, slack, telegram, discord, x, blog, status-page, phone, other
	To     string `yaml:"to" json:"to,omitzero"`
	Public bool   `yaml:"public" json:"public,omitzero"`
}

// Communication is a message owed to an audience.
type Communication struct {
	ID          string   `yaml:"id" json:"id,omitzero" plan:"required form=id"`
	Name        string   `yaml:"name" json:"name,omitzero" plan:"required"`
	Audience    string   `yaml:"audience" json:"audience,omitzero" plan:"one=responders|internal|users|investors|regulators|partners|public"` // responders, internal, users, investors, regulators, partners, public
	Categories  []string `yaml:"categories" json:"categories,omitempty" plan:"ref=category"`
	Severities  []string `yaml:"severities" json:"severities,omitempty" plan:"ref=severity"`
	Issues      []string `yaml:"issues" json:"issues,omitempty" plan:"ref=issue"`
	Timing      Timing   `yaml:"timing" json:"timing,omitzero"`
	Channel     string   `yaml:"channel" json:"channel,omitzero" plan:"ref=channel"`
	Backup      string   `yaml:"backup" json:"backup,omitzero" plan:"ref=channel"`
	Also        []string `yaml:"also" json:"also,omitempty" plan:"ref=channel"`                             // further channels that get the same message
	Responsible string   `yaml:"responsible" json:"responsible,omitzero" plan:"ref=role|person|group|rota"` // role or person
	Approval    string   `yaml:"approval" json:"approval,omitzero" plan:"ref=decision"`                     // decision needed before posting
	Template    string   `yaml:"template" json:"template,omitzero"`                                         // Go text/template over the draft's fields
	Postmortem  bool     `yaml:"postmortem" json:"postmortem,omitzero"`
}

// Decision is what must be agreed before an action, a step or an update.
type Decision struct {
	ID                    string    `yaml:"id" json:"id,omitzero" plan:"required form=id"`
	Name                  string    `yaml:"name" json:"name,omitzero" plan:"required"`
	Question              string    `yaml:"question" json:"question,omitzero"`                               // what is asked of the approvers, in plain words
	Required              []string  `yaml:"required" json:"required,omitempty" plan:"ref=person|group|role"` // persons, groups or roles: all must approve (a group says how many)
	Additional            Approvers `yaml:"additional" json:"additional,omitzero"`
	StandIns              []StandIn `yaml:"stand_ins" json:"stand_ins,omitempty"`
	Expires               Duration  `yaml:"expires" json:"expires,omitzero"` // how long an approval stands; 1h if zero
	ProposerMayNotApprove bool      `yaml:"proposer_may_not_approve" json:"proposer_may_not_approve,omitzero"`
	Actions               []string  `yaml:"actions" json:"actions,omitempty" plan:"ref=action"`        // what it authorises
	Steps                 []string  `yaml:"steps" json:"steps,omitempty" plan:"ref=step"`              // "procedure/step"
	Updates               []string  `yaml:"updates" json:"updates,omitempty" plan:"ref=communication"` // communications
	Attested              *Attested `yaml:"attested" json:"attested,omitempty"`                        // approvals may be given by word of mouth; nil: only by signature
	Override              *Override `yaml:"override" json:"override,omitempty"`                        // who may decide in an emergency without those above; nil: nobody
	Adopts                bool      `yaml:"adopts" json:"adopts,omitzero"`                             // it authorises the adoption of a newer plan
	Unsettled             []string  `yaml:"unsettled" json:"unsettled,omitempty"`                      // what the team has yet to say, as questions; it is never met while any stands
}

// Approvers are further approvers, some of whom must approve.
type Approvers struct {
	Who  []string `yaml:"who" json:"who,omitempty" plan:"ref=person|group|role"`
	Need int      `yaml:"need" json:"need,omitzero"` // 0: they may approve, none must
}

// Attested says who may attest what an approver said, after calling them back. It is never enough for moving funds.
type Attested struct {
	By      []string `yaml:"by" json:"by,omitempty" plan:"required ref=person|group|role"`
	Expires Duration `yaml:"expires" json:"expires,omitzero"` // how long such an approval stands; as long as a signed one if zero
}

// Override says who may decide in an emergency without the approvers, by signing a reason.
type Override struct {
	Who  []string `yaml:"who" json:"who,omitempty" plan:"required ref=person|group|role"`
	Need int      `yaml:"need" json:"need,omitzero"` // how many of them; 2 if zero, never fewer
}

// Persons is how many must sign an override.
func (o *Override) Persons() int { return max(o.Need, 2) }

// StandIn may approve in somebody's place.
type StandIn struct {
	For   string   `yaml:"for" json:"for,omitzero" plan:"required ref=person|group"`
	Who   string   `yaml:"who" json:"who,omitzero" plan:"required ref=person|group"`
	After Duration `yaml:"after" json:"after,omitzero"` // after so long without an answer
}

// Action is what Tocsin itself may do to the world. What is not declared here can never be sent.
type Action struct {
	ID          string      `yaml:"id" json:"id,omitzero" plan:"required form=id"`
	Name        string      `yaml:"name" json:"name,omitzero" plan:"required"`
	Kind        string      `yaml:"kind" json:"kind,omitzero" plan:"required one=call|safe|signed-transaction|maintenance-page|hook|together"` // call, safe, signed-transaction, maintenance-page, hook, together
	Asset       string      `yaml:"asset" json:"asset,omitzero" plan:"ref=asset"`
	Function    string      `yaml:"function" json:"function,omitzero" plan:"form=signature"`  // signature, "pause()"
	Args        []string    `yaml:"args" json:"args,omitempty"`                               // literals, or asset ids for addresses
	Value       string      `yaml:"value" json:"value,omitzero" plan:"form=decimal"`          // wei as a decimal string
	Sender      evm.Address `yaml:"sender" json:"sender,omitzero"`                            // account that sends; the executor's if zero
	Safe        string      `yaml:"safe" json:"safe,omitzero" plan:"ref=asset"`               // asset id of the Safe
	Batch       []BatchCall `yaml:"batch" json:"batch,omitempty"`                             // of a Safe: calls made in one transaction, all or none, in place of asset and function
	Together    []string    `yaml:"together" json:"together,omitempty" plan:"ref=action"`     // of the kind together: actions that start at the same time, such as on several chains
	Transaction string      `yaml:"transaction" json:"transaction,omitzero" plan:"form=file"` // file with the prepared signed transaction
	ValidUntil  Date        `yaml:"valid_until" json:"valid_until,omitzero"`
	Method      string      `yaml:"method" json:"method,omitzero" plan:"one=GET|POST|PUT|PATCH|DELETE"` // of a request over HTTP; POST if empty
	URL         string      `yaml:"url" json:"url,omitzero" plan:"form=url"`
	Body        string      `yaml:"body" json:"body,omitzero"`
	Secret      string      `yaml:"secret" json:"secret,omitzero" plan:"form=env"`                    // name of the environment variable that holds the secret
	Status      *Status     `yaml:"status" json:"status,omitempty"`                                   // of the kind maintenance-page: what the team's app is told, in place of a request
	Urgency     string      `yaml:"urgency" json:"urgency,omitzero" plan:"one=normal|high|emergency"` // how soon its transaction must land; high if empty
	MaxFee      uint64      `yaml:"max_fee" json:"max_fee,omitzero"`                                  // most gwei per gas that it may offer; no bound if zero
	Private     bool        `yaml:"private" json:"private,omitzero"`                                  // it goes first to the private relay, where the server has one
	Effect      *Reading    `yaml:"effect" json:"effect,omitempty"`                                   // the reading that proves it worked
	Proof       *Proof      `yaml:"proof" json:"proof,omitempty"`                                     // the page that proves it worked, read from outside
	Changes     string      `yaml:"changes" json:"changes,omitzero"`                                  // what changes, in plain words
	Harms       string      `yaml:"harms" json:"harms,omitzero"`                                      // whom it harms
	NotWhen     string      `yaml:"not_when" json:"not_when,omitzero"`                                // when not to use it
	Undo        string      `yaml:"undo" json:"undo,omitzero" plan:"ref=action"`                      // action that undoes it
}

// BatchCall is one call of a Safe's batch.
type BatchCall struct {
	Asset    string   `yaml:"asset" json:"asset,omitzero" plan:"required ref=asset"`
	Function string   `yaml:"function" json:"function,omitzero" plan:"required form=signature"` // signature, "pause()"
	Args     []string `yaml:"args" json:"args,omitempty"`                                       // literals, or asset ids for addresses
	Value    string   `yaml:"value" json:"value,omitzero" plan:"form=decimal"`                  // wei as a decimal string
}

// Status is what the signed file that the team's app polls says once the action is carried out.
type Status struct {
	State   string   `yaml:"state" json:"state,omitzero" plan:"required one=normal|limited|maintenance"`
	Message string   `yaml:"message" json:"message,omitzero"` // for users
	Off     []string `yaml:"off" json:"off,omitempty"`        // features that are off, as the app calls them
	Valid   Duration `yaml:"valid" json:"valid,omitzero"`     // how long a file counts before it must be signed anew; 15 minutes if zero
}

// Proof is a page read from outside that shows that an action worked.
type Proof struct {
	URL      string   `yaml:"url" json:"url,omitzero" plan:"required form=url"`
	Status   int      `yaml:"status" json:"status,omitzero"`     // HTTP status that it must answer with; 200 if zero
	Contains string   `yaml:"contains" json:"contains,omitzero"` // text that must stand in the answer
	Within   Duration `yaml:"within" json:"within,omitzero"`     // until when after the request it must hold
}
