//go:build !race

package e2e_test

// raceDetector builds the binary as the specs are built.
const raceDetector = false
