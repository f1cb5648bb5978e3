package doctor

import "context"

// check is a row: what is looked at. The empty verdict says that there was nothing to look at.
type check struct {
	name string
	look func(context.Context, *subject) verdict
}

// checks are in the order in which one thing builds on the other.
func checks() []check {
	return []check{
		{"configuration", configuration},
		{"port", port},
		{"open files", openFiles},
		{"redis", reachRedis},
		{"redis version", redisVersion},
		{"redis password", redisPassword},
		{"redis output buffer", outputBuffer},
		{"redis eviction", eviction},
		{"redis clock", redisClock},
		{"redis channels", ownChannel},
		{"listeners", listeners},
		{"traffic", traffic},
		{"producer", producer},
		{"sessions", sessions},
		{"cookie", cookie},
		{"origin", origin},
		{"instance", instance},
		{"host header", hostHeader},
		{"proxy headers", proxyHeaders},
		{"websocket", websocket},
		{"polling", polling},
		{"flask", flask},
	}
}
