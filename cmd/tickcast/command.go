package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/tickstock/tickcast/config"
)

// newRoot is tickcast without a command, which serves, and all its commands.
func newRoot(stdout, stderr io.Writer) *cobra.Command {
	root := newServe()
	root.Use = "tickcast"
	root.Long = root.Short + ".\n\nWithout a command it serves. Every setting may stand in a flag, the environment, .env or a file:\nsee `tickcast help settings`."
	root.Version = readVersion().String()
	root.SetVersionTemplate("{{.Version}}\n")
	root.SilenceErrors, root.SilenceUsage = true, true
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.Args = func(cmd *cobra.Command, args []string) error { return unknownCommand(cmd, args) }
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(newServe(), newFeed(), newCheck(), newDoctor(), newBench(), newVersion(), settingsTopic())
	return root
}

// settingsTopic is a help text only.
func settingsTopic() *cobra.Command {
	return &cobra.Command{
		Use:   "settings",
		Short: "every setting, its names and its default",
		Long: "A flag wins over the environment, that over .env, that over the file of --config. Every setting can also\n" +
			"be set as TICKCAST_<SECTION>_<NAME>. Durations: 10s, or seconds. Sizes: 5MiB, or bytes.\n\n" + config.Markdown(),
	}
}

func unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var known []string
	for _, c := range cmd.Commands() {
		known = append(known, c.Name())
	}
	return usageError{didYouMean(fmt.Sprintf("unknown command %q", args[0]), "", config.Nearest(args[0], known))}
}

func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return usageError{fmt.Errorf("%s takes no argument such as %q", cmd.CommandPath(), args[0])}
}

func flagError(cmd *cobra.Command, err error) error {
	unknown, is := errors.AsType[*pflag.NotExistError](err)
	if !is {
		return usageError{err}
	}
	var known []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, f.Name) })
	return usageError{didYouMean(err.Error(), "--", config.Nearest(unknown.GetSpecifiedName(), known))}
}

func didYouMean(problem, dashes, near string) error {
	if near == "" {
		return errors.New(problem)
	}
	return fmt.Errorf("%s; did you mean %s%s?", problem, dashes, near)
}

// load reads the configuration where the command was started.
func load(cmd *cobra.Command) (config.Loaded, error) {
	dir, err := os.Getwd()
	if err != nil {
		return config.Loaded{}, fmt.Errorf("find the working directory: %w", err)
	}
	loaded, err := config.Load(cmd.Flags(), dir, redisProblems, queueProblems, tokenProblems)
	if err != nil {
		return config.Loaded{}, usageError{err}
	}
	return loaded, nil
}
