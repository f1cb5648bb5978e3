package main

import (
	"os"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// asMain makes the test binary be tickcast itself, for what only a whole process can show.
const asMain = "MAIN_ARGUMENTS"

func TestMain(m *testing.M) {
	if arguments := os.Getenv(asMain); arguments != "" {
		os.Args = append(os.Args[:1], strings.Fields(arguments)...)
		main()
	}
	os.Exit(m.Run())
}

func TestTickcast(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "tickcast")
}
