// Package fault owns the errors that a person will read: a code that a program can act on, a sentence that says what is
// wrong, and a sentence that says what to do instead.
package fault

import (
	"errors"
	"fmt"
)

// Code says what kind of fault it is. Codes are stable: they appear in JSON output and decide HTTP and exit statuses.
type Code string

// The codes.
const (
	Internal        Code = "internal"        // a defect of ours, or an unclassified failure
	Invalid         Code = "invalid"         // the input cannot be used as it is
	NotFound        Code = "not_found"       // there is no such thing
	Conflict        Code = "conflict"        // somebody else was first; look again
	Unauthenticated Code = "unauthenticated" // nobody has proven who they are
	Forbidden       Code = "forbidden"       // who they are does not suffice
	Expired         Code = "expired"         // it was right once
	Unavailable     Code = "unavailable"     // something outside did not answer
)

// Error is a fault that a person can read. Say and Do are whole sentences without secrets in them.
type Error struct {
	Code Code
	Say  string // what is wrong
	Do   string // what to do instead; may be empty
	Err  error  // the cause for the log; may be nil
}

// New returns a fault with a formatted sentence.
func New(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Say: fmt.Sprintf(format, args...)}
}

// Instead returns a copy that also says what to do.
func (e *Error) Instead(format string, args ...any) *Error {
	c := *e
	c.Do = fmt.Sprintf(format, args...)
	return &c
}

// Because returns a copy that keeps its cause.
func (e *Error) Because(err error) *Error {
	c := *e
	c.Err = err
	return &c
}

func (e *Error) Error() string {
	s := e.Say
	if e.Do != "" {
		s += " " + e.Do
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// CodeOf returns the code of the first fault in err's chain, Internal if there is none, and "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var f *Error
	if errors.As(err, &f) {
		return f.Code
	}
	return Internal
}

// Is reports whether err carries the code.
func Is(err error, code Code) bool { return err != nil && CodeOf(err) == code }

// Sentence returns what a person should read: the fault's own words, or err's text if it carries no fault.
func Sentence(err error) string {
	var f *Error
	if !errors.As(err, &f) {
		if err == nil {
			return ""
		}
		return err.Error()
	}
	if f.Do == "" {
		return f.Say
	}
	return f.Say + " " + f.Do
}
