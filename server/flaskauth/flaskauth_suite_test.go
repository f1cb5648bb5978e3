package flaskauth_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func TestFlaskauth(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "flaskauth")
}
