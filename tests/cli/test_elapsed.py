from __future__ import annotations

import io
import re
import time

import pytest

from neuroest.cli import elapsed
from neuroest.cli.elapsed import Elapsed, progress_shown
from neuroest.cli.searching import points_shown
from neuroest.cli.shared import emit


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_long_command_says_how_long_it_runs_and_took(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elapsed, "_PATIENCE", 0.05)
    shown = Terminal()
    with Elapsed(shown):
        time.sleep(0.3)
    assert "neuroest: running, 0 s" in shown.getvalue()
    assert re.search(r"neuroest: done in 0\.[3-9] s\n\Z", shown.getvalue())


@pytest.mark.parametrize(
    ("error", "words"), [(KeyboardInterrupt(), "stopped after"), (SystemExit(143), "stopped after"),
                         (SystemExit(3), "done in"), (ValueError(), "failed after")],
)  # fmt: skip
def test_a_command_that_is_stopped_is_not_done(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, words: str
) -> None:
    monkeypatch.setattr(elapsed, "_PATIENCE", 0.0)
    shown = Terminal()
    with pytest.raises(type(error)), Elapsed(shown):
        raise error
    assert f"neuroest: {words} " in shown.getvalue()


def test_a_result_begins_at_the_start_of_its_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(elapsed, "_PATIENCE", 0.05)
    shown = Terminal()
    with Elapsed(shown):
        time.sleep(0.3)
        assert shown.getvalue().endswith(" s")
        emit("a result\n")
        assert shown.getvalue().endswith("\r\x1b[K")
    assert capsys.readouterr().out == "a result\n"


def test_a_short_command_and_a_pipe_say_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    shown, pipe = Terminal(), io.StringIO()
    with Elapsed(shown):
        pass
    monkeypatch.setattr(elapsed, "_PATIENCE", 0.0)
    with Elapsed(pipe):
        time.sleep(0.01)
    assert shown.getvalue() == pipe.getvalue() == ""


def test_a_run_that_says_its_share_shows_the_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elapsed, "_PATIENCE", 0.2)
    shown, pipe = Terminal(), io.StringIO()
    with Elapsed(shown):
        progress_shown()(0.0)
        time.sleep(0.1)
        progress_shown()(0.25)
        time.sleep(0.2)
    # a tenth of a second for a quarter: three more
    # three times what was spent, about a quarter of a second when it is shown
    assert re.search(r"neuroest: running, 0 s, 25 % done, [12] s left", shown.getvalue())
    with Elapsed(pipe):
        progress_shown()(0.5)
        time.sleep(0.3)
    assert not pipe.getvalue()
    progress_shown()(0.5)  # outside of a command nobody looks


def test_points_that_are_there_already_took_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elapsed, "_PATIENCE", 0.2)
    shown = Terminal()
    with Elapsed(shown):
        tick = points_shown()(100, 50)
        time.sleep(0.05)
        tick(10)
        time.sleep(0.25)
    # at 0.2 s, ten points of the fifty: forty more take four times as long
    assert re.search(r"neuroest: running, 0 s, 60 % done, [12] s left", shown.getvalue())
