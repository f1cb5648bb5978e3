package bench

import (
	"fmt"
	"math/rand/v2"
)

// Who wants what in the scenarios, and what comes. Whatever is drawn is drawn alike in every run.

const (
	tickers  = 4000
	someSeed = 25
	narrow   = 500 // users of extremeWish
)

func pick[T any](i int, of ...T) T { return of[i%len(of)] }

func stock(i int) string {
	return pick(i, "AAPL", "TSLA", "MSFT", "GOOGL", "AMZN", "NFLX", "META", "NVDA", "AMD", "CRM")
}

func shape(i int) string {
	return pick(i, "BreakoutBO", "TrendReversal", "SurgePattern", "FlagPattern", "WedgePattern")
}

func symbol(i int) string            { return fmt.Sprintf("SYM%04d", i) }
func tier(i int) string              { return pick(i, "daily", "intraday") }
func confidence(i int) float64       { return pick(i, 0.6, 0.7, 0.8, 0.9) }
func importance(i int) string        { return pick(i, "medium", "high", "critical") }
func only(values ...string) []string { return values }

// A trader wants two stocks of ten, and one pattern of five.
func traderWish(i int) wish {
	return wish{only(stock(i), stock(i+1)), only(shape(i)), only(tier(i)), confidence(i), ""}
}

func traded(i int) pattern {
	return pattern{Symbol: stock(i), Pattern: shape(i), Tier: tier(i), Confidence: confidence(i), Priority: importance(i)}
}

func tenthCritical(i int) pattern {
	p := traded(i)
	p.Priority = "medium"
	if i%10 == 0 {
		p.Confidence, p.Priority = 0.95, "critical"
	}
	return p
}

// fewWish is for one stock of five and one pattern of three.
func fewWish(i int) wish {
	return wish{only(stock(i % 5)), only(shape(i % 3)), only(tier(i)), confidence(i), ""}
}

func few(i int) pattern {
	p := traded(i)
	p.Symbol, p.Pattern = stock(i%5), shape(i%3)
	return p
}

// diverseWish is for three symbols of a hundred and two patterns of five, and differs in everything else.
func diverseWish(i int) wish {
	return wish{
		only(symbol(i%100), symbol((i+1)%100), symbol((i+2)%100)), only(shape(i), shape(i+1)),
		pick(i, only("daily"), only("intraday"), only("daily", "intraday")), pick(i, 0.5, 0.6, 0.7, 0.8, 0.9), pick(i, "low", "medium", "high"),
	}
}

func diverse(i int) pattern {
	p := traded(i)
	p.Symbol = symbol(i % 100)
	return p
}

// plainWish is for one symbol of so many and one pattern of two.
func plainWish(symbols int) func(i int) wish {
	return func(i int) wish { return wish{only(symbol(i % symbols)), only(shape(i % 2)), only("daily"), 0.7, ""} }
}

func plain(symbols int) func(i int) pattern {
	return func(i int) pattern {
		return pattern{Symbol: symbol(i % symbols), Pattern: shape(i % 2), Tier: "daily", Confidence: pick(i, 0.7, 0.8, 0.9), Priority: "medium"}
	}
}

// soleWish is for a symbol that no other user wants.
func soleWish(i int) wish { return wish{Symbols: only(symbol(i))} }

func sole(i int) pattern {
	return pattern{Symbol: symbol(i), Pattern: shape(0), Tier: "daily", Confidence: 0.7, Priority: "medium"}
}

// extremeWish is for a symbol and a pattern that no other user wants, or for nearly all there is.
func extremeWish(i int) wish {
	if i < narrow {
		return wish{only(symbol(i)), only("Pattern" + symbol(i)), nil, 0.95, "critical"}
	}
	return wish{Confidence: 0.1, Priority: "low"}
}

// extreme is for all broad users, and every fourth for a narrow one; as many miss his confidence by a hair.
func extreme(i int) pattern {
	if i%2 > 0 {
		return sole(narrow)
	}
	return pattern{Symbol: symbol(i), Pattern: "Pattern" + symbol(i), Tier: "daily", Confidence: pick(i/2, 0.99, 0.94), Priority: "critical"}
}

func tickerWish(i int) wish {
	chance := rand.New(rand.NewPCG(someSeed, uint64(i)))
	w := wish{Symbols: make([]string, 10+chance.IntN(41))}
	for j := range w.Symbols {
		w.Symbols[j] = symbol(chance.IntN(tickers))
	}
	return w
}

func ticker(i int) pattern { return sole(rand.New(rand.NewPCG(uint64(i), someSeed)).IntN(tickers)) }
