package sio

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func TestSio(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Socket.IO")
}
