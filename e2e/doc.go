// Package e2e holds the specs that no single part can answer for: the real binary
// on a real Redis, talked to by the official JavaScript and Python clients, by
// Chromium on the page, and by hostile ones.
//
//	fixture   what the official protocol suites are run against
//	protocol  those suites in our own words, on the fixture
//	clients   scripts that lead the official clients, a line at a time
//	internal  raw clients and processes
//
// Run `npm ci` here once; everything else starts by itself.
package e2e
