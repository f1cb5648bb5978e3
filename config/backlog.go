package config

import "time"

// Backlog is what is kept in Redis of what was published lately, for those who were away.
type Backlog struct {
	Enabled bool
	Max     int           // messages, about
	Age     time.Duration // older ones go
	Wait    time.Duration // for Redis to keep a message, before it is delivered all the same
}

func backlogSettings() []setting {
	return []setting{
		{key: "backlog.enabled", unit: choice, fallback: "true",
			help:  "keep alerts and results in Redis for a while, for those who were away; `false`: who is not connected misses them",
			field: func(c *Config) any { return &c.Backlog.Enabled }},
		{key: "backlog.max", unit: number, fallback: "10000", min: 100, max: 1_000_000,
			help:  "so many messages are kept, about",
			field: func(c *Config) any { return &c.Backlog.Max }},
		{key: "backlog.age", unit: duration, fallback: "24h", min: moment, max: 30 * day,
			help:  "how long a message is kept",
			field: func(c *Config) any { return &c.Backlog.Age }},
		{key: "backlog.wait", unit: duration, fallback: "250ms", min: moment, max: int64(10 * time.Second),
			help:  "how long Redis may take to keep a message; then it is delivered before it is kept",
			field: func(c *Config) any { return &c.Backlog.Wait }},
	}
}
