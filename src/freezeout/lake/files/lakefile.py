"""A file of the lake: what it should be, and where copies of it are."""

from __future__ import annotations

from dataclasses import dataclass

from freezeout.lake.did import DID
from freezeout.lake.files.copying import Sums


@dataclass(frozen=True)
class Replica:
    """One copy of a file: the storage element and the address there."""

    rse: str
    pfn: str


@dataclass(frozen=True)
class LakeFile:
    """One file of the lake.

    Attributes
    ----------
    did : DID
    bytes : int or None
    adler32, md5 : str
        Empty when the lake does not know.
    replicas : tuple of Replica
        The nearest first.
    """

    did: DID
    bytes: int | None
    adler32: str
    md5: str
    replicas: tuple[Replica, ...] = ()

    def difference(self, sums: Sums) -> str:
        """What is wrong with bytes that should be this file; empty when nothing is."""
        if self.bytes is not None and sums.bytes != self.bytes:
            return f"{sums.bytes} bytes instead of {self.bytes}"
        if self.adler32 and sums.adler32 != self.adler32.rjust(8, "0"):
            return f"Adler-32 {sums.adler32} instead of {self.adler32}"
        if self.md5 and sums.md5 and sums.md5 != self.md5:
            return f"MD5 {sums.md5} instead of {self.md5}"
        return ""
