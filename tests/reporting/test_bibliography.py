from __future__ import annotations

import re

from neuroest.loading.library import bibliography
from neuroest.reporting.bibliography import escaped, reference, sources_bibtex, sources_text
from neuroest.specs.device import SourceSpec

SOURCE = SourceSpec(
    type="article",
    title="100 % of R&D: the {a}_b ~ c^2 \\ $x #1",
    authors=("Müller, Jörg", "The Foo Group", "others"),
    venue="Solid & State",
    year=2024,
    volume=3,
    number="7-8",
    pages="10-20",
    doi="10.1000/a_b(1)%2<3>",
    url="https://example.org/a_{b} c",
)


def entry(text: str) -> dict[str, str]:
    return dict(re.findall(r"^  (\w+) = \{(.*)\},$", text, re.MULTILINE))


def test_characters_that_tex_takes_as_commands_are_written_out() -> None:
    assert escaped("a_b & c% $d #e {f} ~g ^h \\i") == (
        r"a\_b \& c\% \$d \#e \{f\} \textasciitilde{}g \textasciicircum{}h \textbackslash{}i"
    )


def test_an_entry() -> None:
    text = sources_bibtex([("mueller2024", SOURCE)])
    fields = entry(text)
    assert text.startswith("@article{mueller2024,\n")
    assert fields["author"] == "Müller, Jörg and {The Foo Group} and others"
    assert (
        fields["title"]
        == r"{100 \% of R\&D: the \{a\}\_b \textasciitilde{} c\textasciicircum{}2 \textbackslash{} \$x \#1}"
    )
    assert fields["journal"] == r"Solid \& State"
    assert fields["pages"] == "10--20"
    assert fields["doi"] == "10.1000/a_b(1)%2<3>"
    assert fields["url"] == "https://example.org/a_%7Bb%7D%20c"


def test_braces_balance_in_every_shipped_entry() -> None:
    text = sources_bibtex(bibliography().items())
    depth = 0
    for character in re.sub(r"\\[{}]", "", text):
        depth += {"{": 1, "}": -1}.get(character, 0)
        assert depth >= 0
    assert depth == 0
    keys = re.findall(r"^@(\w+)\{([^,]+),$", text, re.MULTILINE)
    assert [key for _, key in keys] == list(bibliography())
    assert {kind for kind, _ in keys} <= {
        "article",
        "inproceedings",
        "book",
        "phdthesis",
        "techreport",
        "misc",
    }


def test_a_key_is_legal_whatever_the_file_says() -> None:
    text = sources_bibtex([("odd key, {x}", SourceSpec(type="misc", title="T"))])
    assert text.startswith("@misc{odd-key---x-,\n")


def test_a_reference_to_read() -> None:
    text = reference(SOURCE)
    assert text.startswith("Müller, Jörg; The Foo Group and others. 100 % of R&D")
    assert "Solid & State, 3(7-8), 10-20, 2024." in text
    assert text.endswith("https://doi.org/10.1000/a_b(1)%2<3>")


def test_what_was_not_seen_is_said() -> None:
    unseen = SOURCE.model_copy(update={"seen": "secondary", "seen_note": "Only the abstract."})
    assert reference(unseen).endswith("(known through works that quote it: Only the abstract.)")
    assert "known through works that quote it" in sources_bibtex([("x", unseen)])


def test_the_text_wraps_and_keeps_addresses_whole() -> None:
    text = sources_text(bibliography().items())
    for source in bibliography().values():
        if source.doi:
            assert f"https://doi.org/{source.doi}" in text
