"""Getting at the text of a file, or one line that says why not."""

import os
import stat
from pathlib import Path

import pytest

from neuroest.core.errors import SpecError, printable
from neuroest.specs.file_text import LARGEST_FILE, decoded, file_content, place_after, shortened
from tests.each import each


def content_problem(path):
    with pytest.raises(SpecError) as caught:
        file_content(Path(path), "chip.yaml")
    (problem,) = caught.value.problems
    assert (problem.line, problem.column) == (0, 0)
    return problem.message


def text_problems(content):
    with pytest.raises(SpecError) as caught:
        decoded(content, "chip.yaml")
    return [(p.line, p.column, p.message) for p in caught.value.problems]


def test_a_missing_file_suggests_near_names_of_its_folder(tmp_path):
    for name in ("eyeriss_65nm.yaml", "Eyeriss_28nm.yaml", "other"):
        (tmp_path / name).touch()
    message = content_problem(tmp_path / "eyeris_65nm.yaml")
    assert message.startswith("no such file; did you mean 'eyeriss_65nm.yaml'")
    assert "'Eyeriss_28nm.yaml'" in message
    assert "other" not in message


def test_a_missing_suffix_is_suggested(tmp_path):
    (tmp_path / "loihi.yaml").touch()
    assert content_problem(tmp_path / "loihi") == "no such file; did you mean 'loihi.yaml'?"


def test_a_missing_file_without_like_names_suggests_nothing(tmp_path):
    assert content_problem(tmp_path / "chip.yaml") == "no such file"


def test_a_missing_folder_is_named(tmp_path):
    assert f"there is no folder '{tmp_path / 'none'}'" in content_problem(tmp_path / "none" / "chip.yaml")


def test_a_path_below_a_file_is_missing(tmp_path):
    (tmp_path / "chip.yaml").touch()
    assert "no such file" in content_problem(tmp_path / "chip.yaml" / "x")


def test_a_folder_is_refused(tmp_path):
    assert content_problem(tmp_path) == "this is a folder; name a file in it"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_refused_without_waiting_for_it(tmp_path):
    os.mkfifo(tmp_path / "pipe.yaml")
    assert content_problem(tmp_path / "pipe.yaml") == "this is not a regular file"


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs device files")
def test_a_device_is_refused():
    assert content_problem("/dev/zero") == "this is not a regular file"


def test_a_file_that_must_not_be_read_says_so(tmp_path, monkeypatch):
    path = tmp_path / "chip.yaml"
    path.touch()

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert content_problem(path) == "cannot be read: Permission denied"


def test_a_path_that_no_system_accepts_is_no_traceback():
    assert "cannot be read" in content_problem("a\0b")
    assert "cannot be read" in content_problem("a" * 5000)


def test_a_file_that_is_too_large_is_not_opened(tmp_path, monkeypatch):
    path = tmp_path / "chip.yaml"
    path.write_bytes(b"a" * (LARGEST_FILE + 1))
    monkeypatch.setattr(Path, "open", lambda *_: pytest.fail("opened"))
    assert content_problem(path) == "larger than 1024 KiB, the most that is read"


def test_a_file_that_grows_after_it_was_looked_at_is_still_too_large(tmp_path, monkeypatch):
    path = tmp_path / "chip.yaml"
    path.write_bytes(b"a" * (LARGEST_FILE + 100))
    status = os.stat_result((stat.S_IFREG, *[0] * 9))
    monkeypatch.setattr(Path, "stat", lambda *_, **__: status)
    content = file_content(path, "chip.yaml")
    assert len(content) == LARGEST_FILE + 1
    assert text_problems(content) == [(0, 0, "larger than 1024 KiB, the most that is read")]


def test_a_file_of_the_largest_size_is_read(tmp_path):
    path = tmp_path / "chip.yaml"
    path.write_bytes(b"a" * LARGEST_FILE)
    assert len(decoded(file_content(path, "chip.yaml"), "chip.yaml")) == LARGEST_FILE


def test_a_byte_order_mark_is_dropped_and_takes_no_column():
    assert decoded("\ufeffa: µ".encode(), "f") == "a: µ"
    assert text_problems("\ufeffa\x07".encode())[0][:2] == (1, 2)


def test_nul_makes_a_binary_file():
    assert text_problems(b"a: 1\nb: \0") == [
        (2, 4, "this is a binary file (it contains a NUL byte), not UTF-8 text")
    ]


def test_latin_1_is_found_at_its_byte():
    # The micro sign is the single byte b5 in Latin-1; the two-byte é before it counts as one column.
    assert text_problems("é: 1\nb: 10 ".encode() + b"\xb5m") == [
        (2, 7, "byte 0xb5 is not UTF-8; save the file as UTF-8")
    ]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_refused(encoding):
    ((line, _, message),) = text_problems("a: 1".encode(encoding))
    assert line == 1
    assert "UTF-16" in message or "NUL byte" in message


@each("character", "\x01\x07\x1b\x7f\x80\x85\x9f\u2028\u2029\ufeff\ufffe\uffff")
def test_control_characters_and_hidden_line_breaks_are_refused(character):
    problems = text_problems(f"a: 1\r\nb: {character}".encode())
    assert problems == [(2, 4, f"character U+{ord(character):04X} is not allowed")]


def test_odd_characters_are_reported_together_up_to_a_limit():
    assert [p[:2] for p in text_problems(b"\x07\n\x08")] == [(1, 1), (2, 1)]
    assert len(text_problems(b"\x07" * LARGEST_FILE)) == 20


@each("character", "\t\r\n ~\u00a0é\u2027\u202a\ud7ff\ue000\ufefe\uff00\ufffd😀\U0010ffff")
def test_all_other_characters_pass(character):
    assert decoded(character.encode(), "f") == character


def test_places_count_all_line_breaks_once():
    assert place_after("") == (1, 1)
    assert place_after("a\nb\r\nc\rde") == (4, 3)


def test_shown_text_is_one_short_line():
    assert printable("a\n\x1b\ud800b") == r"a\n\x1b\ud800b"
    assert len(shortened("x" * 1000)) == 60
