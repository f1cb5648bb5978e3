package bench

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

// Machine is where the figures come from.
type Machine struct {
	CPUs        int    `json:"cpus"`
	Model       string `json:"model"`
	Go          string `json:"go"`
	LoadAverage string `json:"load_average"` // 1, 5 and 15 minutes: others may have been at work
}

// ReadMachine leaves empty what this system does not tell.
func ReadMachine() Machine {
	m := Machine{CPUs: runtime.NumCPU(), Go: runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH}
	cpus, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(cpus)) {
		if name, value, found := strings.Cut(line, ":"); found && strings.TrimSpace(name) == "model name" {
			m.Model = strings.TrimSpace(value)
			break
		}
	}
	if load, _ := os.ReadFile("/proc/loadavg"); len(load) > 0 {
		fields := strings.Fields(string(load))
		m.LoadAverage = strings.Join(fields[:min(3, len(fields))], " ")
	}
	return m
}

func (m Machine) String() string {
	return fmt.Sprintf("%d CPUs (%s), %s, load average %s; load client, Redis and server share them", m.CPUs, m.Model, m.Go, m.LoadAverage)
}
