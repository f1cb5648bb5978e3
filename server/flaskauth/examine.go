package flaskauth

import "time"

// Examined is what is known of a session whose signature is good, whatever else is wrong with it.
type Examined struct {
	User   string
	Issued time.Time // zero = the signature is not good
	Key    int       // of Config.Secrets: 0 = the one that signs now
}

// Examine is Verify for somebody who wants to know more than the user. It is slower.
func (v *Verifier) Examine(header string, now time.Time) (found Examined, err error) {
	err = NoCookie
	for _, value := range cookies(header, v.name) {
		e, problem := v.examine(value, now)
		if problem == nil || problem == NoUser {
			return e, problem
		}
		if err == NoCookie {
			found, err = e, problem
		}
	}
	return found, err
}

func (v *Verifier) examine(value string, now time.Time) (e Examined, err error) {
	e.User, err = v.verify(value, now)
	c, problem := v.take(value)
	if problem != nil {
		return e, err
	}
	for key := range v.keys {
		one := *v
		one.keys = v.keys[key : key+1]
		if one.signed(c) {
			seconds, _ := clock(c.timestamp)
			e.Key, e.Issued = key, time.Unix(int64(seconds), 0)
			break
		}
	}
	return e, err
}
