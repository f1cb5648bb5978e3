package main

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"github.com/tickstock/tickcast/cmd/tickcast/doctor"
	"github.com/tickstock/tickcast/config"
	"github.com/tickstock/tickcast/redisbridge"
)

const doctorListens = 5 * time.Second

func newDoctor() *cobra.Command {
	var exam doctor.Exam
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "look at everything that tickcast needs, and say what is wrong and how to mend it",
		Long: "Looks at port, Redis, producer and sessions with the configuration of serve, a line each, and changes nothing.\n" +
			"Ends with code 1 if something fails; what is doubtful does not count.",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := examine(cmd, &exam); err != nil {
				return err
			}
			write := doctor.Print
			if asJSON {
				write = doctor.PrintJSON
			}
			tally, err := write(cmd.OutOrStdout(), exam.Findings(cmd.Context()))
			if failed := tally[doctor.Failure]; err == nil && failed > 0 {
				err = fmt.Errorf("%d of %d checks failed", failed, failed+tally[doctor.Warning]+tally[doctor.OK])
			}
			return err
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&asJSON, "json", false, "as one JSON object")
	flags.StringVar(&exam.Cookie, "cookie", "", "a session cookie to verify, as the browser has it: `session=…` or its value")
	flags.StringVar(&exam.Origin, "origin", "", "whose pages are to connect, as `https://app.example`")
	flags.StringVar(&exam.URL, "url", "", "where browsers reach an instance that runs, as `https://app.example`")
	flags.StringSliceVar(&exam.Only, "only", nil, "the checks to make, as `instance,polling`; none: all")
	flags.DurationVar(&exam.Listen, "listen", doctorListens, "how long to listen to the producer")
	config.Flags(flags)
	return cmd
}

// examine completes the exam with the configuration.
func examine(cmd *cobra.Command, exam *doctor.Exam) error {
	loaded, err := load(cmd)
	if err != nil {
		return err
	}
	if exam.URL, err = base(exam.URL); err != nil {
		return usageError{err}
	}
	if err = exam.Valid(); err != nil {
		return usageError{err}
	}
	redisbridge.LogLibrary(zerolog.Nop()) // the findings tell
	exam.Config, exam.Warnings, exam.Upstream = loaded.Config, loaded.Warnings, loaded.Config.HTTP.Upstream
	exam.Sessions, err = openCookies(loaded.Config.Auth)
	return err
}

// base is a URL without what our own paths are appended to.
func base(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return "", errors.New("--url: must be http://HOST or https://HOST, with the port if there is one")
	}
	return u.Scheme + "://" + u.Host + strings.TrimRight(u.Path, "/"), nil
}
