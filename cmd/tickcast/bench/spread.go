package bench

import (
	"slices"
	"time"
)

// spread is what single calls took, in µs.
type spread struct {
	Mean float64 `json:"mean"`
	P50  float64 `json:"p50"`
	P99  float64 `json:"p99"`
	Max  float64 `json:"max"`
}

func spreadOf(all []found) (s spread) {
	if len(all) == 0 {
		return s
	}
	took := make([]time.Duration, len(all))
	total := time.Duration(0)
	for i, one := range all {
		took[i] = one.took
		total += one.took
	}
	slices.Sort(took)
	at := func(q float64) float64 { return micros(took[min(int(q*float64(len(took))), len(took)-1)]) }
	return spread{micros(total) / float64(len(took)), at(0.5), at(0.99), at(1)}
}

// byRecipients sums up the events of each order of magnitude.
func byRecipients(all []found) (rows []reaching) {
	for least, most := 0, 0; len(all) > 0; least, most = most+1, most*10+9 {
		row := reaching{Least: least}
		left := all[:0:0]
		for _, one := range all {
			if one.rooms > most {
				left = append(left, one)
				continue
			}
			row.Events++
			row.Recipients += float64(one.rooms)
			row.Mean += micros(one.took)
		}
		if row.Events > 0 {
			row.Recipients /= float64(row.Events)
			row.Mean /= float64(row.Events)
			rows = append(rows, row)
		}
		all = left
	}
	return rows
}

func micros(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }
