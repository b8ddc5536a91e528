"""Schema of a device spec file: one file, one device."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Discriminator, Field, PlainValidator, Tag, WithJsonSchema
from pydantic_core import PydanticCustomError

from neuroest.specs.base import Spec
from neuroest.specs.claims import Basis, GivenClaim, Provenance


class Maturity(Spec):
    """Maturity of the device."""

    stage: Literal["concept", "simulated", "projected", "laboratory_device", "test_chip", "product"]
    """concept: idea only; simulated: in a simulator only; projected: extrapolated from an existing device;
    laboratory_device: single devices measured; test_chip: on a fabricated chip; product: on sale."""
    reason: str
    """Evidence for the status."""


class FabCompatibility(Spec):
    """Whether a standard fab could make the device today."""

    status: Literal["standard", "back_end_option", "not_compatible", "unknown"]
    """standard: part of a standard process; back_end_option: offered by foundries as an option; not_compatible: needs
    materials or steps that standard fabs do not accept; unknown: not reported."""
    reason: str
    """Why."""


class SourceSpec(Spec):
    """One entry of the bibliography."""

    type: Literal["article", "inproceedings", "book", "thesis", "techreport", "online", "misc"]
    """Kind of publication."""
    title: str
    """Title in full."""
    authors: tuple[str, ...] = ()
    """Authors as `Family, Given`, or one name of a group."""
    venue: str | None = None
    """Journal, conference, publisher or site."""
    year: int | None = None
    """Year of publication."""
    volume: str | int | None = None
    """Volume."""
    number: str | int | None = None
    """Issue."""
    pages: str | int | None = None
    """Pages or article number."""
    doi: str | None = None
    """Digital object identifier without the resolver's address."""
    arxiv: str | None = None
    """arXiv identifier."""
    url: str | None = None
    """Address, where there is no DOI."""
    commit: str | None = None
    """Commit of a repository."""
    licence: str | None = None
    """Licence of a repository or data set."""
    seen: Literal["primary", "secondary", "none"] = "primary"
    """Whether we read the source, only a text that quotes it, or neither."""
    seen_note: str | None = None
    """What we read."""


class ReportedValue(Spec):
    """A headline number of the source. It is shown next to our results; nothing is computed from it."""

    quantity: str
    """Name of the number, for example `energy per spike`."""
    value: str
    """Quantity with unit, as reported."""
    scope: str
    """What the number includes and excludes."""
    basis: Basis
    """How the source obtained it."""
    source: str
    """Key of the source."""
    locator: str | None = None
    """Location within the source."""
    cited_in: str | None = None
    """Key of the secondary source that quotes the value, if the source itself was not seen."""


def _plain_value(given: Any) -> Any:
    if isinstance(given, list) and given and all(isinstance(word, str) for word in given):
        return tuple(given)
    if isinstance(given, str | int | float | tuple):
        return given
    message = "expected a quantity, a number, true or false, a text, or a list of texts"
    raise PydanticCustomError("survey", "{message}", {"message": message})


SurveyValue: TypeAlias = Annotated[
    Any,
    PlainValidator(_plain_value),
    WithJsonSchema({"type": ["string", "number", "boolean", "array"], "examples": ["37 fJ"]}),
]
"""A value of the survey as written in a file. The column says what it may be."""


class SurveyCell(Spec):
    """One cell of the survey with a source of its own."""

    value: SurveyValue | None = None
    """Value as reported: a quantity such as `37 fJ`, a count, `true`, a text, or a list of words."""
    published: str | None = None
    """Validation cases: name of the published value that fills the cell, instead of `value`."""
    source: str | None = None
    """Key of the source; by default, that of the row."""
    locator: str | None = None
    """Location within the source."""
    cited_in: str | None = None
    """Key of the secondary source that quotes the value, if the source itself was not seen."""
    bound: Literal["lower", "upper"] | None = None
    """Whether the source states a bound instead of a value."""
    note: str | None = None
    """What the value includes, where the column does not say it."""


class SurveyEntry(Spec):
    """A row of the survey of neurons or chips. An unknown value has no cell."""

    title: str | None = None
    """Name in the table; by default, the title of a case or the name of a device."""
    source: str | None = None
    """Key of the source of all cells that do not name another one."""
    locator: str | None = None
    """Location within that source."""
    cited_in: str | None = None
    """Key of the secondary source that quotes the values, if the source itself was not seen."""
    cells: dict[
        str,
        Annotated[
            Annotated[SurveyCell, Tag("cell")] | Annotated[SurveyValue, Tag("value")],
            Discriminator(lambda given: "cell" if isinstance(given, dict | SurveyCell) else "value"),
        ],
    ]
    """Cells by column: a value, or a cell with its own source. `neuroest survey` lists the columns."""


ParameterName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class DeviceSpec(Spec):
    """A device: measured, simulated, derived, projected or assumed, parameter by parameter."""

    kind: Literal["device"]
    """The kind of this file."""
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    """Name of the device. In a library it equals the file name, and architectures refer to it."""
    model: str
    """Device model, which defines the parameters. `neuroest list models` lists the models."""
    description: str
    """One or two sentences: what the device is and what it is not."""
    maturity: Maturity
    """Maturity of the device."""
    fab_compatibility: FabCompatibility
    """Whether a standard fab could make it today."""
    process: str | None = None
    """CMOS process of the values. Scaling to another process starts from it."""
    defaults: Provenance | None = None
    """Defaults for all parameters. A parameter with its own basis inherits no basis, source, place or rationale. A
    parameter with its own source inherits no place or rationale."""
    table: Annotated[str, Field(pattern=r"^\w[\w.-]*\.csv$")] | None = None
    """Name of a CSV file in the same folder, for a model that reads a table."""
    parameters: dict[ParameterName, GivenClaim]
    """The claims: a quantity such as `47 kohm` with provenance from `defaults`, or a full claim."""
    reported: tuple[ReportedValue, ...] = ()
    """Headline numbers of the source, with their scope."""
    survey: SurveyEntry | None = None
    """Row of this device in the survey of neurons. Without it the device is there only if a command names it."""
    sources: dict[str, SourceSpec] = Field(default_factory=dict)
    """Sources that only this file uses."""
    notes: tuple[str, ...] = ()
    """Notes for the reader: what the source leaves out, and where sources contradict each other."""


class SourcesSpec(Spec):
    """Shared bibliography of the device specs."""

    kind: Literal["sources"]
    """The kind of this file."""
    sources: dict[str, SourceSpec]
    """Entries by key."""
