"""Several curves as one HEPData submission: a zip of ``submission.yaml`` and a table per curve."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable

import yaml

from freezeout.errors import InputError
from freezeout.limits import hepdata
from freezeout.limits.curve import LimitCurve

_EPOCH = (1980, 1, 1, 0, 0, 0)
_SAFE = str.maketrans(dict.fromkeys("#/.-", "_"))


def submission(curves: Iterable[LimitCurve], comment: str = "Dark-matter limits") -> bytes:
    """The curves as the bytes of a zip file that HEPData takes; equal curves give equal bytes.

    Parameters
    ----------
    curves : iterable of LimitCurve
        Each with an id or a run.
    comment : str
        What the record is about.

    Raises
    ------
    InputError
        When there is no curve.
    """
    several = list(curves)
    if not several:
        raise InputError("there is no curve to submit")
    names = _names(several)
    documents: list[dict[str, object]] = [{"comment": comment}]
    documents += [_table(name, curve) for name, curve in zip(names, several, strict=True)]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        head = yaml.safe_dump_all(documents, sort_keys=False, allow_unicode=True)
        archive.writestr(zipfile.ZipInfo("submission.yaml", _EPOCH), head)
        for name, curve in zip(names, several, strict=True):
            archive.writestr(zipfile.ZipInfo(f"{name}.yaml", _EPOCH), hepdata.dumps(curve))
    return stream.getvalue()


def _names(curves: list[LimitCurve]) -> list[str]:
    names: list[str] = []
    for number, curve in enumerate(curves, start=1):
        name = (curve.run_id or curve.id or f"curve {number}").translate(_SAFE).replace(" ", "_")
        names.append(name if name not in names else f"{name}_{number}")
    return names


def _table(name: str, curve: LimitCurve) -> dict[str, object]:
    axes = curve.described_plane
    return {
        "name": f"{curve.label} ({name})"[:64],
        "description": f"{axes.title}: {curve.kind} curve of {curve.experiment}, {curve.confidence}. "
        + "; ".join(map(str, curve.references)),
        "keywords": [{"name": "observables", "values": [axes.quantity]}],
        "data_file": f"{name}.yaml",
    }
