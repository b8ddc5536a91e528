"""Reading spec files. (40 parameters take less than a millisecond with the C parser; no test times it.)"""

import hashlib
import json
import sys

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from neuroest.core.errors import SpecError
from neuroest.specs import reading
from neuroest.specs.reading import Document, read_document, read_documents, read_text
from tests.each import each

PARSERS = {"python": yaml.SafeLoader, "c": getattr(yaml, "CSafeLoader", None)}


@pytest.fixture(params=["c", "python"])
def parser(request, monkeypatch):
    """Run a test with the C parser, and with the Python parser that replaces it where it is missing."""
    if PARSERS[request.param] is None:
        pytest.skip("PyYAML was built without libyaml")
    monkeypatch.setattr(reading, "yaml_loader", lambda: PARSERS[request.param])
    return request.param


def value_of(text, **limits):
    (document,) = read_text(text, **limits)
    return document.data


def problems_of(text, **limits):
    """(line, column, path, message) of each problem."""
    with pytest.raises(SpecError) as caught:
        read_text(text, **limits)
    assert len(str(caught.value).splitlines()) == len(caught.value.problems)
    return [(p.line, p.column, p.path, p.message) for p in caught.value.problems]


def problem_of(text, **limits):
    (problem,) = problems_of(text, **limits)
    return problem


CHIP = """\
kind: architecture   # a comment
chip:
  tile:
    count: 4
    area: &area
      value: 1e-9
      basis: "measured"
  layers:
    - conv
    - {name: dense, rows: 128}
  other: *area
  empty:
"""


class TestPositions:
    @pytest.fixture(autouse=True)
    def _document(self, parser):
        (self.document,) = read_text(CHIP)

    @each(
        "path, key, value",
        [
            ([], (1, 1), (1, 1)),
            (["kind"], (1, 1), (1, 7)),
            (["chip"], (2, 1), (3, 3)),
            (["chip", "tile", "count"], (4, 5), (4, 12)),
            (["chip", "tile", "area"], (5, 5), (5, 11)),
            (["chip", "tile", "area", "value"], (6, 7), (6, 14)),
            (["chip", "layers"], (8, 3), (9, 5)),
            (["chip", "layers", 0], (9, 7), (9, 7)),
            (["chip", "layers", 1], (10, 7), (10, 7)),
            (["chip", "layers", 1, "rows"], (10, 21), (10, 27)),
            (["chip", "empty"], (12, 3), (12, 9)),
        ],
    )
    def test_a_key_and_its_value_are_found(self, path, key, value):
        assert self.document.position(path) == key
        assert self.document.value_position(tuple(path)) == value

    def test_the_longest_known_part_of_a_path_is_found(self):
        assert self.document.position(["chip", "tile", "width", "value"]) == (3, 3)
        assert self.document.value_position(["chip", "tile", "width"]) == (4, 5)
        assert self.document.position(["chip", "layers", 7]) == (8, 3)
        assert self.document.position(["chip", "layers", "0"]) == (8, 3)
        assert self.document.position(["chip", "layers", -1]) == (8, 3)
        assert self.document.position(["kind", "x"]) == (1, 1)
        assert self.document.position(["none"]) == (1, 1)

    def test_an_alias_stands_where_it_is_and_its_content_at_the_anchor(self):
        assert self.document.position(["chip", "other"]) == (11, 3)
        assert self.document.value_position(["chip", "other"]) == (11, 10)
        assert self.document.position(["chip", "other", "value"]) == (6, 7)

    def test_data_is_plain(self):
        area = {"value": 1e-9, "basis": "measured"}
        layers = ["conv", {"name": "dense", "rows": 128}]
        chip = {"tile": {"count": 4, "area": area}, "layers": layers, "other": area, "empty": None}
        assert self.document.data == {"kind": "architecture", "chip": chip}

    def test_changing_what_an_alias_gave_leaves_the_anchor_alone(self):
        self.document.data["chip"]["other"]["value"] = 0
        assert self.document.data["chip"]["tile"]["area"]["value"] == pytest.approx(1e-9, rel=1e-9)


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(parser):
    (document,) = read_text("\ufeff" + CHIP.replace("\n", "\r\n"))
    assert document.data == value_of(CHIP)
    assert document.position(["chip", "layers", 1, "rows"]) == (10, 21)
    assert document.position(["kind"]) == (1, 1)
    assert problem_of("\ufeffa: b: c")[:2] == (1, 5)


