"""What can go wrong with packages and the network: a clear error, nothing visible, and the way back."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from freezeout.environments.build import run_build
from freezeout.environments.installation import altered, installation
from freezeout.errors import FreezeoutError
from freezeout.jobs import store

from .conftest import Recipe, builds, kernels, nothing_to_see
from .package_index import PackageIndex, source_that_does_not_compile, wheel

pytestmark = pytest.mark.slow  # with what builds or starts real environments and servers


@contextmanager
def fails(code: str, *says: str) -> Iterator[None]:
    """The build in the block fails so, leaves nothing, and its job knows why."""
    with pytest.raises(FreezeoutError) as caught:
        yield
    error, job = caught.value, store.jobs()[0]
    assert error.code == code, error
    for text in says:
        assert re.search(text, error.message), error.message
    assert error.hint
    assert nothing_to_see("tiny") and builds("tiny") == [] and kernels() == []
    assert job.state == "failed"
    assert job.error == {"code": error.code, "message": error.message, "hint": error.hint}
    assert error.message in store.read_log(job.id)[0]


def builds_now() -> None:
    run_build("tiny")
    found = installation("tiny")
    assert found is not None and found.fault() is None


def test_a_package_that_was_changed_is_refused(tiny: Recipe) -> None:
    tiny.index.changed.add("tiny")
    with fails("checksum_mismatch", "tiny==1.0 is not the one that the lock names", "(?i)hash mismatch"):
        run_build("tiny")
    tiny.index.changed.clear()
    builds_now()


def test_a_changed_hash_in_the_lock_is_refused(tiny: Recipe) -> None:
    lock = (tiny.folder / "requirements.txt").read_text()
    tiny.lock(re.sub(r"sha256:..", "sha256:00", lock))
    with fails("checksum_mismatch", "tiny==1.0"):
        run_build("tiny")
    tiny.lock(lock)
    builds_now()


def test_a_changed_package_is_refused_also_when_the_users_settings_would_let_it_pass(
    tiny: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_NO_VERIFY_HASHES", "1")
    tiny.index.changed.add("tiny")
    with fails("checksum_mismatch", "tiny==1.0"):
        run_build("tiny")


def test_a_package_that_the_index_does_not_have_is_named(tiny: Recipe) -> None:
    tiny.index.missing.add("tiny")
    with fails("package_missing", "tiny cannot be had", "not found in the package registry"):
        run_build("tiny")
    tiny.index.missing.clear()
    builds_now()


def test_a_version_that_the_index_does_not_have_is_named(tiny: Recipe) -> None:
    files = dict(tiny.index.files["tiny"])
    tiny.index.files["tiny"] = {"tiny-2.0-py3-none-any.whl": wheel("tiny", "2.0")}
    with fails("package_missing", "tiny==1.0 cannot be had", "no version of tiny==1.0"):
        run_build("tiny")
    tiny.index.files["tiny"] = files
    builds_now()


def test_a_package_for_other_machines_is_named(tiny: Recipe) -> None:
    (data,) = tiny.index.files["tiny"].values()
    tiny.index.files["tiny"] = {"tiny-1.0-cp27-cp27m-win32.whl": data}
    with fails("package_missing", "tiny==1.0 cannot be had for this machine", "no wheels"):
        run_build("tiny")


def test_a_lock_that_lacks_what_a_package_needs(tiny: Recipe) -> None:
    tiny.lock(tiny.index.add("tiny", "1.0", wheel("tiny", "1.0", needs="other>3")))
    with fails("package_missing", "other cannot be had"):
        run_build("tiny")


def test_a_network_that_is_cut_in_the_middle_and_comes_back(tiny: Recipe) -> None:
    tiny.index.cut.add("tiny")
    with fails("network", "tiny==1.0", "end of file before message length reached"):
        run_build("tiny")
    tiny.index.cut.clear()
    builds_now()


def test_a_network_that_stalls(tiny: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_HTTP_TIMEOUT", "1")
    tiny.index.slow["tiny"] = 500
    with fails("network", "tiny==1.0", "timeout"):
        run_build("tiny")
    tiny.index.slow.clear()
    builds_now()


def test_a_network_that_refuses(tiny: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        monkeypatch.setenv("UV_DEFAULT_INDEX", f"http://127.0.0.1:{port}/simple")
        with fails("network", f"127.0.0.1:{port}", "Connection refused"):
            run_build("tiny")
    monkeypatch.setenv("UV_DEFAULT_INDEX", tiny.index.url)
    builds_now()


def test_a_network_that_may_not_be_used(tiny: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")
    with fails("network", "tiny.* is not in uv's cache, and uv may not use the network"):
        run_build("tiny")
    monkeypatch.setenv("UV_OFFLINE", "0")
    builds_now()


def test_a_host_that_nobody_knows(tiny: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://nowhere.invalid/simple")
    with fails("network", "nowhere.invalid"):
        run_build("tiny")


def test_an_index_that_wants_a_password_and_one_that_gets_it(
    tiny: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny.index.password = "open-sesame"
    with fails("index_refuses", "wants a name and a password", "401"):
        run_build("tiny")
    monkeypatch.setenv("UV_DEFAULT_INDEX", tiny.index.url.replace("sesame", "barley"))
    with fails("index_refuses", "401"):
        run_build("tiny")
    monkeypatch.setenv("UV_DEFAULT_INDEX", tiny.index.url)
    builds_now()


def test_passwords_of_the_index_are_written_nowhere(
    tiny: Recipe, monkeypatch: pytest.MonkeyPatch, freezeout_home: Path
) -> None:
    tiny.index.password = "open-sesame"
    monkeypatch.setenv("UV_DEFAULT_INDEX", tiny.index.url)
    monkeypatch.setenv("UV_VERBOSE", "1")  # tells every request
    monkeypatch.setenv("RUST_LOG", "uv=trace")
    builds_now()
    tiny.smoke("import os\nprint(os.environ['UV_DEFAULT_INDEX'])\nraise SystemExit(1)")
    with pytest.raises(FreezeoutError, match=re.escape("://***@127.0.0.1")):
        run_build("tiny", force=True)
    tiny.index.cut.add("tiny")
    tiny.lock(tiny.index.add("tiny", "3.0", wheel("tiny", "3.0", kilobytes=30)))
    with pytest.raises(FreezeoutError):
        run_build("tiny")
    for path in freezeout_home.rglob("*"):
        if path.is_file() and "site-packages" not in path.parts:
            assert b"sesame" not in path.read_bytes(), path
    assert "DEBUG" in store.read_log(store.jobs()[0].id)[0]


def test_a_source_that_does_not_compile_is_named_with_the_compilers_complaint(
    tiny: Recipe, index: PackageIndex
) -> None:
    index.files.clear()
    tiny.lock(index.add("tiny", "1.0", source_that_does_not_compile("tiny", "1.0"), "source"))
    with fails("build_failed", "tiny==1.0 comes as source", r"fatal error: fitsio\.h"):
        run_build("tiny")


@pytest.mark.parametrize(
    ("lock", "says"),
    [("tiny==1.0\n", "must have a hash"), ("tiny==1.0 ; <<\n", "Couldn't parse requirement")],
)
def test_a_lock_that_is_not_in_order(tiny: Recipe, lock: str, says: str) -> None:
    tiny.lock(lock)
    with fails("bad_lock", says):
        run_build("tiny")


def test_a_cache_that_cannot_be_used(tiny: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_CACHE_DIR", "/proc/nowhere")
    with fails("path_unusable", "/proc/nowhere"):
        run_build("tiny")


def test_what_somebody_edited_in_a_build_and_so_in_uvs_cache_is_loaded_anew(tiny: Recipe) -> None:
    run_build("tiny")
    found = installation("tiny")
    assert found is not None
    # in place, as an editor does it: uv's cache has the same file
    with open(Path(found.data["site"]) / "tiny" / "__init__.py", "a", encoding="utf-8") as stream:
        stream.write("\nsyntax error (\n")
    assert altered(found.prefix) == ["tiny"]
    run_build("tiny")
    found = installation("tiny")
    assert found is not None and found.data["smoke"]["ok"] and altered(found.prefix) == []
    assert "changed files of tiny" in store.read_log(store.jobs()[0].id)[0]
