package flaskauth

// Reason says why a cookie names no user: in an error, in a log and in a metric alike. The list is closed.
type Reason string

const (
	NoCookie     Reason = "no cookie"
	Malformed    Reason = "malformed" // not what Flask writes: cut off, or another application's
	BadSignature Reason = "bad signature"
	Expired      Reason = "expired"
	FromFuture   Reason = "from the future" // the clocks differ by more than the leeway
	TooLarge     Reason = "too large"
	NoUser       Reason = "no user"   // a good session of somebody who is not logged in, or whose id cannot be used
	NoAnswer     Reason = "no answer" // the application was asked, and did not say
)

// Reasons lists every Reason, so that each has its metric from the start.
var Reasons = []Reason{NoCookie, Malformed, BadSignature, Expired, FromFuture, TooLarge, NoUser, NoAnswer}

func (r Reason) Error() string { return string(r) }
