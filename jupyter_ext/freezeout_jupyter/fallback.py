"""The kernel of an environment that cannot be used: says what is wrong and how to mend it.

The gateway's own interpreter runs it, so that it starts whatever has become of the environment.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from ipykernel.kernelapp import IPKernelApp
from ipykernel.kernelbase import Kernel

import freezeout
from freezeout.errors import FreezeoutError
from freezeout_jupyter.provisioner import FALLBACK_VARIABLE, KERNEL_BROKEN, usable

_LANGUAGES: dict[str, dict[str, Any]] = {
    "c++": {"name": "c++", "mimetype": "text/x-c++src", "file_extension": ".cpp", "version": ""},
    "python": {
        "name": "python",
        "mimetype": "text/x-python",
        "codemirror_mode": {"name": "ipython", "version": 3},
        "pygments_lexer": "ipython3",
        "nbconvert_exporter": "python",
        "file_extension": ".py",
        "version": "3",
    },
}


class FallbackKernel(Kernel):
    """Answers every cell with the same clear error."""

    implementation = "freezeout-fallback"
    implementation_version = freezeout.__version__
    help_links: list[dict[str, str]] = []  # noqa: RUF012

    def __init__(self, **kwargs: Any) -> None:
        self._said: Mapping[str, str] = json.loads(os.environ[FALLBACK_VARIABLE])
        language = self._said["language"].lower()
        self.language_info = _LANGUAGES.get(language, {"name": language, "version": ""})
        super().__init__(**kwargs)  # type: ignore[no-untyped-call]

    @property
    def banner(self) -> str:  # type: ignore[override]
        """What a console shows first."""
        return f"{self._message()}\n"

    @property
    def kernel_info(self) -> dict[str, Any]:
        """What a client is told of it; it has no features."""
        return {**super().kernel_info, "supported_features": []}

    async def do_execute(
        self,
        code: str,
        silent: bool,
        store_history: bool = True,
        user_expressions: Mapping[str, str] | None = None,
        allow_stdin: bool = False,
        **_: Any,
    ) -> dict[str, Any]:
        """Run nothing and say why."""
        message = self._message()
        name = "".join(part.capitalize() for part in self._said["code"].split("_"))
        error = {"ename": name, "evalue": message, "traceback": [f"\x1b[31m{name}\x1b[0m: {message}"]}
        if not silent:
            self.send_response(self.iopub_socket, "error", error)  # type: ignore[no-untyped-call]
        return {"status": "error", "execution_count": self.execution_count, "user_expressions": {}, **error}

    async def do_is_complete(self, code: str) -> dict[str, str]:
        """Everything is complete: there is nothing to go on with."""
        return {"status": "complete"}

    async def do_debug_request(self, msg: Mapping[str, Any]) -> dict[str, Any]:
        """There is nothing to debug."""
        return {
            "type": "response",
            "request_seq": msg.get("seq", 0),
            "success": False,
            "command": msg.get("command", ""),
            "message": self._message(),
        }

    def _message(self) -> str:
        """What is wrong as things stand now: it may have been mended since the kernel started."""
        said = FreezeoutError(self._said["message"], hint=self._said["hint"])
        name = self._said["environment"]
        try:
            built = usable(name)
        except FreezeoutError as error:
            said = error
        else:
            # what is wrong with a kernel that ends at once is not to be seen on disk
            if self._said["code"] != KERNEL_BROKEN or str(built.prefix) != self._said["build"]:
                return f"the environment '{name}' is in order by now: restart the kernel"
        return f"{said.message}. {_way_out(said.hint)}"


def _way_out(hint: str) -> str:
    if hint.startswith("freezeout env build"):
        return f"To mend it: {hint}, or Build in the Environments panel; then restart the kernel."
    return f"{hint[:1].upper()}{hint[1:]}." if hint else ""


if __name__ == "__main__":
    # nothing is printed here; and a stream that hands on what is may keep the process from ending
    IPKernelApp.launch_instance(kernel_class=FallbackKernel, outstream_class=None)
