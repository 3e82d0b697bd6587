"""Measures the gateway as users run it: real SMPP over TCP, SQLite with synchronous=FULL, JSON logs to a file.

`python -m bench` starts an SMSC of its own (`smsc`), the gateway, and in turn with it a peer (`peer_smpplib`), and
prints what they did. This room judges: of the gateway's code it uses nothing but the catalogue's loader, to learn which
services can be ordered. It must never share a codec, a text or a counter with what it measures.
"""
