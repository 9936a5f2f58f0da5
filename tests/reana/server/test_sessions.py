"""Jupyter on a workspace, for who has the token."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from ...conftest import comes_true


@pytest.mark.slow
def test_a_session_is_opened_reached_listed_and_closed(mortal: Any) -> None:
    name = mortal.create("true")
    mortal.upload(name, "notes.txt", b"of the workspace")
    path = mortal.call("POST", f"workflows/{name}/open/jupyter", json={"image": None}).json()["path"]
    listed = mortal.call("GET", "workflows", params={"type": "interactive"}).json()["items"]
    assert [(one["name"], one["session_uri"], one["session_status"]) for one in listed] == [
        (name, path, "running")
    ]

    # as the client prints it; without the token, or with another, nobody comes in
    assert mortal.http.get(path).status_code == 401
    assert mortal.http.get(path, params={"token": "another"}).status_code == 403
    answer = mortal.http.get(path, params={"token": mortal.token})
    assert answer.status_code == 302
    assert answer.headers["referrer-policy"] == "no-referrer"
    entrance = httpx.URL(answer.headers["location"])
    assert entrance.host == "127.0.0.1"
    own = entrance.params["token"]
    assert own != mortal.token
    contents = entrance.copy_with(path="/api/contents/notes.txt", query=None)
    assert httpx.get(contents, trust_env=False).status_code == 403
    seen = httpx.get(contents, headers={"Authorization": f"token {own}"}, trust_env=False)
    assert seen.json()["content"] == "of the workspace"

    folder = next(mortal.folder.glob("scratch/*/session"))
    for log in (folder / "log", mortal.folder / "log"):
        assert own not in log.read_text()
        assert mortal.token not in log.read_text()
    assert all(not path.stat().st_mode & 0o077 for path in folder.rglob("*"))

    assert mortal.call("POST", f"workflows/{name}/open/jupyter").status_code == 409
    assert mortal.call("POST", f"workflows/{name}/close/").status_code == 200
    assert comes_true(lambda: not folder.exists())
    assert mortal.call("POST", f"workflows/{name}/close/").status_code == 404
    with pytest.raises(httpx.ConnectError):
        httpx.get(contents, trust_env=False)


@pytest.mark.slow
def test_a_session_ends_with_its_workflow_and_with_the_server(mortal: Any) -> None:
    entrances = []
    for how in ("deleted", "killed"):
        name = mortal.create("true")
        path = mortal.call("POST", f"workflows/{name}/open/jupyter").json()["path"]
        entrances.append(httpx.URL(mortal.http.get(path, params={"token": mortal.token}).headers["location"]))
        if how == "deleted":
            mortal.call("PUT", f"workflows/{name}/status", params={"status": "deleted"}, json={})
        else:
            mortal.kill()

    def gone(address: httpx.URL) -> bool:
        try:
            httpx.get(address.copy_with(path="/api"), trust_env=False)
        except httpx.TransportError:
            return True
        return False

    assert comes_true(lambda: all(map(gone, entrances)))


@pytest.mark.slow
def test_of_sessions_that_are_asked_for_at_once_there_is_one_and_none_of_what_is_deleted(server: Any) -> None:
    name = server.create("true")

    def opened(_: int) -> int:
        url, token = f"{server.url}/api/workflows/{name}/open/jupyter", {"access_token": server.token}
        return httpx.post(url, params=token, timeout=120, trust_env=False).status_code

    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(opened, number) for number in range(4)]
        assert comes_true(lambda: sum(one.done() for one in asked) == 3)
        gone = server.call("PUT", f"workflows/{name}/status", params={"status": "deleted"}, json={})
        assert gone.status_code == 200
        statuses = sorted(one.result() for one in asked)
    assert statuses.count(409) >= 3 and set(statuses) <= {200, 404, 409}
    listed = {"type": "interactive"}
    assert comes_true(lambda: server.call("GET", "workflows", params=listed).json()["items"] == [])


@pytest.mark.slow
def test_a_session_that_is_closed_while_it_starts_says_so(server: Any) -> None:
    name = server.create("true")
    with ThreadPoolExecutor(1) as pool:
        opening = pool.submit(httpx.post, f"{server.url}/api/workflows/{name}/open/jupyter", params={
            "access_token": server.token,
        }, timeout=120, trust_env=False)  # fmt: skip
        assert comes_true(lambda: server.call("POST", f"workflows/{name}/close/").status_code == 200)
        assert opening.result().status_code in (200, 409)
    listed = {"type": "interactive"}
    assert comes_true(lambda: server.call("GET", "workflows", params=listed).json()["items"] == [])


def test_what_is_no_session_is_refused(server: Any) -> None:
    name = server.create("true")
    assert server.call("POST", f"workflows/{name}/open/x").status_code == 404
    assert server.call("POST", f"workflows/{name}/open/jupyter", json={"image": "root"}).status_code == 400
    found = server.call("GET", f"workflows/{name}/status").json()["id"]
    assert server.http.get(f"/{found}", params={"token": server.token}).status_code == 404
    server.call("PUT", f"workflows/{name}/status", params={"status": "deleted"}, json={})
    assert server.call("POST", f"workflows/{name}/open/jupyter").status_code == 404
