package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/tickstock/tickcast/config"
)

// report is what `check --json` prints.
type report struct {
	Valid    bool         `json:"valid"`
	Problems []problem    `json:"problems,omitempty"`
	Warnings []string     `json:"warnings,omitempty"`
	Settings []config.Row `json:"settings,omitempty"`
}

type problem struct {
	Setting string `json:"setting"`
	Source  string `json:"source,omitempty"`
	Value   string `json:"value,omitempty"`
	Problem string `json:"problem"`
}

func newCheck() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "check",
		Short: "check the configuration and show what is in force",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			loaded, err := load(cmd)
			if asJSON {
				return checkJSON(cmd.OutOrStdout(), loaded, err)
			}
			if err != nil {
				return err
			}
			for _, warning := range loaded.Warnings {
				_, _ = fmt.Fprintln(cmd.ErrOrStderr(), "warning:", warning)
			}
			return writeRows(cmd.OutOrStdout(), loaded.Effective())
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as one JSON object")
	config.Flags(cmd.Flags())
	return cmd
}

func writeRows(out io.Writer, rows []config.Row) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		value := row.Value
		if value == "" {
			value = "-"
		}
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\n", row.Key, value, row.Source) // Flush tells of errors
	}
	return table.Flush()
}

// checkJSON prints problems too; its error only makes the exit code.
func checkJSON(out io.Writer, loaded config.Loaded, err error) error {
	r := report{Valid: err == nil, Warnings: loaded.Warnings, Settings: loaded.Effective()}
	if err != nil {
		r.Settings = nil
	}
	problems, _ := errors.AsType[config.Problems](err)
	for _, p := range problems {
		r.Problems = append(r.Problems, problem{p.Key, p.Source, p.Value, p.Err.Error()})
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	if writing := encoder.Encode(r); writing != nil {
		return writing
	}
	return err
}
