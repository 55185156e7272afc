// Package web owns the console: the pages on which a team looks at its incidents and acts, the live stream that keeps the
// pages true, and the assets they are drawn with. Whatever a form asks for becomes a command to the engine, with the person
// who is signed in as its actor; the pages themselves hold no state, so that any node can serve any request.
//
// Every page works without JavaScript: forms post and are answered with a redirect to the place they stood at, and a
// refused post shows its page again with what the person had put in and the reason beside it.
package web

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"tocsin/access"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/incident"
	"tocsin/web/assets"
)

// Options are what a console is made of.
type Options struct {
	Engine    *engine.Engine
	Access    *access.Access
	Readings  Readings                 // nil: none
	Sights    Sights                   // nil: nothing is known of what detectors see
	Tried     Tried                    // nil: nothing is tried beforehand
	Worlds    Worlds                   // nil: exercises are played at a table
	Lookout   Lookout                  // nil: nobody looks at chains
	Confirm   Confirm                  // nil: no contract can be asked for its signature
	Standings func() []engine.Standing // of the plan folders that the server was started with; nil: none
	Exercise  *incident.Exercise       // put on incidents opened by hand, where all is a drill; nil elsewhere
	Stage     Stage                    // nil outside the demo
	Now       func() time.Time         // nil: time.Now
	Logger    *slog.Logger             // nil: none
	Secure    bool                     // it is reached by HTTPS
	BaseURL   func() string            // where people reach it, for links; nil: where each request came to
	Secret    func(name string) string // of webhooks, by the name of an environment variable; nil: none
	Proxies   []netip.Prefix           // reverse proxies whose X-Forwarded-For is believed
	Version   string
	Done      <-chan struct{} // closed when the server shuts down, so that live streams end; nil: never
}

// Stage is the live part of a demo: the attack that the person at the screen may launch, and the demo keys with which they
// take every responder's part.
type Stage interface {
	Guide() string // what to do, in a few sentences
	Attack(ctx context.Context) error
	AttackBegun(ctx context.Context) (bool, error)
	// Sign signs a digest with the demo key of a person.
	Sign(ctx context.Context, person string, digest evm.Hash) ([]byte, error)
}

// Console serves the pages. It is an http.Handler.
type Console struct {
	Options
	assets  *assets.Set
	hub     *hub
	key     [32]byte // of this process: seals forms, hides addresses
	hooks   *bucket  // messages to webhooks
	noise   *bucket  // what strangers can make the log say
	reports *quota   // reports through the public form

	statuses  statuses // status files as they are served
	calendars *bucket  // how often a calendar is fetched

	http.Handler
}

