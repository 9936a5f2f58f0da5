"""Errors say what was wrong and what to do, on one line."""

import pickle

import pytest

from freezeout.errors import FreezeoutError, InputError, MissingPackageError


def test_an_error_is_one_line_with_its_hint() -> None:
    error = InputError("v_0 is\n  720", hint="allowed:\n up to 600")
    assert str(error) == "v_0 is 720 (allowed: up to 600)"
    assert error.exit_status == 2 and error.code == "bad_input"


@pytest.mark.parametrize(
    "error",
    [
        FreezeoutError("a", hint="b", code="c"),
        InputError("a"),
        MissingPackageError("running", ImportError(name="papermill"), "run"),
    ],
)
def test_errors_survive_a_process_boundary(error: FreezeoutError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert (str(again), again.code, again.hint) == (str(error), error.code, error.hint)


def test_a_missing_package_says_how_to_get_it() -> None:
    error = MissingPackageError("running a notebook", ImportError(name="papermill"), "run")
    assert str(error) == "running a notebook needs papermill (pip install 'freezeout[run]')"
