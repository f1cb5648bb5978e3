// Package crowd runs many official socket.io clients in one process of Node,
// each of which counts what it gets: lost, doubled, out of order.
package crowd