def test_columns_count_characters_not_bytes(parser):
    (document,) = read_text("{é: 'µm', 😀b: 1}")
    assert document.position(["😀b"]) == (1, 11)


def test_scalars_follow_yaml_1_2(parser):
    text = "[1e-9, 1.0e4, 0o17, 0x1F, 010, 1:30, 2024-01-31, 1_000, on, off, yes, no, true, False, null, ~, ]"
    expected = [float("1e-9"), 1e4, 15, 31, 10, "1:30", "2024-01-31", "1_000", "on", "off", "yes", "no"]
    assert value_of(text) == [*expected, True, False, None, None]


def test_a_quoted_or_block_scalar_is_always_text(parser):
    assert value_of("""['1e-9', "true", "", '~', ".inf", '<<', !!str 12]""") == [
        *("1e-9", "true", "", "~", ".inf", "<<", "12")
    ]
    assert value_of("a: |\n  12\nb: >-\n  true\n") == {"a": "12\n", "b": "true"}


def test_quantities_with_units_are_text(parser):
    assert value_of("a: 47 kohm\nb: 4 um^2\nc: 50 %") == {"a": "47 kohm", "b": "4 um^2", "c": "50 %"}


@each("text", [".inf", "-.inf", ".nan", "1e999"])
def test_a_quantity_must_be_finite(parser, text):
    line, column, path, message = problem_of(f"a:\n  b: {text}")
    assert (line, column, path) == (2, 6, "a.b")
    assert "a quantity must be finite" in message


class TestKeys:
    @pytest.fixture(autouse=True)
    def _parser(self, parser):
        self.parser = parser

    def test_every_duplicate_is_reported_with_the_place_of_the_first(self):
        assert problems_of("a: 1\nb: {c: 1, d: [x, {e: 1, 'e': 2}], c: 2}\na: 3\na: 4") == [
            (2, 25, "b.d.1.e", "duplicate key; first defined at line 2, column 19"),
            (2, 35, "b.c", "duplicate key; first defined at line 2, column 5"),
            (3, 1, "a", "duplicate key; first defined at line 1, column 1"),
            (4, 1, "a", "duplicate key; first defined at line 1, column 1"),
        ]

    def test_a_duplicate_is_searched_for_problems_too(self):
        assert [p[0] for p in problems_of("a: 1\na:\n  - !x 1\n  - .inf")] == [2, 3, 4]

    def test_words_of_yaml_1_1_are_keys(self):
        assert value_of("on: 1\noff: 2\nyes: 3\nno: 4\ny: 5") == {
            "on": 1,
            "off": 2,
            "yes": 3,
            "no": 4,
            "y": 5,
        }

    def test_quoted_keys_are_always_text(self):
        assert value_of("{'1': a, \"true\": b, '<<': c, '': d, !!str 2: e}") == {
            "1": "a",
            "true": "b",
            "<<": "c",
            "": "d",
            "2": "e",
        }

    @each("key", ["1", "1e3", "0x1F", ".inf", "true", "FALSE", "~", "null"])
    def test_a_key_that_is_no_text_must_be_quoted(self, key):
        line, column, path, message = problem_of(f"a:\n  {key}: 1")
        assert (line, column, path) == (2, 3, "a")
        assert message.startswith(f"key {key} is ")
        assert message.endswith("write it in quotes")

    def test_a_missing_key_is_named_as_such(self):
        assert problem_of("?\n: 1")[3] == "a key is missing before ':'"

    @each("key, kind", [("[a, b]", "list"), ("{a: b}", "mapping")])
    def test_a_collection_is_no_key(self, key, kind):
        assert problem_of(f"x: 1\n? {key}\n: 2")[:2] == (2, 3)
        assert f"a key must be text, not a {kind}" in problem_of(f"? {key}\n: 2")[3]

    def test_a_template_is_reported_to_be_quoted(self):
        assert "quote a text that starts with {" in problem_of("a: {{ rows }}")[3]

    def test_an_alias_is_no_key(self):
        assert problem_of("a: &x b\n*x : 1")[::3] == (
            2,
            "a key must be text, not the alias '*x'; write it out",
        )

    def test_a_key_is_one_printable_line(self):
        assert r"key 'a\nb' must be one line" in problem_of('{"a\\nb": 1}')[3]
        assert r"key '\x07' must be one line" in problem_of('{"\\a": 1}')[3]

    def test_merge_keys_are_refused(self):
        line, column, path, message = problem_of("a: &x {b: 1}\nc:\n  <<: *x\n  d: 1")
        assert (line, column, path) == (3, 3, "c")
        assert message == "merge keys ('<<') are not allowed; write the keys out"

    def test_all_kinds_of_problem_are_reported_together(self):
        text = "a: .nan\n1: x\na: !t 2\n<<: *y\n? [z]\n: 0\n"
        assert [p[0] for p in problems_of(text)] == [1, 2, 3, 3, 4, 4, 5]

    def test_what_was_found_before_a_syntax_error_is_reported_with_it(self):
        assert [p[0] for p in problems_of("a: 1\na: 2\nb: .nan\n\tc: 3")] in ([2, 4], [2, 3, 4])


