// Package config holds every setting, its names, default, limits and help, in one
// table: defaults, environment names, flags, `tickcast check` and the README's
// table are all made from it.
//
// Load reads flag > environment > .env > config file > default and returns every
// problem at once; Validate only looks. An empty environment variable counts as
// unset, as in the Flask application; a name of ours that nobody knows is an error
// that offers the nearest one.
package config
