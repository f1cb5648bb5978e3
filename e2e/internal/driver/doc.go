// Package driver leads a real Socket.IO client in another language: a small
// script that takes commands and tells what happens, one JSON object a line.
package driver
