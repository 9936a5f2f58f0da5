"""A deep test of REANA's client: specifications are checked, and every engine's is read."""

import subprocess
import sys
import warnings
from pathlib import Path

SPECIFICATION = """
version: 0.9.3
inputs:
  files: [limit.py]
  parameters: {mass: 100}
workflow:
  type: %s
  specification:
    steps:
      - name: limit
        environment: 'python:3.11'
        commands: ['python limit.py --mass ${mass} > limit.txt']
outputs:
  files: [limit.txt]
"""
RULES = """
rule all:
    input: "limit.txt"
rule limit:
    output: "limit.txt"
    container: "docker://python:3.11"
    shell: "echo 1e-45 > {output}"
"""
TOOL = """
cwlVersion: v1.0
class: CommandLineTool
baseCommand: [echo, '1e-45']
inputs: []
stdout: limit.txt
outputs: {limit: {type: stdout}}
"""


def main() -> None:
    """Raise when something that the environment offers does not work."""
    from jsonschema import ValidationError

    with warnings.catch_warnings():
        # pkg_resources will go; setuptools is held below the version without it
        warnings.simplefilter("ignore")
        from reana_client.api import client
        from reana_client.utils import load_validate_reana_spec
        from reana_client.version import __version__
        from reana_commons.specification import load_workflow_spec

    assert all(
        callable(getattr(client, name)) for name in ("create_workflow", "start_workflow", "upload_file")
    )

    Path("limit.py").write_text("print(1e-45)\\n")
    Path("reana.yaml").write_text(SPECIFICATION % "serial")
    read = load_validate_reana_spec("reana.yaml", skip_validation=False)
    (step,) = read["workflow"]["specification"]["steps"]
    assert step["name"] == "limit" and read["inputs"]["parameters"] == {"mass": 100}
    Path("wrong.yaml").write_text(SPECIFICATION % "parallel")
    try:
        load_validate_reana_spec("wrong.yaml")
    except ValidationError as error:
        assert "parallel" in str(error)
    else:
        raise AssertionError("a workflow of a type that does not exist was accepted")

    Path("Snakefile").write_text(RULES)
    snakemake = load_workflow_spec("snakemake", "Snakefile", workdir=".", input={})
    assert snakemake["job_dependencies"] == {"all": ["limit"], "limit": []}
    assert [one["environment"] for one in snakemake["steps"]] == ["python:3.11"]
    Path("tool.cwl").write_text(TOOL)
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    packed = subprocess.run(
        ["cwltool", "--quiet", "--pack", "tool.cwl"],
        env={"PATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert '"CommandLineTool"' in packed.stdout

    check_engines()

    told = subprocess.run(
        [Path(sys.executable).with_name("reana-client"), "version"], capture_output=True, text=True
    )
    assert told.returncode == 0 and told.stdout.strip().endswith(__version__), told
    print(f"reana: in order (reana-client {__version__})")


def check_engines() -> None:
    """The places where Freezeout's own server takes the engines' steps over."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import cwltool.executors
        import cwltool.job
        import snakemake.scheduler
        from packtivity.asyncbackends import ExternalAsyncProxy
        from yadage.backends.packtivitybackend import PacktivityBackend
        from yadage.steering_api import steering_ctx

    assert callable(snakemake.scheduler.CPUExecutor.run_single_job)
    assert callable(cwltool.job._job_popen) and callable(cwltool.job.CommandLineJob._execute)
    assert callable(cwltool.executors.MultithreadedJobExecutor.run_job)
    assert callable(steering_ctx) and callable(PacktivityBackend.routedsubmit)
    assert callable(ExternalAsyncProxy.details)


if __name__ == "__main__":
    main()
