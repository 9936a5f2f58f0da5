"""BibTeX of the papers that a curve refers to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from freezeout.limits.curve import LimitCurve, Reference
from freezeout.limits.published import BIBLIOGRAPHY

_ENTRY = re.compile(r"^@\w+\{([^,\s]+),.*?^\}", re.MULTILINE | re.DOTALL)
_FIELD = re.compile(r'^\s*(eprint|doi)\s*=\s*["{]+([^"}]+)["}]+', re.MULTILINE)
_SPECIAL = re.compile(r"([&%$#_])")


def bibtex(curves: LimitCurve | Iterable[LimitCurve]) -> str:
    """Entries for every paper that the curves refer to, each once, in order.

    An entry comes from the bibliography that ships with Freezeout when it has the paper, else a
    ``@misc`` is made of what the reference says.

    Parameters
    ----------
    curves : LimitCurve or iterable of LimitCurve

    Examples
    --------
    >>> from freezeout.limits.published import published_curve
    >>> print(bibtex(published_curve("si-lz-2024")).splitlines()[0])
    @article{LZ:2024zvo,
    """
    several = [curves] if isinstance(curves, LimitCurve) else curves
    entries = dict.fromkeys(_entry(reference, curve) for curve in several for reference in curve.references)
    return "\n\n".join(entries) + "\n" if entries else ""


@cache
def _bibliography() -> tuple[dict[str, str], dict[str, str]]:
    """Entries by key, and keys by arXiv number or DOI."""
    entries, keys = {}, {}
    for match in _ENTRY.finditer(BIBLIOGRAPHY.read_text(encoding="utf-8")):
        entries[match[1]] = match[0]
        for _, identifier in _FIELD.findall(match[0]):
            keys[identifier.lower()] = match[1]
    return entries, keys


def _entry(reference: Reference, curve: LimitCurve) -> str:
    entries, keys = _bibliography()
    wanted = [reference.bibtex_key] + [keys.get(v.lower(), "") for v in (reference.arxiv, reference.doi) if v]
    for key in wanted:
        if key in entries:
            return entries[key]
    return _misc(reference, curve)


def _misc(reference: Reference, curve: LimitCurve) -> str:
    identifier = reference.arxiv or reference.doi or reference.hepdata or reference.text
    key = reference.bibtex_key or re.sub(r"[^A-Za-z0-9]+", "_", identifier).strip("_")[:40]
    fields = {"title": f"{{{_escaped(reference.text or f'{curve.experiment}: {curve.label}')}}}"}
    if not reference.text:
        fields["author"] = f"{{{_escaped(curve.experiment)}}}"
    if reference.arxiv:
        fields |= {"eprint": reference.arxiv, "archivePrefix": "arXiv"}
    if reference.doi or reference.hepdata:
        fields["doi"] = reference.doi or reference.hepdata
    if reference.link:
        fields["url"] = reference.link
    body = ",\n".join(f'    {name} = "{value}"' for name, value in fields.items())
    return f"@misc{{{key},\n{body}\n}}"


def _escaped(text: str) -> str:
    """`text` as BibTeX takes it: nothing that would end the field or be read as a command."""
    plain = text.replace("\\", " ").replace("{", "(").replace("}", ")").replace('"', "''")
    return _SPECIAL.sub(r"\\\1", " ".join(plain.split()))
