"""Files come in and go out whole, or not at all."""

import io
import itertools
import os
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from ...conftest import comes_true


def test_a_file_goes_in_and_comes_out_with_its_relative_path(server: Any) -> None:
    name, content = server.create("true"), os.urandom(3 << 20)
    assert server.upload(name, "/results/data.bin", content).status_code == 200
    answer = server.call("GET", f"workflows/{name}/workspace/results/data.bin")
    assert answer.content == content
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == 'attachment; filename="results/data.bin"'
    odd = 'ü "quoted"\n.txt'
    server.upload(name, odd, b"odd")
    answer = server.call("GET", f"workflows/{name}/workspace/" + "%C3%BC%20%22quoted%22%0A.txt")
    assert answer.content == b"odd"
    for given in ("a%20b", "who?", "x#y"):  # reana-client does not quote them in the address
        server.upload(name, given, given.encode())
        asked = {"access_token": server.token, "file_name": given}
        found = server.http.get(f"/api/workflows/{name}/workspace/{given}", params=asked)
        assert found.content == given.encode()
    assert (
        answer.headers["content-disposition"] == "attachment; filename*=UTF-8''%C3%BC%20%22quoted%22%0A.txt"
    )
    listed = server.call(
        "GET", f"workflows/{name}/workspace", params={"search": '{"name": ["QUOTED"]}'}
    ).json()
    assert [one["name"] for one in listed["items"]] == [odd]


def test_a_web_page_of_a_workspace_is_never_shown_as_one(server: Any) -> None:
    name = server.create("true")
    for path in ("page.html", "drawing.svg", "plot.png"):
        server.upload(name, path, b"<script>alert(1)</script>")
        answer = server.call("GET", f"workflows/{name}/workspace/{path}", params={"preview": "true"})
        assert ("attachment" in answer.headers.get("content-disposition", "")) == (path != "plot.png")
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_several_files_or_a_folder_come_as_an_archive_and_none_as_an_error(server: Any) -> None:
    name = server.create("true")
    contents = {f"results/{number:04}.bin": os.urandom(number * 7) for number in range(1000)}
    folder = server.workspace(name)
    (folder / "results").mkdir()
    for path, content in contents.items():
        (folder / path).write_bytes(content)
    (folder / "way").symlink_to("/etc/passwd")
    (folder / "results" / "way").symlink_to("/etc")
    for asked in ("results", "results/", "**/*.bin", "*/*"):
        answer = server.call("GET", f"workflows/{name}/workspace/{asked}")
        assert answer.headers["content-type"] == "application/zip"
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            assert archive.testzip() is None
            assert {one: archive.read(one) for one in archive.namelist()} == contents
    assert (
        server.call("GET", f"workflows/{name}/workspace/results/0999*").headers["content-type"]
        != "application/zip"
    )
    for asked in ("nothing", "nothing/*", "way", "results/way/passwd", "%2Fetc%2Fpasswd", "results/../../x"):
        answer = server.call("GET", f"workflows/{name}/workspace/{asked}")
        assert answer.status_code in (400, 404)
        assert answer.json()["message"]


@pytest.mark.parametrize(
    "path", ["../x", "/../x", "a/../../x", "a\0b", "", "/", "folder/", "x" * 300, "a/" * 3000 + "b"]
)
def test_nothing_is_written_outside_of_the_workspace(server: Any, path: str) -> None:
    name = server.create("true")
    before = sorted(server.folder.rglob("x"))
    assert server.upload(name, path, b"new").status_code == 400
    assert sorted(server.folder.rglob("x")) == before
    assert server.files(name) == {}


