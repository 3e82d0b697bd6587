"""An SMSC and USSD centre with subscribers' phones, for tests and for trials: it behaves, and it misbehaves as told.

`scenario` reads what shall happen, `core` decides it (pure: the caller brings the time), `wires` owns the sockets,
`ledger` remembers every message by id and time, `report` shows it.
"""