// New returns the console's handler.
func New(o Options) (*Console, error) {
	set, err := assets.New()
	if err != nil {
		return nil, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	c := &Console{
		Options: o, assets: set, hub: newHub(o.Engine, o.Done), hooks: newBucket(hookBurst, hookEvery), noise: newBucket(10, time.Minute),
		reports: &quota{each: reportsEach, all: reportsAll}, calendars: newBucket(calendarBurst, calendarEvery),
	}
	_, _ = rand.Read(c.key[:]) // it ends the process rather than fail
	mux := http.NewServeMux()
	mux.Handle("GET /assets/{version}/{name}", set)
	mux.HandleFunc("GET /healthz", c.health)
	mux.HandleFunc("GET /signin", c.signInHelp)
	mux.HandleFunc("GET /signin/{secret}", c.signInAsk)
	mux.HandleFunc("POST /signin/{secret}", c.signIn)
	mux.HandleFunc("POST /signout", c.signOut)
	mux.HandleFunc("GET /page/{secret}", c.pageLink)
	mux.HandleFunc("POST /page/{secret}", c.answerPage)
	mux.HandleFunc("GET /invitation/{secret}", c.invitation)
	mux.HandleFunc("POST /invitation/{secret}", c.answerInvitation)
	mux.HandleFunc("GET /calendar/{file}", c.calendarOf)
	mux.HandleFunc("GET /sign/{secret}", c.signAsk)
	mux.HandleFunc("POST /sign/{secret}", c.signByLink)
	for _, at := range []string{"/hooks/{detector}", "/hooks/{protocol}/{detector}"} {
		mux.HandleFunc("POST "+at, c.hook)
		mux.HandleFunc("OPTIONS "+at, c.consent)
	}
	for _, at := range []string{"/report", "/report/{detector}", "/report/{protocol}/{detector}"} {
		mux.HandleFunc("GET "+at, c.reportAsk)
		mux.HandleFunc("POST "+at, c.report)
	}
	mux.HandleFunc("GET /.well-known/security.txt", c.securityText)
	mux.HandleFunc("GET /status/{file}", c.statusFile)
	c.signedIn(mux, "GET /{$}", c.overview)
	c.signedIn(mux, "GET /in/{protocol}", c.overview)
	c.ofProtocol(mux, "GET /open", c.openAsk)
	c.ofProtocol(mux, "POST /open", c.open)
	c.ofProtocol(mux, "GET /plan", c.planPage)
	c.ofProtocol(mux, "GET /keys", c.keys)
	c.ofProtocol(mux, "GET /ready", c.ready)
	c.ofProtocol(mux, "POST /ready/away", c.away)
	c.ofProtocol(mux, "GET /ready/key", c.trial)
	c.ofProtocol(mux, "POST /ready/key", c.tried)
	c.ofProtocol(mux, "POST /ready/back", c.back)
	c.ofProtocol(mux, "POST /ready/look", c.lookAgain)
	c.ofProtocol(mux, "POST /ready/facts", c.factsAnew)
	c.ofProtocol(mux, "GET /reports", c.reportList)
	c.ofProtocol(mux, "GET /lessons", c.lessons)
	c.ofProtocol(mux, "POST /plan/read", c.readPlan)
	c.ofProtocol(mux, "POST /plan/adopt", c.adopt)
	c.ofProtocol(mux, "GET /plan/adoptions", c.planProof)
	c.ofProtocol(mux, "GET /detectors", c.detectors)
	c.ofProtocol(mux, "GET /detectors/{id}", c.detector)
	c.ofProtocol(mux, "GET /detectors/{id}/mute", c.muteAsk)
	c.ofProtocol(mux, "POST /detectors/{id}/mute", c.mute)
	c.ofProtocol(mux, "POST /detectors/{id}/unmute", c.unmute)
	c.ofProtocol(mux, "GET /automatic", c.automatic)
	c.ofProtocol(mux, "POST /automatic/{issue}/{verb}", c.changeAutomatic)
	c.ofProtocol(mux, "GET /calendar", c.calendarAsk)
	c.ofProtocol(mux, "POST /calendar", c.makeCalendar)
	c.ofProtocol(mux, "POST /calendar/withdraw", c.endCalendar)
	c.ofProtocol(mux, "GET /exercises", c.exercises)
	c.ofProtocol(mux, "POST /exercises", c.planExercise)
	c.ofExercise(mux, "GET /exercises/{id}", c.exercise)
	c.ofExercise(mux, "GET /exercises/{id}/moderate", c.moderate)
	c.ofExercise(mux, "GET /exercises/{id}/report", c.exerciseReport)
	c.ofExercise(mux, "GET /exercises/{id}/report/{form}", c.exerciseReportFile)
	c.ofExercise(mux, "GET /exercises/{id}/edits.patch", c.exercisePatch)
	c.ofExercise(mux, "GET /exercises/{id}/public", c.publicReport)
	c.ofExercise(mux, "GET /exercises/{id}/public/{form}", c.publicReportFile)
	c.ofExercise(mux, "POST /exercises/{id}/publish", c.publishReport)
	c.ofExercise(mux, "GET /exercises/{id}/replay", c.replay)
	c.ofExercise(mux, "GET /exercises/{id}/pictures/{run}/{number}", c.exercisePicture)
	c.ofExercise(mux, "GET /exercises/{id}/script/{name}", c.scriptPicture)
	c.ofExercise(mux, "POST /exercises/{id}/{verb}", c.actInExercise)
	c.signedIn(mux, "GET /live", c.live)
	c.ofIncident(mux, "GET /incidents/{id}", c.incident)
	c.ofIncident(mux, "GET /incidents/{id}/export", c.export)
	c.ofIncident(mux, "GET /incidents/{id}/postmortem", c.postmortem)
	c.ofIncident(mux, "GET /incidents/{id}/decisions/{decision}", c.decision)
	c.ofIncident(mux, "POST /incidents/{id}/decisions/{decision}/link", c.signLink)
	c.ofIncident(mux, "GET /incidents/{id}/files/{evidence}", c.file)
	c.ofIncident(mux, "POST /incidents/{id}/files", c.attachFile)
	c.ofIncident(mux, "POST /incidents/{id}/{verb}", c.act)
	c.ofIncident(mux, "POST /incidents/{id}/presence", c.presence)
	if o.Stage != nil {
		c.signedIn(mux, "POST /play", c.play)
		c.signedIn(mux, "POST /attack", c.attack)
	}
	c.signedIn(mux, "/", c.nowhere)
	c.Handler = c.guard(mux)
	return c, nil
}
