"""Recordings: what went over the wire, without its secrets, in files that can be read, searched and replayed."""
