"""The command line ``neuroest VERB ...``: a function `run_VERB` for each verb, whose module is loaded on use."""

import errno
import inspect
import io
import os
import re
import signal
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from neuroest.cli.elapsed import Elapsed
from neuroest.core.errors import NeuroestError, SpecError, did_you_mean, shown_line
from neuroest.core.lazy_registry import PluginWarning
from neuroest.core.startup import (
    leave,
    leave_out_working_folder,
    one_linear_algebra_thread,
    search_for_cycles_rarely,
    without_plugins_of_pydantic,
)

VERB_GROUPS = MappingProxyType(
    {
        "Every day": ("estimate", "compare", "report", "paper"),
        "Find and check": ("list", "show", "check", "new"),
        "Where a number comes from": ("explain", "cite", "sensitivity", "uncertainty"),
        "Search designs": ("sweep", "pareto", "optimize", "breakeven", "contest", "target", "randomness"),
        "Devices and chips from measurements": ("fit", "calibrate", "simulate", "behave", "export"),
        "Networks": ("import", "activity"),
        "Published chips, files and results": ("reproduce", "survey", "rerun", "diff", "schema"),
    }
)
"""Verbs by what they are for, in the order of the help."""
VERBS = tuple(verb for group in VERB_GROUPS.values() for verb in group)

_VERBS_OF_MODULES = {
    "files": ("check", "new", "schema", "show"),
    "lab": ("behave", "calibrate", "export", "fit", "randomness", "simulate"),
    "networks": ("activity", "import"),
    "reports": ("diff", "paper", "report", "reproduce", "rerun", "survey"),
    "searching": (
        "breakeven", "contest", "optimize", "pareto", "sensitivity", "sweep", "target", "uncertainty",
    ),
    "sources": ("cite", "explain"),
}  # fmt: skip
_MODULES = MappingProxyType({verb: module for module, verbs in _VERBS_OF_MODULES.items() for verb in verbs})
"""Modules of verbs that share one; the others have one of their own name, so that they start at once."""

_SHORT = frozenset({"estimate", "compare", "explain", "check", "list", "show", "cite", "schema"})
"""Verbs that start no other process or thread and leave nothing open: when they are done, so is the process."""

DRAWING = frozenset(
    {
        "behave", "breakeven", "calibrate", "contest", "estimate", "fit", "optimize",
        "pareto", "randomness", "report", "reproduce", "sensitivity", "simulate", "survey", "sweep", "target",
        "uncertainty",
    }
)  # fmt: skip
"""Verbs that can draw a figure, which have ``--style``."""

BAD_INPUT = 1
FAILED_CHECK = 3
INTERRUPTED = 130
_BROKEN_PIPE = 141
_SIGNALLED = 128
"""What a shell adds to the number of a signal that ended a process."""
_SHORT_HELP = 64
"""Characters of what a verb does, next to its name."""
_NOT_ALLOWED = "' is not one of "
"""What typer says of a word that is not among those allowed."""
_OF_TYPER = {
    "Input should be a valid integer, unable to parse string as an integer": "expected a whole number",
    "Input should be a valid number, unable to parse string as a number": "expected a number",
    "Input should be greater than or equal to": "must be at least",
    "Input should be less than or equal to": "must be at most",
}
_SETTINGS = {"help_option_names": ["-h", "--help"]}


class _Commands(Mapping[str, Any]):
    """The commands by verb, each made when somebody asks for it."""

    def __getitem__(self, verb: str) -> Any:
        if verb not in VERBS:
            raise KeyError(verb)
        return _command(verb)

    def __iter__(self) -> Iterator[str]:
        return iter(VERBS)

    def __len__(self) -> int:
        return len(VERBS)


@cache
def _command(verb: str) -> Any:
    one = typer.Typer(add_completion=False, rich_markup_mode=None)
    function = getattr(import_module(f"neuroest.cli.{_MODULES.get(verb, verb)}"), f"run_{verb}")
    about, options, example = _documented(function)
    epilog = f"Example: {example}" if example else None
    one.command(verb, help=about, context_settings=_SETTINGS, epilog=epilog)(function)
    command = typer.main.get_command(one)
    if verb in DRAWING:
        from neuroest.cli.shared import style_option  # noqa: PLC0415 - only verbs that draw have it

        command.params.append(style_option())
    for option in command.params:
        option.help = option.help or options.get(option.name or "")  # type: ignore[attr-defined]
    return command


def _documented(function: Callable[..., None]) -> tuple[str | None, dict[str, str], str]:
    """What a verb does, what each option of its own means, and an example, from the docstring of its function."""
    text, _, example = (inspect.getdoc(function) or "").partition("Examples\n--------\n")
    about, _, parameters = text.partition("Parameters\n----------\n")
    entries = re.findall(r"^(\w+)\n((?: .*\n?)+)", parameters, re.MULTILINE)
    options = {name: " ".join(meaning.split()) for name, meaning in entries}
    return about.rstrip() or None, options, " ".join(example.split())


def _short_help(verb: str) -> str:
    """First sentence of a verb's help, read without importing what the verb needs."""
    source = Path(__file__).with_name(f"{_MODULES.get(verb, verb)}.py").read_text(encoding="utf-8")
    text = source.partition(f"\ndef run_{verb}(")[2].split('"""', 2)[1]
    return TyperCommand(verb, help=inspect.cleandoc(text)).get_short_help_str(_SHORT_HELP)


