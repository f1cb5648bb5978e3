//go:build linux

package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"
)

const (
	channel    = "tickstock.events.patterns"
	batchLimit = 256 << 10
)

// receive reads up to the next message of the channel.
func receive(in *bufio.Reader) ([]byte, error) {
	for {
		kind, err := bulk(in, true)
		if err != nil {
			return nil, err
		}
		if _, err := bulk(in, false); err != nil {
			return nil, err
		}
		if string(kind) != "message" { // the answer to SUBSCRIBE ends in a number
			if _, err := in.ReadString('\n'); err != nil {
				return nil, err
			}
			continue
		}
		return bulk(in, false)
	}
}

// bulk reads a string, behind the head of an array if it is the first.
func bulk(in *bufio.Reader, first bool) ([]byte, error) {
	if first {
		if _, err := in.ReadString('\n'); err != nil {
			return nil, err
		}
	}
	head, err := in.ReadString('\n')
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(strings.Trim(head, "$\r\n"))
	if err != nil {
		return nil, fmt.Errorf("redis said %q", head)
	}
	text := make([]byte, n+len("\r\n"))
	if _, err := io.ReadFull(in, text); err != nil {
		return nil, err
	}
	return text[:n], nil
}

// appendFrame appends a websocket text frame of a server.
func appendFrame(to []byte, before string, message []byte, after string) []byte {
	n := len(before) + len(message) + len(after)
	switch {
	case n < 126:
		to = append(to, 0x81, byte(n))
	case n < 1<<16:
		to = binary.BigEndian.AppendUint16(append(to, 0x81, 126), uint16(n))
	default:
		to = binary.BigEndian.AppendUint64(append(to, 0x81, 127), uint64(n))
	}
	return append(append(append(to, before...), message...), after...)
}
