"""ROOT's C++ kernel, in which a cell that fails is an error.

As ROOT ships it, every cell ends "ok", whatever the compiler said: a notebook that papermill runs would
go on and be recorded as done. An exception is swallowed without a word, and a crash leaves the kernel
waiting for ever; so does a cell that prints a megabyte at once. Plots are HTML that fetches its
JavaScript from the network. Here a cell that does not compile or that throws is an error, a crash ends
the kernel, output of any length comes while the cell runs, and plots are images (``%jsroot on`` brings
ROOT's interactive ones back).
"""

import codecs
import ctypes
import os
import threading
import time
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
_GOES_ON = "C++ cannot be stopped in its course: the cell goes on; restart the kernel to end it"
_LAST_WORDS = 0.5
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


class Output:
    """What C++ and its programs write to the standard output and error, with the names of ROOT's handler.

    ROOT's own reads its pipe only between two looks at the cell, and waits for a lock that the cell has
    when the pipe is full. Here threads read.
    """

    def __init__(self):
        self._said = {1: [], 2: []}
        self._kept = {}
        self._readers = []
        self._c = ctypes.CDLL(None)

    def Clear(self):
        """Forget what nobody has taken."""
        for said in self._said.values():
            said.clear()

    def InitCapture(self):
        """From here on it is ours."""
        self.Poll()
        for number in self._said:
            self._kept[number] = os.dup(number)
            end, start = os.pipe()
            os.dup2(start, number)
            os.close(start)
            self._readers.append(threading.Thread(target=self._read, args=(number, end), daemon=True))
            self._readers[-1].start()

    def EndCapture(self):
        """From here on it goes again where it went before."""
        self.Poll()
        while self._kept:
            number, kept = self._kept.popitem()
            os.dup2(kept, number)
            os.close(kept)
        while self._readers:
            # a program that a cell left behind may hold the other end for as long as it lives
            self._readers.pop().join(timeout=_LAST_WORDS)

    def Poll(self):
        """Let go what waits in C's buffers."""
        self._c.fflush(None)

    def GetStreamsDicts(self):
        """What was written since this was last asked, as Jupyter's messages want it."""
        taken = []
        for name, said in zip(("stdout", "stderr"), self._said.values(), strict=True):
            parts = said[:]
            del said[: len(parts)]
            taken.append({"name": name, "text": "".join(parts)} if parts else None)
        return tuple(taken)

    def _read(self, number, end):
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        while data := os.read(end, 1 << 16):
            self._said[number].append(decoder.decode(data))
        os.close(end)


def process(code):
    """Let Cling process a cell."""
    error = ctypes.c_int(0)
    try:
        ROOT.gROOT.ProcessLine(code, error)
    finally:
        ROOT.std.cout.flush()  # it has a buffer of its own after sync_with_stdio(false)
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
        self.ioHandler = Output()
        self._interrupted = False
        self._runners = {self.Executor: process, self.Declarer: declare, self.Displayer: display}
        for runner, function in self._runners.items():
            runner.function = Watched(function)

    def do_execute_direct(self, code, silent=False):
        """Run a cell, and show what it says while it runs."""
        self._interrupted = False
        if not code.strip():
            return
        self.ioHandler.Clear()
        self.ioHandler.InitCapture()
        try:
            self._wait(silent)  # for a cell that was interrupted and went on
            self.Executor.function.take_failure()
            ROOT.gROOT.SetInterrupt(False)
            self.Executor.AsyncRun(code)
            self._wait(silent)
            self.do_display()
        except KeyboardInterrupt:
            self._interrupted = True
            ROOT.gROOT.SetInterrupt()  # some of ROOT's own loops look at it
        finally:
            self.ioHandler.EndCapture()
            if not silent:
                self.print_output(self.ioHandler)

    def _wait(self, silent):
        pause = 0.005
        while not self.Executor.HasFinished():
            time.sleep(pause)
            pause = min(1.5 * pause, 0.1)
            self.ioHandler.Poll()
            if not silent:
                self.print_output(self.ioHandler)

    async def post_execute(self, retval, code, silent):
        """Tell how the cell ended; an `ExceptionWrapper` is metakernel's way to say that it failed."""
        failures = [runner.function.take_failure() for runner in self._runners]
        for name, message in filter(None, failures[::-1]):
            retval = ExceptionWrapper(name, message, [f"{name}: {message}"])
        if self._interrupted:
            retval = ExceptionWrapper("KeyboardInterrupt", _GOES_ON, [f"KeyboardInterrupt: {_GOES_ON}"])
        await super().post_execute(retval, code, silent)


def main():
    """Start the kernel; the command line says where."""
    for name in _SIGNALS:
        ROOT.gSystem.ResetSignal(getattr(ROOT, name), True)
    utils.enableJSVis(False)
    # else nobody reads what a cell prints before it is done, and nobody hears an interrupt
    ROOT.TROOT.ProcessLine.__release_gil__ = True
    ROOT.TInterpreter.Declare.__release_gil__ = True
    ROOT.std.ostream.flush.__release_gil__ = True
    IPKernelApp.launch_instance(kernel_class=Kernel)


if __name__ == "__main__":
    main()