class _Verbs(TyperGroup):
    """The verbs, and what becomes of their errors."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands: Any = _Commands()

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the verbs in groups."""
        for name, verbs in VERB_GROUPS.items():
            with formatter.section(name):
                formatter.write_dl([(verb, _short_help(verb)) for verb in verbs], col_max=16)

    def invoke(self, ctx: Any) -> Any:
        try:
            with Elapsed():
                result = super().invoke(ctx)
                sys.stdout.flush()
        except typer.BadParameter as error:
            error.message = _with_suggestion(error.message)
            raise
        except NeuroestError as error:
            # problems of files begin with their place
            mark = "" if isinstance(error, SpecError) else "error: "
            _stop(BAD_INPUT, "\n".join(f"{mark}{line}" for line in str(error).splitlines()))
        except BrokenPipeError:
            # What reads the output has gone; the interpreter must not try to write to it again at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            _stop(_BROKEN_PIPE)
        except OSError as error:
            _stop(BAD_INPUT, _of_the_system(error))
        except MemoryError as error:
            _stop(
                BAD_INPUT,
                f"error: the memory of this machine is too small: {error or 'ask for less at once'}",
            )
        except KeyboardInterrupt:
            _stop(INTERRUPTED)
        return result


def _with_suggestion(message: str) -> str:
    """What typer says of a value, in the words of the tool; of a word that is not allowed, with the nearest one.

    Examples
    --------
    >>> _with_suggestion("Value error, 'jsn' is not one of 'table', 'json'.")
    "unknown 'jsn'; did you mean 'json'?"
    >>> _with_suggestion("Input should be greater than or equal to 1")
    'must be at least 1'
    """
    for theirs, ours in _OF_TYPER.items():
        message = message.replace(theirs, ours)
    before, said, after = message.rpartition(_NOT_ALLOWED)
    if not said:
        return message
    word, allowed = before.partition("'")[2], re.findall("'([^']*)'", after)
    return f"unknown {word!r}{did_you_mean(word, allowed)}"


def _of_the_system(error: OSError) -> str:
    place = f"{error.filename}: " if error.filename is not None else ""
    return f"error: {place}{error.strerror or error}"


def _stop(code: int, message: str = "") -> NoReturn:
    _tell(message)
    raise typer.Exit(code)


def _tell(message: str) -> None:
    sys.stderr.write("".join(f"{shown_line(line)}\n" for line in message.splitlines()))


def _version(wanted: bool) -> None:
    if wanted:
        from neuroest import __version__  # noqa: PLC0415 - slow to find out, and rarely asked for

        sys.stdout.write(f"neuroest {__version__}\n")
        raise typer.Exit


app = typer.Typer(
    cls=_Verbs,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings=_SETTINGS,
)


@app.callback()
def neuroest(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """What a chip made of memristor neurons would really cost.

    Area, energy, latency and throughput of a chip on a network, with units, sources, bands and a CMOS baseline.

    Exit codes: 0 done, 1 bad input, 2 wrong usage, 3 a design check failed under --strict.
    """


class _ClosedOutput(io.TextIOBase):
    """Standard output of a process that was started without one."""

    def write(self, _text: str) -> int:
        raise OSError(errno.EBADF, "it is closed", "standard output")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line on `arguments`, those of the process if nothing is given."""
    given = None if arguments is None else [*arguments]  # `list` is a verb's module here
    with warnings.catch_warnings():
        warnings.showwarning = partial(_show_warning, warnings.showwarning)
        try:
            try:
                typer.main.get_command(app)(args=given, prog_name="neuroest")
            except SystemExit as leaving:
                if leaving.code:  # what went wrong has been reported
                    _discard_output()
                raise
            finally:
                sys.stdout.flush()
        except OSError as error:  # of the help or the version, which are printed before any verb is asked
            _discard_output()  # the interpreter would try to write again at exit
            if isinstance(error, BrokenPipeError):
                raise SystemExit(_BROKEN_PIPE) from None
            _tell(_of_the_system(error))
            raise SystemExit(BAD_INPUT) from None


def _discard_output() -> None:
    """Send what cannot be written to standard output to nowhere."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _show_warning(
    otherwise: Callable[..., None], message: Warning | str, category: type[Warning], *place: Any, **more: Any
) -> None:
    """Print a warning of ours in one line, without the place in the code that raised it."""
    if issubclass(category, PluginWarning):
        _tell(f"warning: {message}")
    else:
        otherwise(message, category, *place, **more)


def _terminated(number: int, _frame: object) -> NoReturn:
    raise SystemExit(_SIGNALLED + number)


def start() -> NoReturn:
    """Run the command line as a process of its own, which a short verb should not spend on tidying up."""
    leave_out_working_folder()
    search_for_cycles_rarely()
    without_plugins_of_pydantic()
    short = set(sys.argv[1:2]) <= _SHORT
    if short:
        one_linear_algebra_thread()
    sys.stdout = sys.stdout or _ClosedOutput()
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - open until the end
    signal.signal(signal.SIGTERM, _terminated)  # so that what is half written is removed
    code: object = 0
    try:
        main()
    except SystemExit as leaving:
        code = leaving.code
    if short and isinstance(code, int):
        leave(code)
    sys.exit(code)  # type: ignore[arg-type]