class TestTags:
    @pytest.fixture(autouse=True)
    def _parser(self, parser):
        self.parser = parser

    @each(
        "text, formatted",
        [
            ("!!python/object/apply:os.system [exit 1]", "!!python/object/apply:os.system"),
            ("!!python/name:os.system", "!!python/name:os.system"),
            ("!!binary aGVsbG8=", "!!binary"),
            ("!!set {x, y}", "!!set"),
            ("!!omap [x: 1]", "!!omap"),
            ("!!timestamp 2024-01-31", "!!timestamp"),
            ("!!float 1", "!!float"),
            ("!!str [x]", "!!str"),
            ("!!map x", "!!map"),
            ("!include other.yaml", "!include"),
            ("!<tag:example.com,2024:x> 1", "tag:example.com,2024:x"),
            ("! 1", "!"),
            ("!env 'HOME'", "!env"),
        ],
    )
    def test_a_tag_is_refused(self, text, formatted):
        assert problem_of(f"x: 1\na: {text}") == (
            *(2, 4, "a", f"tag '{formatted}' is not allowed; write the plain value"),
        )

    def test_a_tag_on_a_key_is_refused(self):
        assert problem_of("!x a: 1")[:2] == (1, 1)

    def test_a_tag_handle_that_stands_for_python_is_refused(self):
        text = "%TAG !p! tag:yaml.org,2002:python/\n---\na: !p!name:os.system ''"
        assert "'!!python/name:os.system' is not allowed" in problem_of(text)[3]

    def test_an_undefined_tag_handle_is_refused(self):
        assert "is not allowed" in problem_of("a: !x!y 1")[3]

    def test_tags_of_text_mappings_and_lists_say_what_is_so_anyway(self):
        assert value_of("!!map {a: !!seq [!!str 1, !!str 'b']}") == {"a": ["1", "b"]}

    def test_a_very_long_tag_is_shortened(self):
        assert len(problem_of(f"a: !{'x' * 5000} 1")[3]) < 120


