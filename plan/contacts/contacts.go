// Package contacts owns the file of contact details that may stand beside a plan: what it holds, opening it, and the salted
// hash by which the plan covers it.
package contacts
