package flaskauth

// Failure says why the application gave no answer: in an error, in a log, in health and in a metric alike.
// The list is closed.
type Failure string

const (
	Unreachable Failure = "unreachable"
	Timeout     Failure = "timeout"
	BadStatus   Failure = "bad status" // neither an answer nor a refusal
	BadAnswer   Failure = "bad answer" // not the JSON that was asked for
	LongAnswer  Failure = "long answer"
)

// Failures lists every Failure, so that each has its metric from the start.
var Failures = []Failure{Unreachable, Timeout, BadStatus, BadAnswer, LongAnswer}

func (f Failure) Error() string { return "auth callback: " + string(f) }

// What the application may answer, for the metric; see Answer.
const (
	saidUser     = "user"
	saidNobody   = "nobody"
	saidDisabled = "disabled"
	remembered   = "remembered" // it was not asked again
)

// results are all that can come of a question.
func results() []string {
	all := []string{saidUser, saidNobody, saidDisabled, remembered}
	for _, failure := range Failures {
		all = append(all, string(failure))
	}
	return all
}