class TestAliases:
    @pytest.fixture(autouse=True)
    def _parser(self, parser):
        self.parser = parser

    def test_an_alias_of_each_kind_of_value_is_read(self):
        assert value_of("a: &a 1\nb: &b [*a, *a]\nc: {d: *b}") == {"a": 1, "b": [1, 1], "c": {"d": [1, 1]}}

    def test_an_alias_bomb_stops_before_it_expands(self):
        # Each line stands for nine of the line above: 9^15 = 2e14 nodes in all.
        levels = [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 16)]
        line, _, _, message = problem_of("\n".join(["a0: &a0 [0, 0, 0, 0, 0, 0, 0, 0, 0]", *levels]))
        assert line == 5
        assert message == "more than 20000 keys and values, including expanded aliases"

    def test_the_limit_counts_nodes_without_aliases_too(self):
        # One list and its items.
        assert len(value_of("- a\n" * 199, most_nodes=200)) == 199
        assert problem_of("- a\n" * 200, most_nodes=200)[:2] == (200, 3)

    def test_keys_count_as_well(self):
        # One mapping, two nodes for each entry.
        entries = [f"k{i}: 0" for i in range(100)]
        assert len(value_of("\n".join(entries[:99]), most_nodes=200)) == 99
        assert "more than 200 " in problem_of("\n".join(entries), most_nodes=200)[3]

    def test_the_limit_holds_for_all_documents_of_a_file_together(self):
        assert "more than 200 " in problem_of("--- a\n" * 201, most_nodes=200)[3]

    def test_aliases_that_pile_up_depth_are_refused(self):
        levels = [f"a{i}: &a{i} [*a{i - 1}]" for i in range(1, 60)]
        line, _, path, message = problem_of("\n".join(["a0: &a0 []", *levels]))
        # The list of line n is n levels high, in the mapping n + 1: at most 50, so line 50 is one too many.
        assert (line, path, message) == (50, "", "nested deeper than 50 levels")

    @each("text", ["&x [*x]", "&x {a: *x}", "&x {a: [{b: *x}]}", "- &x\n  - 1\n  - [*x]"])
    def test_an_anchor_that_contains_itself_is_refused(self, text):
        assert problem_of(text)[3] == "alias '*x' refers to itself"

    def test_an_unknown_alias_is_refused_and_hints_at_quotes(self):
        assert problem_of("a: [*x]") == (
            *(1, 5, "a.0", "alias '*x' has no anchor before it; quote a text that starts with *"),
        )

    def test_an_anchor_ends_with_its_document(self):
        assert problem_of("a: &x 1\n---\nb: *x")[0] == 3

    def test_an_anchor_is_given_once(self):
        assert problem_of("a: &x 1\nb: &x 2\nc: *x") == (
            *(2, 4, "b", "anchor '&x' is already defined at line 1"),
        )


class TestNesting:
    @pytest.fixture(autouse=True)
    def _parser(self, parser):
        self.parser = parser

    @each("opening", ["[", "[ ", "[\n", "{a: ", "- ", "[{a: "])
    def test_ten_thousand_levels_end_in_one_problem(self, opening):
        assert problem_of(opening * 10_000)[3] == "nested deeper than 50 levels"

    def test_ten_thousand_keys_in_keys_end_in_problems(self):
        messages = [p[3] for p in problems_of("? " * 10_000)]
        assert messages.pop() == "nested deeper than 50 levels"
        assert len(messages) <= 50

    @pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("{a: ", "}")])
    def test_ten_thousand_closed_levels_end_in_one_problem(self, opening, closing):
        assert problem_of(opening * 10_000 + closing * 10_000)[3] == "nested deeper than 50 levels"

    def test_indented_levels_end_in_one_problem(self):
        text = "".join(f"{' ' * i}a:\n" for i in range(1200))
        assert problem_of(text) == (51, 51, "", "nested deeper than 50 levels")

    def test_fifty_levels_are_read(self):
        assert str(value_of("[" * 50 + "]" * 50)) == "[" * 50 + "]" * 50
        assert problem_of("[" * 51 + "]" * 51)[:2] == (1, 51)

    def test_a_shallow_recursion_limit_is_enough_for_the_deepest_file(self):
        limit = sys.getrecursionlimit()
        text = "[" * 49 + "]" * 49
        sys.setrecursionlimit(_depth() + 250)
        try:
            found = value_of(f"[&a {text}, *a]")
        finally:
            sys.setrecursionlimit(limit)
        assert str(found) == f"[{text}, {text}]"


def _depth():
    frame, depth = sys._getframe(), 0
    while frame:
        frame, depth = frame.f_back, depth + 1
    return depth


