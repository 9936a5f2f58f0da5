"""The lock: what is read from it is what an installer would take from it."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.markers import Marker

from freezeout.environments.lock import _holds, normalised, read_lock
from freezeout.errors import InputError

versions = st.lists(st.integers(0, 14), min_size=1, max_size=3).map(lambda v: ".".join(["3", *map(str, v)]))


@given(
    st.sampled_from(["python_full_version", "python_version"]),
    st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
    versions,
    st.tuples(st.integers(9, 14), st.integers(0, 12)),
)
def test_a_comparison_of_pythons_is_what_the_standard_says(
    name: str, operator: str, wanted: str, python: tuple[int, int]
) -> None:
    full = f"3.{python[0]}.{python[1]}"
    marker = f"{name} {operator} '{wanted}'"
    expected = Marker(marker).evaluate({"python_full_version": full, "python_version": f"3.{python[0]}"})
    assert _holds(marker, full) is expected


@pytest.mark.parametrize("value", [platform.machine(), "ppc64le", "arm64"])
@pytest.mark.parametrize("operator", ["==", "!="])
def test_a_comparison_of_machines_is_what_the_standard_says(value: str, operator: str) -> None:
    marker = f"platform_machine {operator} '{value}'"
    assert _holds(marker, None) is Marker(marker).evaluate()


@pytest.mark.parametrize(
    "marker",
    [
        "sys_platform == 'linux'",
        "sys_platform != 'win32'",
        "sys_platform == 'linux' and python_full_version >= '3.12'",
        "platform_python_implementation == 'CPython'",
        "implementation_name == 'pypy' or sys_platform == 'emscripten'",
    ],
)
def test_any_other_marker_is_what_the_standard_says(marker: str) -> None:
    assert _holds(marker, None) is Marker(marker).evaluate()


def test_a_lock_is_read(tmp_path: Path) -> None:
    path = tmp_path / "requirements.txt"
    path.write_text(
        "# made by hand\n--only-binary :all:\n"
        "A_b.c[extra]==1.0 \\\n    --hash=sha256:00 \\\n    --hash=sha256:01\n    # via d\n"
        "numpy==1.0 ; python_full_version < '3.0' \\\n    --hash=sha256:02\n"
        "numpy==2.0 ; python_full_version >= '3.0' \\\n    --hash=sha256:03\n"
        "colorama==4 ; sys_platform == 'win32' \\\n    --hash=sha256:04\n"
    )
    lock = read_lock(path)
    assert dict(lock.packages) == {"a-b-c": "1.0", "numpy": "2.0"}
    assert len(lock.packages) == 2 and lock.packages.get("colorama") is None
    assert read_lock(path) is lock
    path.write_text("\ufeffnumpy==3.0\n")  # some editors begin a file so
    assert read_lock(path).packages["numpy"] == "3.0" and read_lock(path).sha256 != lock.sha256


def test_a_lock_that_is_no_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "requirements.txt"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match=r"cannot read the lock .*requirements\.txt"):
        read_lock(path)


@given(st.text("aB-_.", min_size=1))
def test_names_have_one_spelling(name: str) -> None:
    assert normalised(normalised(name)) == normalised(name)
