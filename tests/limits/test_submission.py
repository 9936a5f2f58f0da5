"""Several curves as one HEPData submission."""

from __future__ import annotations

import io
import warnings
import zipfile
from pathlib import Path

import pytest

from freezeout import InputError, LimitCurve, published_curves
from freezeout.limits.submission import submission


@pytest.mark.slow
def test_a_submission_is_valid_for_hepdata(tmp_path: Path, curve: LimitCurve) -> None:
    path = tmp_path / "submission.zip"
    path.write_bytes(submission([*published_curves("sd_p"), curve.with_(run_id="20260101-abcdefgh"), curve]))
    with warnings.catch_warnings():
        # what the validator uses of jsonschema is deprecated
        warnings.simplefilter("ignore", DeprecationWarning)
        from hepdata_validator.full_submission_validator import FullSubmissionValidator

        validator = FullSubmissionValidator()
    assert validator.validate(archive=str(path)), validator.get_messages()


def test_every_curve_has_its_table_and_equal_curves_give_equal_bytes(curve: LimitCurve) -> None:
    content = submission([curve, curve])
    assert content == submission([curve, curve])
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert names == ["submission.yaml", "an_experiment.yaml", "an_experiment_2.yaml"]


def test_nothing_cannot_be_submitted() -> None:
    with pytest.raises(InputError, match="no curve"):
        submission([])
