"""``freezeout config``."""

from __future__ import annotations

import argparse
from typing import Any

from freezeout.cli.output import add_json, print_json, print_table, say


def add_commands(commands: Any) -> None:
    """Add the commands of this group."""
    config = commands.add_parser(
        "config", help="show the settings and where each comes from", allow_abbrev=False
    )
    add_json(config)
    config.set_defaults(command=_config)


def _config(options: argparse.Namespace) -> None:
    from dataclasses import asdict

    from freezeout.settings import config_file, settings

    found = settings()
    if options.json:
        return print_json({name: asdict(setting) for name, setting in found.items()})
    say(f"settings file: {config_file()}")
    print_table(
        ("SETTING", "VALUE", "FROM", "VARIABLE", "MEANING"),
        [(s.name, s.value or "-", s.origin, s.variable, s.help) for s in found.values()],
    )
