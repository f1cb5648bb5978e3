package rooms

import "slices"

// preset is a subscription that a browser asks for by name.
type preset struct {
	name   string
	topic  Topic
	filter Filter
}

// presets are made anew each time: their lists may be appended to.
func presets() []preset {
	return []preset{
		{"daily", TierPatterns, Filter{Tiers: []string{"daily"}, ConfidenceMin: 0.7}},
		{"high_confidence", TierPatterns, Filter{
			Tiers:         []string{"daily", "intraday", "combo"},
			ConfidenceMin: 0.8, PriorityMin: High,
		}},
		{"specific_pattern", TierPatterns, Filter{ConfidenceMin: 0.6}}, // whoever asks names the pattern
		{"intraday_scalping", TierPatterns, Filter{
			Patterns:      []string{"ScalpingBO", "MomentumSurge", "QuickReversal"},
			Tiers:         []string{"intraday"},
			ConfidenceMin: 0.75, PriorityMin: High, MaxPerHour: 200, MarketHours: true,
		}},
		{"swing", TierPatterns, Filter{
			Patterns:      []string{"TrendReversal", "BreakoutBO", "SupportBreak", "SurgePattern"},
			Tiers:         []string{"daily", "combo"},
			ConfidenceMin: 0.7, MaxPerHour: 25,
		}},
		{"risk", TierPatterns, Filter{
			Patterns:      []string{"SurgeDetection", "VolatilitySpike", "LiquidityDrop"},
			ConfidenceMin: 0.6, PriorityMin: High, MaxPerHour: 100,
		}},
	}
}

// Preset is the subscription of that name, to be narrowed as one likes.
func Preset(name string) (Topic, Filter, bool) {
	for _, p := range presets() {
		if p.name == name {
			return p.topic, p.filter, true
		}
	}
	return "", Filter{}, false
}

// PresetNames lists them by alphabet.
func PresetNames() []string {
	var names []string
	for _, p := range presets() {
		names = append(names, p.name)
	}
	slices.Sort(names)
	return names
}

// Preferences are what a user wants to be alerted to who never said so.
func Preferences() Filter {
	return Filter{ConfidenceMin: 0.6, PriorityMin: Medium, MaxPerHour: 50}
}