class TestSyntax:
    @pytest.fixture(autouse=True)
    def _parser(self, parser):
        self.parser = parser

    @each(
        "text, place, fragment",
        [
            ("a:\n\tb: 1", (2, 1), "tabs are not allowed here"),
            ("a:\n  b: 1\n\tc: 2", (3, 1), "tabs are not allowed here"),
            ("a: b: c", (1, 5), "put a text that contains ': ' in quotes"),
            ("a: 1\n  b: 2", (2, 4), "correct the indentation"),
            ("a: @b", (1, 4), "a text cannot start with @; write it in quotes"),
            ("a: `b", (1, 4), "a text cannot start with `; write it in quotes"),
            ("a: %b", (1, 4), "a text cannot start with %; write it in quotes"),
            ("x: 1\na: [1, 2\nb: 3", (3, 2), "while parsing a flow sequence that starts at line 2"),
            ("a: {b: 1]", (1, 9), "while parsing a flow mapping that starts at line 1"),
            ("\na: 'x\n\nb: 2\n", (5, 1), "while scanning a quoted scalar that starts at line 2"),
            ("- a\nb: 1", (2, 1), "while parsing a block collection that starts at line 1"),
            ("a: - b", (1, 4), "sequence entries are not allowed"),
            ('a: "\\q"', (1, 5), "found unknown escape character"),
            ("a: 1\n...\nb: 2", (3, 1), "<document start>"),
            ("%YAML 1.1\n---\na: no", (1, 1), "a spec file is YAML 1.2; remove the %YAML line"),
        ],
    )
    def test_a_syntax_error_is_one_line_with_its_place(self, text, place, fragment):
        line, column, _, message = problem_of(text)
        if "escape" not in fragment:  # the parsers place an escape one column apart
            assert (line, column) == place
        assert fragment in message

    def test_a_declaration_of_yaml_1_2_is_fine(self):
        assert value_of("%YAML 1.2\n---\na: no") == {"a": "no"}

    def test_tabs_between_words_and_in_text_are_fine(self):
        assert value_of("a: 'x\ty'") == {"a": "x\ty"}
        if self.parser == "c":  # the Python parser refuses more tabs than YAML does
            assert value_of("a:\t1\t# comment\nb: x\ty\t") == {"a": 1, "b": "x\ty"}

    @each("escape", [r"\0", r"\a", r"\e[31m", r"\x85", r"\N", r"\L", r"\uFEFF", r"\x7f"])
    def test_a_control_character_is_refused_as_an_escape_too(self, escape):
        assert "is not allowed, not as an escape either" in problem_of(f'a: "{escape}"')[3]

    @each("escape", [r"\ud800", r"\UFFFFFFFF", r"\U00110000"])
    def test_an_escape_of_no_character_is_refused(self, escape):
        message = problem_of(f'a: "{escape}"')[3]
        assert "character" in message or message.startswith("not YAML: ")

    def test_ordinary_escapes_are_read(self):
        assert value_of(r'"\t\n\r\u00b5\U0001F600\"\\"') == '\t\n\rµ😀"\\'


@each("text", ["", " ", "\n\n", "# only a comment\n", "\ufeff"])
def test_an_empty_file_is_refused(parser, text):
    assert problem_of(text) == (0, 0, "", "the file is empty: nothing but blank lines and comments")


@each("text, line", [("---\n", 1), ("---\n---\na: 1", 2), ("a: 1\n---\n# x\n", 2)])
def test_an_empty_document_is_refused(parser, text, line):
    (found, _, _, message) = problem_of(text)
    assert line <= found <= line + 2
    assert message == "this document is empty; remove its '---'"


def test_problems_stop_at_a_hundred(parser):
    problems = problems_of("a: 1\n" * 5000)
    assert [p[0] for p in problems] == list(range(2, 103))
    assert problems[-1][3] == "more than 100 problems; the rest of the file was not read"


def test_a_text_that_is_too_large_is_refused():
    assert "larger than 1024 KiB" in problem_of("a" * (2**20 + 1))[3]


def test_lone_surrogates_are_refused():
    assert "is not UTF-8" in problem_of("a: \ud800")[3]


def test_documents_of_a_file_have_their_own_positions_and_the_hash_of_the_whole(tmp_path):
    path = tmp_path / "chips.yaml"
    path.write_bytes(b"a: 1\n---\nb:\n  c: 2\n")
    first, second = read_documents(path)
    assert (first.data, second.data) == ({"a": 1}, {"b": {"c": 2}})
    assert second.position(["b", "c"]) == (4, 3)
    assert first.sha256 == second.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert first.file == str(path)


