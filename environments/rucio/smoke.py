"""A deep test of Rucio's clients without a server: the program, names and checksums of files, errors."""

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path


def main() -> None:
    """Raise when something that the environment offers does not work."""
    Path("etc").mkdir()
    Path("etc/rucio.cfg").write_text(
        "[client]\nrucio_host = http://127.0.0.1:9\nauth_host = http://127.0.0.1:9\naccount = reader\n"
        "auth_type = userpass\nusername = reader\npassword = none\nrequest_retries = 1\n"
    )
    os.environ["RUCIO_HOME"] = os.getcwd()
    program = Path(sys.executable).with_name("rucio")
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    assert version("rucio-clients") in told.stdout + told.stderr

    from rucio.client import Client
    from rucio.client.downloadclient import DownloadClient
    from rucio.client.uploadclient import UploadClient
    from rucio.common.checksum import adler32, md5
    from rucio.common.exception import RucioException
    from rucio.common.utils import extract_scope, parse_did_filter_from_string

    Path("word").write_text("Wikipedia")
    # known from RFC 1950's example and RFC 1321's algorithm
    assert adler32("word") == "11e60398" and md5("word") == "9c677286866aad38f8e9b660f5411814"
    assert extract_scope("user.reader:limits", ["user.reader"]) == ("user.reader", "limits")
    assert parse_did_filter_from_string("length>10,type=dataset")[0] == {"length.gt": 10}
    assert callable(DownloadClient.download_dids) and callable(UploadClient.upload)
    try:
        Client()
    except (RucioException, OSError) as error:
        assert str(error)
    else:
        raise AssertionError("a client without a server was content")
    print(f"rucio: in order (rucio-clients {version('rucio-clients')})")


if __name__ == "__main__":
    main()
