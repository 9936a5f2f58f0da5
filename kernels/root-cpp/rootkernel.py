"""ROOT's C++ kernel, in which a cell that fails is an error.

As ROOT ships it, every cell ends "ok", whatever the compiler said: a notebook that papermill runs would
go on and be recorded as done. An exception is swallowed without a word, and a crash leaves the kernel
waiting for ever. Plots are HTML that fetches its JavaScript from the network. Here a cell that does not
compile or that throws is an error, a crash ends the kernel, and plots are images (``%jsroot on`` brings
ROOT's interactive ones back).
"""

import ctypes
import warnings

# "this distribution is in alpha stage": environment.yaml says so, once is enough
warnings.filterwarnings("ignore", module="ROOT", category=UserWarning)

import ROOT  # noqa: E402
from ipykernel.kernelapp import IPKernelApp  # noqa: E402
from metakernel import ExceptionWrapper  # noqa: E402
from ROOT._jupyroot.helpers import utils  # noqa: E402
from ROOT._jupyroot.helpers.handlers import display_drawables  # noqa: E402
from ROOT._jupyroot.kernel.rootkernel import ROOTKernel  # noqa: E402

_COMPILER = "CompilationError", "the compiler's messages say where"
_SIGNALS = ("kSigSegmentationViolation", "kSigBus", "kSigIllegalInstruction", "kSigFloatingException")


class Watched:
    """One of ROOT's runners, which remembers how it ended.

    It works in a thread that waits for ever when an exception ends it: so none gets out.
    """

    def __init__(self, function):
        self.function = function
        self.failure = None

    def __call__(self, argument):
        """Run, and keep name and message of a failure."""
        try:
            self.failure = self.function(argument)
        except Exception as error:
            # the exceptions of the C++ standard library say it in what()
            self.failure = type(error).__name__, str(error.what() if hasattr(error, "what") else error)

    def take_failure(self):
        """Name and message of the last failure, once; None when all went well."""
        failure, self.failure = self.failure, None
        return failure


def process(code):
    """Let Cling process a cell."""
    error = ctypes.c_int(0)
    ROOT.gROOT.ProcessLine(code, error)
    if error.value == ROOT.TInterpreter.kProcessing:
        ROOT.gROOT.ProcessLine(".@")
        return "UnbalancedBraces", "a brace or bracket is not closed; the cell was not processed"
    return _COMPILER if error.value else None


def declare(code):
    """Let Cling declare what a cell marked ``%%cpp -d`` holds."""
    return None if ROOT.gInterpreter.Declare(code) else _COMPILER


def display(drawer):
    """Show the canvases."""
    display_drawables(drawer)


class Kernel(ROOTKernel):
    """ROOT's kernel with failures that show."""

    def __init__(self, **options):
        super().__init__(**options)
        self._runners = {self.Executor: process, self.Declarer: declare, self.Displayer: display}
        for runner, function in self._runners.items():
            runner.function = Watched(function)

    async def post_execute(self, retval, code, silent):
        """Tell how the cell ended; an `ExceptionWrapper` is metakernel's way to say that it failed."""
        failures = [runner.function.take_failure() for runner in self._runners]
        for name, message in filter(None, failures[::-1]):
            retval = ExceptionWrapper(name, message, [f"{name}: {message}"])
        await super().post_execute(retval, code, silent)


def main():
    """Start the kernel; the command line says where."""
    for name in _SIGNALS:
        ROOT.gSystem.ResetSignal(getattr(ROOT, name), True)
    utils.enableJSVis(False)
    IPKernelApp.launch_instance(kernel_class=Kernel)


if __name__ == "__main__":
    main()
