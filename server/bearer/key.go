package bearer

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"strings"
)

var errPublicKey = errors.New("not an Ed25519 public key; write it as PEM, or as base64 of its 32 bytes")

// publicKey reads PEM, whose line breaks may have become \n on their way through an environment, or base64.
func publicKey(text string) (ed25519.PublicKey, error) {
	text = strings.TrimSpace(strings.ReplaceAll(text, `\n`, "\n"))
	if block, rest := pem.Decode([]byte(text)); block != nil && strings.TrimSpace(string(rest)) == "" {
		return ofDER(block.Bytes)
	}
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		raw, err := encoding.DecodeString(text)
		if err != nil {
			continue
		}
		if len(raw) == ed25519.PublicKeySize {
			return raw, nil
		}
		return ofDER(raw)
	}
	return nil, errPublicKey
}

func ofDER(der []byte) (ed25519.PublicKey, error) {
	parsed, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil, errPublicKey
	}
	key, ok := parsed.(ed25519.PublicKey)
	if !ok {
		return nil, errPublicKey
	}
	return key, nil
}
