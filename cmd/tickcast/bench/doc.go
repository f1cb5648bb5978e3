// Package bench measures a server as its clients see it: a load of real websockets, a
// publisher in front of a real Redis, and the CPU and memory of the server's process from
// /proc. Every client checks the sequence of what it gets; a run that lost, doubled or
// reordered one message fails. Other servers ("peers") that speak as much of the protocol
// are measured in turns with ours, in the same minute, on the same work; one of them may speak Centrifuge's.
//
// A work is a load that servers are put under (a fan-out, a storm, a crowd that idles); a contest
// measures each of them on each server in turns and makes one table of the medians. Match needs
// no server: it is the router alone, among very many users.
//
// Scenarios are a table: how many users with which filters, which events at which pace, and
// the limits of the specification. What each user should get is found without the server.
package bench
