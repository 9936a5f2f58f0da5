"""Run a module of this folder as a part of a package, which is not installed in this interpreter."""

import importlib
import importlib.util
import sys
from pathlib import Path

_NAME = "freezeout_reana_inside"


def main(name: str) -> None:
    """Import this folder as a package, and run ``main`` of one of its modules."""
    folder = Path(__file__).resolve().parent
    spec = importlib.util.spec_from_file_location(
        _NAME, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec is not None and spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules[_NAME] = package
    spec.loader.exec_module(package)
    importlib.import_module(f"{_NAME}.{name}").main()


if __name__ == "__main__":
    main(sys.argv[1])
