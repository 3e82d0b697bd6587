"""`python -m gateway` is the command `ussdgw`."""

from gateway.cli import main

main()
