"""The ledger sealed: numbered, and chained by hashes, so that nothing in it can be changed without being found out.

`seal` and then `head` before a report is handed out; `verify` finds what was changed; `erase` empties what is said of a
person and keeps the chain. See docs/ledger.md and docs/decisions/0024.
"""

from .check import Problem, Report, verify
from .seal import Head, erase, head, seal

__all__ = ["Head", "Problem", "Report", "erase", "head", "seal", "verify"]
