"""The command line: results on standard output, talk on standard error, exit status 0, 1 or 2."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from freezeout.cli import main
from freezeout.settings import home, runs_folder

TOYS = Path(__file__).resolve().parents[1] / "experiments" / "folders"


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FREEZEOUT_EXPERIMENTS_PATH", str(TOYS))


@pytest.fixture
def run_id(capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["run", "toy"]) == 0
    return Path(capsys.readouterr().out.strip()).name


def failed(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The one line that a wrong command says; it must print nothing and exit with 2."""
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == "" and len(err.strip().splitlines()) == 1 and err.startswith("freezeout: ")
    return err


def test_experiments_are_listed_and_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["experiments"]) == 0
    listed = capsys.readouterr().out
    for id in ("toy", "darkside50", "fermi_dwarfs", "atlas_dilepton"):
        assert id in listed
    assert main(["experiments", "toy"]) == 0
    shown = capsys.readouterr().out
    assert "masses" in shown and "10 to 1000 GeV" in shown
    assert main(["experiments", "toy", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["parameters"][0]["default"] == [10.0, 100.0, 1000.0]


def test_a_run_prints_its_folder_or_its_record(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert (
        main(["run", "toy", "-p", "scale=2", "-p", "masses=[100, 1000]", "-o", str(tmp_path), "--json"]) == 0
    )
    record = json.loads(capsys.readouterr().out)
    assert Path(record["path"]).parent == tmp_path and Path(record["path"]).name == record["run_id"]
    assert record["parameters"]["masses"] == [100.0, 1000.0]
    assert json.loads(Path(record["path"], "run.json").read_text()) == record


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "toi"], "did you mean toy"),
        (["run", "toy", "-p", "scal=1"], "did you mean scale"),
        (["run", "toy", "-p", "scale=big"], "scale is 'big', which is not a number"),
        (["run", "toy", "-p", "scale=0"], "allowed: above 0 up to 10"),
        (["run", "toy", "-p", "masses=[]"], "masses is empty"),
        (["run", "toy", "-p", "masses=[nan]"], "nan"),
        (["run", "toy", "-p", "scale"], "name=value"),
        (["run", "toy", "--preset", "x"], "no preset 'x'"),
        (["run", "toy", "-o", "/dev/null/runs"], "cannot use /dev/null/runs"),
        (["experiments", "nothing"], "there is no experiment 'nothing'"),
        (["show", "nothing"], "there is no run 'nothing'"),
        (["limits", "list", "--plane", "sj"], "there is no plane 'sj'"),
        (["limits", "export", "nothing"], "no run and no curve 'nothing'"),
        (["limits", "remove", "nothing"], "you have no curve 'nothing'"),
        (["plot", "-o", "x.jpg"], "cannot write a plot as '.jpg'"),
        (["plot", "-o", "x.pdf"], "there is no curve to draw"),
        (["plot", "--plane", "sj", "-o", "x.pdf"], "there is no plane 'sj'"),
        (["plot", "--plane", "si", "-o", "/dev/null/x.pdf"], "cannot use"),
        (["plot", "--curve", "nothing", "-o", "x.pdf"], "no run and no curve"),
        (["plot", "--plane", "si", "--rho-dm", "-1", "-o", "x.pdf"], "--rho-dm is -1"),
        (["up", "--root", "/nowhere"], "there is no folder /nowhere"),
    ],
)
def test_wrong_input_is_one_clear_line_with_status_2_and_nothing_written(
    capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert said in failed(capsys, *words)
    assert list(home().iterdir()) == []


@pytest.mark.parametrize(
    "words", [[], ["nothing"], ["run"], ["run", "toy", "--jsn"], ["limits", "add", "x.csv"]]
)
def test_wrong_use_is_status_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(words)
    assert end.value.code == 2 and capsys.readouterr().out == ""


def test_a_failing_notebook_is_status_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "toy", "--preset", "broken"]) == 1
    out, err = capsys.readouterr()
    assert out == "" and "division of labour" in err and "Traceback" not in err
    assert not runs_folder().exists()


