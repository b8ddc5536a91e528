"""Sources as a text list and as BibTeX."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from neuroest.core.errors import check_names
from neuroest.core.files import read_data
from neuroest.core.installed import package_version
from neuroest.core.text_layout import one_line, wrapped
from neuroest.results.estimate import Estimate
from neuroest.specs.device import SourceSpec

OWN_KEY = "neuroest"
"""Key of neuroest itself in a bibliography."""
_WORDS: Mapping[str, Mapping[str, str]] = read_data(Path(__file__).with_suffix(".yaml"))
_HASH = re.compile(r"\b([0-9a-f]{20})([0-9a-f]{20})\b")


def cite(result: Estimate, form: str = "text") -> str:
    """Cite exactly the sources that an estimate uses.

    Parameters
    ----------
    result : Estimate
        The estimate.
    form : str
        ``text`` or ``bibtex``.

    Returns
    -------
    str
        One source after the other, each with its key.

    Raises
    ------
    UnknownNameError
        For another form.
    """
    forms = {"text": sources_text, "bibtex": references_bibtex}
    check_names("form of a bibliography", [form], forms)
    return forms[form](result.sources)


def sources_text(sources: Iterable[tuple[str, SourceSpec]]) -> str:
    """The sources as text, each after its key."""
    lines: list[str] = []
    for key, source in sources:
        lines += wrapped(f"[{key}] {reference(source)}", hanging=4)
    return "".join(f"{line}\n" for line in lines)


def reference(source: SourceSpec) -> str:
    """One source as a sentence, with its DOI or address and how it was seen.

    Examples
    --------
    >>> reference(SourceSpec(type="article", title="On ions", authors=("Ohm, Georg",), venue="Annalen", year=1827))
    'Ohm, Georg. On ions. Annalen, 1827.'
    """
    where = [source.venue] if source.venue else []
    if source.volume is not None:
        issue = f"({source.number})" if source.number is not None else ""
        where.append(f"{source.volume}{issue}")
    elif source.number is not None:
        where.append(f"no. {source.number}")
    if source.pages is not None:
        where.append(f"{source.pages}")
    if source.year is not None:
        where.append(f"{source.year}")
    named = "; ".join(author for author in source.authors if author != "others")
    named += " and others" * ("others" in source.authors)
    reported = [named, source.title, ", ".join(where)]
    text = " ".join(f"{part.rstrip('.')}." for part in reported if part)
    places = (_address(source), source.commit and f"commit {source.commit}")
    text = " ".join((text, *(place for place in places if place)))
    seen = _WORDS["seen"].get(source.seen)
    note = f" ({seen}{f': {source.seen_note}' if source.seen_note else ''})" if seen else ""
    return one_line(text + note)


def sources_bibtex(sources: Iterable[tuple[str, SourceSpec]]) -> str:
    """The sources as BibTeX entries under the keys of the spec files."""
    return "\n".join(_entry(key, source) for key, source in sources)


def references_bibtex(sources: Iterable[tuple[str, SourceSpec]]) -> str:
    """The sources of estimates and neuroest itself as BibTeX."""
    title = "neuroest: area, energy, latency and throughput of chips with memristor neurons"
    version = f"version {package_version()}"
    own = SourceSpec(type="misc", title=title, authors=("The neuroest developers",), venue=version)
    return sources_bibtex((*sources, (OWN_KEY, own)))


def sources_rows(sources: Iterable[tuple[str, SourceSpec]]) -> list[dict[str, str]]:
    """The sources as rows of a table."""
    return [
        {"key": key, "reference": reference(source), "address": _address(source) or ""}
        for key, source in sources
    ]


def escaped(text: str) -> str:
    r"""`text` with TeX's special characters escaped.

    Examples
    --------
    >>> print(escaped("R&D at 100 %, file_name"))
    R\&D at 100 \%, file\_name
    """
    return "".join(_WORDS["special"].get(character, character) for character in one_line(text))


def _address(source: SourceSpec) -> str | None:
    if source.doi:
        return f"https://doi.org/{source.doi}"
    if source.arxiv:
        return f"https://arxiv.org/abs/{source.arxiv}"
    return source.url


def _entry(key: str, source: SourceSpec) -> str:
    fields = [f"  {name} = {{{value}}}," for name, value in _fields(source)]
    return "\n".join([f"@{_WORDS['types'].get(source.type, source.type)}{{{_key(key)},", *fields, "}"]) + "\n"


def _key(key: str) -> str:
    return re.sub(r"[^A-Za-z0-9_:.+-]", "-", key)


def _fields(source: SourceSpec) -> Iterator[tuple[str, str]]:
    if source.authors:
        # a name without a comma is a group, which braces keep whole
        yield (
            "author",
            " and ".join(
                escaped(name) if "," in name or name == "others" else f"{{{escaped(name)}}}"
                for name in source.authors
            ),
        )
    else:
        yield "key", escaped(source.title)  # what styles sort by where nobody signed
    yield "title", "{" + escaped(source.title) + "}"
    if source.venue:
        yield _WORDS["venues"][source.type], escaped(source.venue)
    if source.year is not None:
        yield "year", f"{source.year}"
    for name in ("volume", "number"):
        value = getattr(source, name)
        if value is not None:
            yield name, escaped(f"{value}")
    if source.pages is not None:
        yield "pages", re.sub(r"(?<=\w)[-–](?=\w)", "--", escaped(f"{source.pages}"))
    if source.doi:
        yield "doi", _verbatim(source.doi)
    if source.arxiv:
        yield "eprint", _verbatim(source.arxiv)
        yield "archiveprefix", "arXiv"
    if source.url:
        yield "url", _verbatim(source.url)
    note = "; ".join(
        text
        for text in (
            source.commit and f"commit {source.commit}",
            source.licence and f"licence: {source.licence}",
            _WORDS["seen"].get(source.seen),
        )
        if text
    )
    if note:
        # a hash may break in the narrow column of a paper
        yield "note", _HASH.sub(r"\1\\allowbreak{}\2", escaped(note))


def _verbatim(address: str) -> str:
    """Identifier or address for BibTeX, which reads it unescaped except for balanced braces."""
    return "".join(_WORDS["not_in_address"].get(character, character) for character in one_line(address))
