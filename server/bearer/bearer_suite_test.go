package bearer_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func TestBearer(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "bearer")
}
