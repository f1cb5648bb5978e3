// Package flaskcookie signs session cookies as Flask does, for specs that need a
// user and not a Flask. It shares no code with what verifies them.
package flaskcookie
