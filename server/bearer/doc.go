// Package bearer verifies the signed token that a page may send along with its
// handshake instead of a cookie: a JWT with the user in sub and an end in exp.
//
// The algorithm is the key's, never the token's own choice: HS256 with a secret,
// EdDSA with a public key.
package bearer
