"""The life of a workflow, from its creation to its deletion."""

import json
import os
import time
from typing import Any

from freezeout.reana.server.store import Workflow

from ...conftest import comes_true


def _ends(server: Any, workflow: str) -> str:
    assert comes_true(lambda: server.status(workflow) not in ("queued", "running"))
    return str(server.status(workflow))


def test_a_workflow_is_made_started_followed_and_read(server: Any) -> None:
    name = server.create("cat in.txt > out.txt", "echo ${word}", inputs={"parameters": {"word": "hello"}})
    assert server.status(name) == "created"
    assert server.upload(name, "/in.txt", b"from outside").status_code == 200
    started = server.call(
        "POST", f"workflows/{name}/start", json={"input_parameters": {"word": "bye"}}
    ).json()
    assert f"{started['workflow_name']}.{started['run_number']}" == name
    assert _ends(server, name) == "finished"

    told = server.call("GET", f"workflows/{name}/status").json()
    progress = told["progress"]
    assert [progress[key]["total"] for key in ("total", "running", "finished", "failed")] == [2, 0, 2, 0]
    assert (progress["current_step_name"], progress["current_command"]) == ("step2", "echo bye")
    assert told["created"] <= progress["run_started_at"] <= progress["run_finished_at"]

    logs = json.loads(server.call("GET", f"workflows/{name}/logs").json()["logs"])
    assert "Publishing step:0, cmd: cat in.txt > out.txt" in logs["workflow_logs"]
    first, second = logs["job_logs"].values()
    assert (first["job_name"], first["status"], first["cmd"]) == ("step1", "finished", "cat in.txt > out.txt")
    assert second["logs"].endswith("bye\n")
    one = json.loads(
        server.call("GET", f"workflows/{name}/logs", json=None, content=b'["step2"]').json()["logs"]
    )
    assert [job["job_name"] for job in one["job_logs"].values()] == ["step2"]

    assert server.call("GET", f"workflows/{name}/workspace/out.txt").content == b"from outside"
    assert server.call("GET", f"workflows/{name}/parameters").json()["parameters"] == {"word": "bye"}
    given = server.call("GET", f"workflows/{name}/specification").json()
    assert given["parameters"] == {"word": "bye"}
    assert given["specification"]["inputs"]["parameters"] == {"word": "hello"}


def test_names_count_their_runs_and_are_found_by_id_and_by_name(server: Any) -> None:
    names = [server.create("true", name="counted") for _ in range(3)]
    assert names == ["counted.1", "counted.2", "counted.3"]
    by_name = server.call("GET", "workflows/counted/status").json()
    assert by_name["name"] == "counted.3"
    assert server.call("GET", f"workflows/{by_name['id']}/status").json()["name"] == "counted.3"
    assert server.call("GET", "workflows/counted.1/status").json()["name"] == "counted.1"
    assert server.call("GET", "workflows/counted.9/status").status_code == 404
    server.call("PUT", "workflows/counted.3/status", params={"status": "deleted"}, json={})
    assert server.create("true", name="counted") == "counted.4"


def test_a_list_comes_in_pages_and_by_status_and_name(server: Any) -> None:
    for _ in range(5):
        server.create("true", name="paged")
    answer = server.call(
        "GET", "workflows", params={"search": '{"name": ["PAGE"]}', "size": 2, "page": 2}
    ).json()
    assert [one["name"] for one in answer["items"]] == ["paged.3", "paged.2"]
    assert (answer["total"], answer["has_next"], answer["has_prev"]) == (5, True, True)
    asked = {"status": "finished,failed", "search": '{"name": ["paged"]}'}
    assert server.call("GET", "workflows", params=asked).json()["items"] == []
    verbose = server.call(
        "GET", "workflows", params={"verbose": "true", "workflow_id_or_name": "paged.1"}
    ).json()
    assert verbose["items"][0]["size"] == {"raw": 0, "human_readable": "0 Bytes"}
    assert verbose["items"][0]["progress"]["total"]["total"] == 0


def test_what_cannot_be_is_refused_with_its_status(server: Any) -> None:
    name = server.run("sleep 60")
    assert comes_true(lambda: server.status(name) == "running")

    def put(status: str, **body: Any) -> int:
        return int(
            server.call("PUT", f"workflows/{name}/status", params={"status": status}, json=body).status_code
        )

    assert server.call("POST", f"workflows/{name}/start", json={}).status_code == 409
    assert server.call("POST", f"workflows/{name}/start", json={"restart": True}).status_code == 409
    assert server.call("POST", f"workflows/{name}/prune").status_code == 409
    moved = server.call("PUT", f"workflows/move_files/{name}", params={"source": "a", "target": "b"})
    assert moved.status_code == 409 and "is running" in moved.json()["message"]
    assert put("deleted") == 409
    assert put("fly") == 400
    assert put("deleted", workspace=False) == 400
    assert put("stop") == 200
    assert server.status(name) == "stopped"
    assert put("stop") == 409
    assert put("deleted", all_runs="yes") == 400
    assert put("deleted") == 200
    assert server.call("POST", f"workflows/{name}/start", json={}).status_code == 409
    assert server.upload(name, "late.txt", b"").status_code == 404
    new = server.create("echo ${word}", inputs={"parameters": {"word": "hello"}})
    for body in (
        {"input_parameters": {"wort": 1}},
        {"operational_options": {"report": 1}},
        {"restart": 1},
        [],
    ):
        assert server.call("POST", f"workflows/{new}/start", json=body).status_code == 400
    assert server.status(new) == "created"


