package engineio_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func TestEngineio(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "engineio")
}
