"""The slow hash of passwords: argon2id (RFC 9106), beside the event loop."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2.low_level import Type, hash_secret_raw

TIME_COST, MEMORY_KIB, LANES = 2, 19_456, 1
"""The least that RFC 9106's successors advise for log-in: some 20 ms and 19 MB."""
AT_ONCE_MAX = 2

_threads = ThreadPoolExecutor(AT_ONCE_MAX, "argon2")


async def slow_hash(secret: str, salt: bytes) -> str:
    """The hash as hexadecimal digits; the salt has 16 octets."""
    return await asyncio.get_running_loop().run_in_executor(_threads, _hash, secret, salt)


def _hash(secret: str, salt: bytes) -> str:
    return hash_secret_raw(
        secret.encode(), salt, time_cost=TIME_COST, memory_cost=MEMORY_KIB, parallelism=LANES, hash_len=32,
        type=Type.ID,
    ).hex()  # fmt: skip
