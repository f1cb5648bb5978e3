// Package flaskauth verifies the session cookie that Flask signs, and names the
// user whom Flask-Login has put into it.
//
// The cookie is payload.timestamp.signature, as itsdangerous'
// URLSafeTimedSerializer writes it. Nothing of it is decoded, let alone
// inflated, before its signature is known to be good.
//
// What no cookie can tell (roles, accounts that were shut, sessions that were
// ended) the Callback asks the application itself.
package flaskauth
