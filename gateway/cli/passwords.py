"""`ussdgw hash-password`."""

from __future__ import annotations

import sys

import argon2
import typer

app = typer.Typer(add_completion=False)


@app.command("hash-password")
def hash_password() -> None:
    """Reads a password from the terminal or from standard input and prints its argon2 hash for `password_hash`."""
    password = typer.prompt("password", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    print(argon2.PasswordHasher().hash(password))