def test_files_are_moved_and_removed_by_pattern_and_links_only_as_links(server: Any) -> None:
    name = server.create("true")
    for path in ("a.txt", "b.txt", "keep/c.txt"):
        server.upload(name, path, b"12345")
    outside = server.folder / "outside"
    outside.mkdir(exist_ok=True)
    (outside / "precious").write_text("x")
    (server.workspace(name) / "way").symlink_to(outside)

    def moved(source: str, target: str) -> int:
        asked = {"source": source, "target": target}
        return int(server.call("PUT", f"workflows/move_files/{name}", params=asked).status_code)

    assert moved("/a.txt", "deep/new.txt") == 200
    assert moved("nothing", "x") == 404
    assert moved("b.txt", "keep/c.txt") == 409
    assert moved("b.txt", "../x") == 400
    assert moved("b.txt", "way/b.txt") == 400
    answer = server.call("DELETE", f"workflows/{name}/workspace/*.txt").json()
    assert answer == {"deleted": {"b.txt": {"size": 5}}, "failed": {}}
    assert server.call("DELETE", f"workflows/{name}/workspace/nothing").json() == {
        "deleted": {},
        "failed": {},
    }
    answer = server.call("DELETE", f"workflows/{name}/workspace/deep").json()
    assert answer["deleted"] == {"deep/new.txt": {"size": 5}}
    server.call("DELETE", f"workflows/{name}/workspace/way/precious")
    server.call("DELETE", f"workflows/{name}/workspace/way")
    assert (outside / "precious").exists()
    assert set(server.files(name)) == {"keep/c.txt"}


def test_disk_usage_names_files_and_folders_from_the_workspace_on(server: Any) -> None:
    name = server.create("true")
    for path, size in {"a/one": 10, "a/b/two": 20, "three": 2000}.items():
        server.upload(name, path, b"x" * size)

    def usage(body: bytes) -> dict[str, int]:
        answer = server.call("GET", f"workflows/{name}/disk_usage", content=body).json()
        return {one["name"]: one["size"]["raw"] for one in answer["disk_usage_info"]}

    assert usage(b"") == {"/a": 30, "/a/b": 20, "/a/b/two": 20, "/a/one": 10, "/three": 2000}
    assert usage(b'{"summarize": true}') == {"": 2030}
    assert usage(b'{"search": "{\\"name\\": [\\"two\\"]}"}') == {"/a/b/two": 20}
    assert server.call("GET", f"workflows/{name}/disk_usage", content=b'{"search": "two"}').status_code == 400


def test_an_upload_that_is_cut_off_leaves_nothing(server: Any) -> None:
    name = server.create("true")
    server.upload(name, "data.bin", b"old")
    head = (
        f"POST /api/workflows/{name}/workspace?file_name=data.bin&access_token={server.token} HTTP/1.1\r\n"
        "Host: x\r\nContent-Type: application/octet-stream\r\nContent-Length: 1000000\r\n\r\n"
    )
    with server.connect() as raw:
        raw.sendall(head.encode() + b"x" * 600_000)
        assert comes_true(lambda: list(server.folder.glob("scratch/*/uploads/*")))
        assert server.files(name) == {"data.bin": 3}
    assert comes_true(lambda: not list(server.folder.glob("scratch/*/uploads/*")))
    assert server.files(name) == {"data.bin": 3}


@pytest.mark.slow
@pytest.mark.alone
def test_a_gigabyte_goes_through_little_memory_and_blocks_nobody(server: Any, tmp_path: Path) -> None:
    name, piece, count = server.create("true"), os.urandom(1 << 20), 1024
    slowest = 0.0

    def pieces() -> Any:
        nonlocal slowest
        for number in range(count):
            if number % 64 == 0:
                began = time.monotonic()
                assert server.http.get("/api/ping").status_code == 200
                slowest = max(slowest, time.monotonic() - began)
            yield piece

    assert server.upload(name, "large.bin", pieces()).status_code == 200
    assert server.files(name) == {"large.bin": count << 20}
    with server.http.stream(
        "GET", f"/api/workflows/{name}/workspace/large.bin", params={"access_token": server.token}
    ) as answer:
        assert int(answer.headers["content-length"]) == count << 20
        assert sum(len(part) for part in itertools.islice(answer.iter_raw(1 << 20), 100)) == 100 << 20
    peak = [
        line
        for line in Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
        if "VmHWM" in line
    ]
    assert int(peak[0].split()[1]) < 250_000
    assert slowest < 2
    server.call("DELETE", f"workflows/{name}/workspace/large.bin")
