"""Stand-ins for the systems outside: pure answers, and servers on loopback that give them."""