def test_runs_are_listed_and_shown(run_id: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs"]) == 0
    assert run_id in capsys.readouterr().out
    assert main(["runs", "--experiment", "darkside50", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert main(["show", run_id[:14]]) == 0
    shown = capsys.readouterr().out
    assert "scale = 1.0" in shown and "limit.yaml" in shown and "1e-44" in shown
    assert main(["show", run_id, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["run_id"] == run_id


def test_no_runs_are_said_and_not_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs"]) == 0
    out, err = capsys.readouterr()
    assert out == "" and "no runs yet" in err


def test_a_limit_is_exported_in_three_formats(run_id: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["limits", "export", run_id, "--format", "hepdata"]) == 0
    table = yaml.safe_load(capsys.readouterr().out)
    assert table["independent_variables"][0]["header"] == {"name": "wimp_mass", "units": "GeV"}
    assert main(["limits", "export", run_id, "--format", "csv"]) == 0
    assert "10.0,1e-44" in capsys.readouterr().out
    assert main(["limits", "export", "si-lz-2024", "--format", "bibtex"]) == 0
    assert capsys.readouterr().out.startswith("@article{LZ:2024zvo,")


def test_an_export_can_go_to_a_file(run_id: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["limits", "export", run_id, "-o", str(tmp_path / "x.yaml")]) == 0
    assert capsys.readouterr().out == "" and (tmp_path / "x.yaml").read_text().startswith("independent")


def test_an_own_curve_is_added_listed_drawn_and_removed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "mine.csv"
    table.write_text("mass,limit\n10,1e-44\n100,1e-45\n")
    add = [
        "limits",
        "add",
        str(table),
        "--plane",
        "si",
        "--confidence-level",
        "0.9",
        "--reference",
        "2410.17036",
    ]
    assert main([*add, "--label", "My own", "--assumption", "rho_dm=0.3"]) == 0
    assert capsys.readouterr().out.strip() == "my-own"
    assert main(["limits", "list", "--plane", "si", "--json"]) == 0
    (mine,) = [row for row in json.loads(capsys.readouterr().out) if row["source"] == "own"]
    assert mine["label"] == "My own" and mine["references"] == ["arXiv:2410.17036"]
    assert main(["plot", "-o", str(tmp_path / "x.svg")]) == 0
    assert "My own" in (tmp_path / "x.svg").read_text()
    assert "already" in failed(capsys_flushed(capsys), *add, "--label", "My own")
    assert main(["limits", "remove", "my-own"]) == 0
    assert list((home() / "limits").iterdir()) == []


def capsys_flushed(capsys: pytest.CaptureFixture[str]) -> pytest.CaptureFixture[str]:
    capsys.readouterr()
    return capsys


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("10,1e-44\n5,1e-44\n", "after 10"),
        ("10,nan\n", "nan"),
        ("10,-1\n", "-1"),
        ("10\n", "one column"),
        ("", "no rows"),
        ("mass,limit\n10,many\n", "'many' where a number"),
    ],
)
def test_a_bad_own_curve_is_refused_and_not_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, said: str
) -> None:
    (tmp_path / "mine.csv").write_text(content)
    words = ["limits", "add", str(tmp_path / "mine.csv"), "--plane", "si", "--confidence-level", "0.9",
             "--reference", "me"]  # fmt: skip
    assert said in failed(capsys, *words)
    assert not (home() / "limits").exists()


@pytest.mark.parametrize("level", ["90", "0", "high", "nan"])
def test_a_confidence_level_is_a_fraction_or_unknown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], level: str
) -> None:
    (tmp_path / "mine.csv").write_text("10,1e-44\n")
    words = ["limits", "add", str(tmp_path / "mine.csv"), "--plane", "si", "--reference", "me"]
    assert "confidence" in failed(capsys, *words, "--confidence-level", level)
    assert main([*words, "--confidence-level", "unknown"]) == 0


@pytest.mark.parametrize("suffix", ["pdf", "png", "svg", "html"])
def test_a_label_of_odd_signs_is_drawn_and_never_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], suffix: str
) -> None:
    (tmp_path / "mine.csv").write_text("10,1e-44\n100,1e-45\n")
    label = "bad $\\foo{ and $x_$ <script>alert(1)</script> 暗黒"
    words = ["limits", "add", str(tmp_path / "mine.csv"), "--plane", "si", "--confidence-level", "0.9",
             "--reference", "me", "--label", label]  # fmt: skip
    assert main(words) == 0
    capsys.readouterr()
    assert main(["plot", "--no-published", "-o", str(tmp_path / f"x.{suffix}")]) == 0
    assert capsys.readouterr().err == ""
    assert b"<script>alert" not in (tmp_path / f"x.{suffix}").read_bytes()


