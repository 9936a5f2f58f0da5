"""The user's own curves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from freezeout import InputError, LimitCurve
from freezeout.limits import catalogue
from freezeout.limits.store import add, own_curves, own_id, remove


def test_a_curve_is_kept_listed_found_and_removed(curve: LimitCurve, freezeout_home: Path) -> None:
    kept = add(curve)
    assert (freezeout_home / "limits" / "an-experiment.yaml").is_file()
    (found,) = own_curves().curves
    assert (found.id, found.group) == (kept.id, "own")
    np.testing.assert_array_equal(found.limit, curve.limit)
    assert catalogue.curve("an-experiment").group == "own"
    remove("an-experiment")
    assert own_curves().curves == ()
    with pytest.raises(InputError, match="no curve 'an-experiment'"):
        remove("an-experiment")


def test_a_curve_is_not_overwritten_unasked(curve: LimitCurve) -> None:
    add(curve)
    with pytest.raises(InputError, match="already"):
        add(curve)
    add(curve.with_(label="Another"), replace=True)
    assert [c.label for c in own_curves().curves] == ["Another"]


def test_the_id_of_a_published_curve_is_not_taken(curve: LimitCurve) -> None:
    with pytest.raises(InputError, match="published curve 'si-lz-2024'"):
        add(curve.with_(id="si-lz-2024"), replace=True)
    assert not own_curves().curves


def test_an_id_is_made_of_the_label(curve: LimitCurve) -> None:
    assert add(curve.with_(id="", label="Größe μ, 90 %")).id == "groe-90"
    assert own_id("/../..") == "curve"


def test_a_damaged_file_is_reported_and_the_others_stay(curve: LimitCurve, freezeout_home: Path) -> None:
    add(curve)
    bad = freezeout_home / "limits" / "bad.yaml"
    bad.write_text("not: a curve\n", encoding="utf-8")
    found = own_curves()
    assert [c.id for c in found.curves] == ["an-experiment"]
    ((path, reason),) = found.damaged
    assert path == bad
    assert "bad.yaml" in reason
    assert catalogue.curves("si").damaged == found.damaged
    with pytest.raises(InputError, match=r"bad\.yaml"):
        catalogue.curve("bad")


def test_a_folder_below_a_file_is_one_clear_error(curve: LimitCurve, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="cannot use"):
        add(curve, tmp_path / "file" / "limits")


def test_an_unknown_id_names_the_near_one() -> None:
    with pytest.raises(InputError, match="did you mean si-lz-2024"):
        catalogue.curve("si-lz-2025")
