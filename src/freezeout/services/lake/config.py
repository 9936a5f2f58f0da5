"""The configuration files of Rucio's server, daemons and clients."""

from __future__ import annotations

from configparser import ConfigParser
from io import StringIO
from pathlib import Path

from freezeout.files import write_atomically
from freezeout.services.folders import private_folder
from freezeout.services.lake.place import Place

POLICY = "freezeout.services.lake.inside"

_ALEMBIC = """\
[alembic]
script_location = rucio.db.sqla:migrate_repo
sqlalchemy.url = {database}
[loggers]
keys = root
[handlers]
keys = console
[formatters]
keys = plain
[logger_root]
level = WARNING
handlers = console
[handler_console]
class = StreamHandler
args = (sys.stderr,)
level = NOTSET
formatter = plain
[formatter_plain]
format = %(levelname)s %(message)s
"""


def write_server_config(place: Place) -> Path:
    """Write what the server and the daemons read; secrets are random and stay the same.

    Every login that Rucio would make by itself is either ours or left blank: unset, they come with a
    password that everybody knows.
    """
    database = f"postgresql+psycopg://rucio:{place.secret('postgres')}@/rucio?host={place.socket}"
    # not beside the other: Alembic takes the signs of its own folder's name for words of its language
    alembic = place.socket / "alembic.ini"
    _write(alembic, _ALEMBIC.replace("{database}", database))
    return _write_sections(
        place.server_config,
        {
            "common": {"logdir": str(place.root / "log"), "loglevel": "WARNING"},
            "database": {"default": database, "pool_size": "8", "max_overflow": "8"},
            "bootstrap": {
                "userpass_identity": "root", "userpass_pwd": place.secret("root"),
                "userpass_email": "root@localhost",
                "x509_identity": "", "x509_email": "", "gss_identity": "", "gss_email": "",
                "ssh_identity": "", "ssh_email": "", "saml_id": "", "saml_email": "",
                "oidc_id": "", "oidc_email": "",
            },
            "alembic": {"cfg": str(alembic)},
            "policy": {
                "package": POLICY, "permission": "generic", "schema": "generic",
                "support": "the one who runs this lake",
            },
            "api": {"endpoints_remove": "dirac, opendata, opendata_public"},
            "metadata": {"plugins": "rucio.core.did_meta_plugins.json_meta.JSONDidMeta"},
            "transfers": {"transfertool_preference": "posix", "stats_enabled": "False"},
            "posix": {"transfers": str(place.transfers)},
            "conveyor": {"transfertools": "posix", "scheme": "file", "usercert": ""},
            "trace": {"tracedir": str(place.root / "log"), "brokers": "", "port": "0", "topic": ""},
            # never the memory of somebody else's server, which Rucio would ask by itself
            "cache": {
                "use_external_cache_for_auth_tokens": "False",
                "url": f"unix:{place.root / 'no-memcached'}",
            },
        },
    )  # fmt: skip


def write_client_config(path: Path, url: str, account: str, password: str) -> Path:
    """Write what the client of one account reads; its token lies beside it."""
    return _write_sections(
        path,
        {
            "client": {
                "rucio_host": url, "auth_host": url, "auth_type": "userpass", "username": account,
                "password": password, "account": account, "request_retries": "3",
                "protocol_stat_retries": "2",
                "auth_token_file_path": str(private_folder(path.parent / "tokens") / account),
            },
        },
    )  # fmt: skip


def _write_sections(path: Path, sections: dict[str, dict[str, str]]) -> Path:
    parser = ConfigParser(interpolation=None)
    # Rucio takes a sign of per cent for the begin of something else
    parser.read_dict(
        {
            name: {key: value.replace("%", "%%") for key, value in one.items()}
            for name, one in sections.items()
        }
    )
    text = StringIO()
    parser.write(text)
    return _write(path, text.getvalue())


def _write(path: Path, text: str) -> Path:
    private_folder(path.parent)
    return write_atomically(path, text, private=True)
