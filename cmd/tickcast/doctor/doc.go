// Package doctor looks at everything that tickcast needs: its port, its Redis, the producer,
// Flask's sessions, and the way from a browser to a running instance. It says of each in a
// sentence how it is, and how to mend it.
//
// Each thing is a row of the table in checks.go and a function in a file of its own. A row
// that there is nothing to look at for is left out. Nothing is changed anywhere: in Redis one
// message is published, on a channel of our own. No secret is ever part of a sentence.
package doctor