def test_the_file_is_named_as_it_was_given(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "chip.yaml").write_text("a: 1\na: 2", encoding="utf-8")
    with pytest.raises(SpecError, match=r"^chip\.yaml:2:1: a: duplicate key"):
        read_document("chip.yaml")
    assert read_text("a: 1", "drawn.yaml")[0].file == "drawn.yaml"
    assert read_text("a: 1")[0].file == "<text>"


def test_a_file_name_cannot_break_the_line():
    with pytest.raises(SpecError) as caught:
        read_documents("no\nsuch\x1bfile.yaml")
    assert str(caught.value).startswith(r"no\nsuch\x1bfile.yaml: no such file")


def test_exactly_one_document_is_demanded_where_one_is_due(tmp_path):
    path = tmp_path / "chip.yaml"
    path.write_text("a: 1", encoding="utf-8")
    assert read_document(str(path)).data == {"a": 1}
    path.write_text("a: 1\n---\nb: 1\n---\nc: 1", encoding="utf-8")
    with pytest.raises(
        SpecError, match=r"chip\.yaml:3:1: document 2 of 3 begins here; this file may hold only one"
    ):
        read_document(path)


def test_a_missing_file_is_a_spec_error_with_suggestion(tmp_path):
    (tmp_path / "chip.yaml").touch()
    with pytest.raises(SpecError, match=r"chop\.yaml: no such file; did you mean 'chip\.yaml'\?$"):
        read_document(tmp_path / "chop.yaml")


_MARKS = """[]{},#"'|>%@`&*!~?-: \t\n\r\x00\x85\ufeffé😀"""
_WORDS_OF_YAML = (
    "a",
    "b: ",
    "- ",
    "\n  ",
    "&x ",
    "*x",
    "<<: ",
    "!!str ",
    "!t ",
    "---\n",
    "...\n",
    "%YAML 1.1\n",
)
_SCALARS = ("1e3", ".inf", r'"\x07"', r'"\U00110000"', "~", "true")
_PIECES = st.sampled_from([*_MARKS, *_WORDS_OF_YAML, *_SCALARS])
_CONTENT = st.one_of(st.binary(), st.text().map(str.encode), st.lists(_PIECES).map("".join).map(str.encode))


@pytest.mark.parametrize("loader", [loader for loader in PARSERS.values() if loader])
@settings(max_examples=50)  # `tests.fuzz` tries as many as a night is long
@given(content=_CONTENT)
def test_anything_reads_or_ends_in_problems_of_one_line_each(tmp_path_factory, loader, content):
    path = tmp_path_factory.getbasetemp() / "anything.yaml"
    path.write_bytes(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "yaml_loader", lambda loader=loader: loader)
        try:
            outcome = read_documents(path)
        except SpecError as error:
            outcome = error.problems
        assert outcome
        for problem in outcome:
            assert isinstance(problem, Document) or str(problem).isprintable()


_WORDS = st.text(st.characters(categories=["L", "N", "P", "S"], include_characters=" "), max_size=20)
_TREES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), _WORDS
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_WORDS, inner, max_size=4)),
    max_leaves=20,
)


def paths_in(tree, path=()):
    yield path
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in items:
        yield from paths_in(value, (*path, key))


@given(tree=_TREES, indent=st.sampled_from([None, 0, 3]))
def test_json_is_read_as_what_it_is_with_each_key_and_value_in_its_place(tree, indent):
    text = json.dumps(tree, indent=indent, ensure_ascii=False)
    (document,) = read_text(text)
    assert document.data == tree
    lines = text.split("\n")
    for path in paths_in(tree):
        value = tree
        for part in path:
            value = value[part]
        line, column = document.value_position(path)
        start = value if isinstance(value, str | bool | int | float | None) else type(value)()
        written = json.dumps(start, ensure_ascii=False)
        assert lines[line - 1][column - 1 :].startswith(written if start else written[0])
        if path and isinstance(path[-1], str):
            line, column = document.position(path)
            assert lines[line - 1][column - 1 :].startswith(json.dumps(path[-1], ensure_ascii=False))
        else:
            assert document.position(path) == (line, column)