def test_a_restart_goes_on_after_what_is_finished_with_other_parameters_too(server: Any) -> None:
    commands = ("echo first >> done.txt", "test -e fixed && echo ${word} >> done.txt")
    name = server.run(*commands, name="again", inputs={"parameters": {"word": "second"}})
    assert _ends(server, name) == "failed"
    assert server.upload(name, "fixed", b"").status_code == 200
    body = {"restart": True, "input_parameters": {"word": "other"}}
    assert server.call("POST", f"workflows/{name}/start", json=body).json()["run_number"] == "1.1"
    assert _ends(server, "again.1.1") == "finished"
    assert server.call("GET", "workflows/again.1.1/workspace/done.txt").text == "first\nother\n"
    progress = server.call("GET", "workflows/again.1.1/status").json()["progress"]
    assert (progress["total"]["total"], progress["finished"]["total"]) == (2, 2)
    assert server.status("again.1") == "failed"

    # a run that finished is done anew, all of it; another specification is taken
    specification = server.call("GET", "workflows/again/specification").json()["specification"]
    specification["workflow"]["specification"]["steps"][1]["commands"] = ["echo third >> done.txt"]
    body = {"restart": True, "reana_specification": specification}
    assert server.call("POST", "workflows/again/start", json=body).json()["run_number"] == "1.2"
    assert _ends(server, "again.1.2") == "finished"
    assert server.call("GET", "workflows/again.1.2/workspace/done.txt").text == "first\nother\nfirst\nthird\n"

    # one of the runs is deleted: the files are the others' too
    assert (
        server.call("PUT", "workflows/again.1/status", params={"status": "deleted"}, json={}).status_code
        == 200
    )
    assert "done.txt" in server.files("again.1.2")
    body = {"all_runs": True}
    assert (
        server.call("PUT", "workflows/again/status", params={"status": "deleted"}, json=body).status_code
        == 200
    )
    assert server.call("GET", "workflows/again/workspace").status_code == 404


def test_inputs_and_outputs_outlive_a_prune_unless_it_is_asked_for(server: Any) -> None:
    name = server.create("true", inputs={"directories": ["code"]}, outputs={"files": ["plot.png"]})
    for path in ("code/fit.py", "plot.png", "tmp/a", "tmp/deep/b"):
        server.upload(name, path, b"x")
    assert server.call("POST", f"workflows/{name}/prune").status_code == 200
    assert set(server.files(name)) == {"code/fit.py", "plot.png"}
    assert not (server.workspace(name) / "tmp").exists()
    server.call("POST", f"workflows/{name}/prune", params={"include_inputs": "true"})
    assert set(server.files(name)) == {"plot.png"}


def test_two_workflows_are_compared_by_specification_and_by_file(server: Any) -> None:
    a, b = server.create("echo 1", name="left"), server.create("echo 2", name="right")
    for name, text in ((a, b"same\nold\x0c\n"), (b, b"same\nnew\n")):
        server.upload(name, "notes.txt", text)
        server.upload(name, "data.bin", text + b"\0")
    server.upload(b, "only.txt", b"")

    def compared(**more: Any) -> tuple[dict[str, list[str]], str]:
        answer = server.call("GET", f"workflows/{a}/diff/{b}", params=more).json()
        return json.loads(answer["reana_specification"]), json.loads(answer["workspace_listing"])

    sections, listing = compared(context_lines="0")
    assert [line[0] for line in sections["workflow"]] == ["@", "-", "+"]
    assert "inputs" in sections and not sections["version"]
    lines = listing.splitlines()
    assert "Files left.1/data.bin and right.1/data.bin differ" in lines
    assert "Only in right.1: only.txt" in lines
    assert "+new" in lines and "-old\ufffd" in lines and " same" not in lines
    assert all(lines)  # the client colours a line by its first letter
    assert "+new" not in compared(brief="true")[1]
    assert " same" in compared()[1].splitlines()
    assert server.call("GET", f"workflows/{a}/diff/nothing").status_code == 404


def test_a_run_of_no_time_took_a_second(server: Any) -> None:
    name = server.run("true")
    assert _ends(server, name) == "finished"
    progress = server.call("GET", f"workflows/{name}/status").json()["progress"]
    assert progress["run_finished_at"] > progress["run_started_at"]


def test_logs_of_what_is_deleted_can_be_asked_for_for_a_month(mortal: Any) -> None:
    name = mortal.run("echo so it was", name="gone")
    assert _ends(mortal, name) == "finished"
    (log,) = mortal.folder.glob("scratch/*/workflow.log")

    def deleted() -> str:
        mortal.call("PUT", f"workflows/{name}/status", params={"status": "deleted"}, json={})
        mortal.stop()
        mortal.start()
        return str(mortal.call("GET", f"workflows/{name}/logs").json()["logs"])

    assert "so it was" in deleted() and "deleted by its user" in log.read_text()
    a_month_ago = time.time() - 31 * 86_400
    os.utime(log, (a_month_ago, a_month_ago))
    mortal.stop()
    mortal.start()
    assert comes_true(lambda: not log.exists())
    assert mortal.call("GET", f"workflows/{name}/logs").status_code == 200


def test_only_engines_that_are_there_are_advertised(server: Any) -> None:
    told = server.call("GET", "info").json()["supported_workflow_engines"]["value"]
    assert told == ["serial"]  # this server has no environment with the others


def test_a_workflow_knows_its_full_name() -> None:
    row = Workflow("", "fit", 3, 2, "serial", "created", "", None, None, None, None, "", 0)
    assert row.full_name == "fit.3.2"
