"""One file a function of the personal account: its commands, its named refusals, its pure functions.

A handler reads through the unit of work and returns an `Outcome`. It never awaits, logs, reads a clock or another
handler; what several functions share is in `gateway.rules`.
"""
