"""The hash function: that of ``hashlib``, without OpenSSL.

Importing OpenSSL, which ``hashlib`` begins with, takes longer than all hashing in a warm run.
"""

from __future__ import annotations

try:
    from _blake2 import blake2b
except ImportError:  # another Python than CPython
    from hashlib import blake2b

__all__ = ["blake2b"]
