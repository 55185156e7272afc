// Package document owns plans in other forms than their YAML files: documents that people wrote, which become plans, and
// plans written for people to read, print and put into their calendars.
package document
