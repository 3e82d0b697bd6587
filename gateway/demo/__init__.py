"""The demonstration's subscribers: package data, used by `serve --demo` only."""