def test_a_damaged_run_is_reported_and_the_rest_is_drawn(
    run_id: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (runs_folder() / run_id / "limit.yaml").write_text("nothing")
    assert "damaged or was changed" in failed(capsys, "limits", "export", run_id)
    assert "damaged or was changed" in failed(capsys, "show", run_id)
    assert main(["plot", "--plane", "si", "-o", str(tmp_path / "x.svg")]) == 0
    assert "damaged or was changed" in capsys.readouterr().err


def test_settings_are_shown_with_where_they_come_from(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["home"]["origin"] == "environment" and found["runs"]["origin"] == "default"


def test_a_reader_that_goes_away_is_no_traceback(run_id: str) -> None:
    command = f"{sys.executable} -m freezeout.cli limits list | head -1"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, env=dict(os.environ))
    assert "Traceback" not in done.stderr and done.stdout.startswith("ID")


def test_a_broken_experiment_is_named_and_the_others_are_listed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, text in {"no_yaml": "id: [", "no_schema": "id: no_schema"}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "experiment.yaml").write_text(text)
    for name in ("no_notebook", "no_python"):
        shutil.copytree(TOYS / "toy", tmp_path / name)
        described = tmp_path / name / "experiment.yaml"
        described.write_text(described.read_text().replace("id: toy", f"id: {name}"))
    (tmp_path / "no_notebook" / "limit.ipynb").write_text("{")
    notebook = tmp_path / "no_python" / "limit.ipynb"
    notebook.write_text(notebook.read_text().replace("scale: float = ", "scale: float = )"))
    monkeypatch.setenv("FREEZEOUT_EXPERIMENTS_PATH", str(tmp_path))
    assert main(["experiments"]) == 0
    out, err = capsys.readouterr()
    assert "darkside50" in out and "no_" not in out
    assert len(err.splitlines()) == 4
    for name in ("no_yaml", "no_schema", "no_notebook", "no_python"):
        assert name in err
        assert name in failed(capsys, "experiments", name)


def test_an_analysis_that_cannot_be_imported_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shutil.copytree(TOYS / "toy", tmp_path / "toy")
    (tmp_path / "toy" / "analysis.py").write_text("import nowhere_to_be_found")
    monkeypatch.setenv("FREEZEOUT_EXPERIMENTS_PATH", str(tmp_path))
    assert "No module named 'nowhere_to_be_found'" in failed(capsys, "run", "toy")


@pytest.mark.parametrize(
    ("redirection", "status"),
    [(">&-", 0), (">/dev/full", 1), ("2>&-", 0), ("| head -c 1 >/dev/null", 0)],
)
def test_an_output_that_takes_nothing_makes_no_traceback(redirection: str, status: int) -> None:
    command = f"'{sys.executable}' -m freezeout.cli limits list --plane si {redirection}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert done.returncode == status
    assert "Traceback" not in done.stderr and len(done.stderr.splitlines()) == status


def test_what_is_said_to_nobody_is_not_printed_as_a_result() -> None:
    command = f"'{sys.executable}' -m freezeout.cli runs 2>&-"
    assert subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True).stdout == ""


def test_a_terminal_without_unicode_gets_escapes() -> None:
    command = [sys.executable, "-m", "freezeout.cli", "limits", "list", "--plane", "si"]
    done = subprocess.run(
        command, capture_output=True, env={**os.environ, "PYTHONIOENCODING": "ascii"}, check=True
    )
    assert b"\\u2013" in done.stdout


@pytest.mark.parametrize("port", ["-1", "65536"])
def test_a_port_that_cannot_be_is_refused(capsys: pytest.CaptureFixture[str], port: str) -> None:
    assert "1 to 65535" in failed(capsys, "up", "--port", port)


def test_an_assumption_that_is_not_finite_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    table = tmp_path / "mine.csv"
    table.write_text("10,1e-44\n")
    words = ["--plane", "si", "--confidence-level", "0.9", "--reference", "me", "--assumption", "rho_dm=nan"]
    assert "not finite" in failed(capsys, "limits", "add", str(table), *words)


@pytest.mark.parametrize("change", [{"run_id": 1}, {"outputs": {"limit.yaml": 3}}, {"started_at": None}])
def test_a_record_with_entries_of_another_kind_is_damaged(
    capsys: pytest.CaptureFixture[str], run_id: str, change: dict[str, object]
) -> None:
    record = runs_folder() / run_id / "run.json"
    record.write_text(json.dumps(json.loads(record.read_text()) | change))
    assert "is damaged" in failed(capsys, "show", run_id)
    assert main(["limits", "list", "--plane", "sd_p"]) == 0
    assert main(["runs"]) == 0
    out, err = capsys.readouterr()
    assert run_id not in out and "is damaged" in err
