"""What a device spec file may say: one file, one claim."""

from typing import Annotated, Literal

from pydantic import Field

from neuroest.specs.base import Spec
from neuroest.specs.claims import Basis, GivenClaim, Provenance


class Maturity(Spec):
    """How far the device has come."""

    stage: Literal["concept", "simulated", "projected", "laboratory_device", "test_chip", "product"]
    """concept: drawn; simulated: in a simulator only; projected: extrapolated from a device that exists;
    laboratory_device: single devices measured; test_chip: on a fabricated chip; product: sold."""
    reason: str
    """What that is based on."""


class FabCompatibility(Spec):
    """Whether a standard fab could make the device today."""

    status: Literal["standard", "back_end_option", "not_compatible", "unknown"]
    """standard: part of a standard process; back_end_option: an option that foundries offer; not_compatible:
    needs materials or steps that standard fabs refuse; unknown: nobody has said."""
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
    seen: Literal["primary", "secondary", "memory"] = "primary"
    """Whether we saw its text, a text that quotes it, or neither."""
    seen_note: str | None = None
    """What was seen."""


class ReportedValue(Spec):
    """A headline number of the source, kept to be shown next to what we compute; nothing is computed from it."""

    quantity: str
    """What it is, for example `energy per spike`."""
    value: str
    """Quantity with unit, as reported."""
    scope: str
    """What the number contains and what it leaves out."""
    basis: Basis
    """How the source came to it."""
    source: str
    """Key of the source."""
    locator: str | None = None
    """Place within the source."""
    cited_in: str | None = None
    """Key of the text that the value was read in when the source itself was not seen."""


ParameterName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class DeviceSpec(Spec):
    """A device: one measured, simulated, derived, projected or assumed thing, parameter by parameter."""

    kind: Literal["device"]
    """The kind of this file."""
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    """Name of the device; in a library the same as the file name, by which architectures refer to it."""
    model: str
    """Device model, which says which parameters there are; `neuroest list models` names them."""
    description: str
    """One or two sentences: what this is and what it is not."""
    maturity: Maturity
    """How far the device has come."""
    fab_compatibility: FabCompatibility
    """Whether a standard fab could make it today."""
    process: str | None = None
    """CMOS process that the values were taken on, from which they are scaled to another."""
    defaults: Provenance | None = None
    """What holds for every parameter that does not say otherwise. A parameter that states its own basis takes
    neither basis, source, place nor rationale from here, one that states its own source no place and no rationale."""
    table: Annotated[str, Field(pattern=r"^\w[\w.-]*\.csv$")] | None = None
    """Name of a CSV file in the same folder with the values of a model that reads a table."""
    parameters: dict[ParameterName, GivenClaim]
    """The claims: a quantity such as `47 kohm` that takes its provenance from `defaults`, or a full claim."""
    reported: tuple[ReportedValue, ...] = ()
    """Headline numbers of the source, with their scope."""
    sources: dict[str, SourceSpec] = Field(default_factory=dict)
    """Sources that only this file needs."""
    notes: tuple[str, ...] = ()
    """What a reader must know: what the source leaves out, where sources contradict each other."""


class SourcesSpec(Spec):
    """A bibliography that device specs share."""

    kind: Literal["sources"]
    """The kind of this file."""
    sources: dict[str, SourceSpec]
    """Entries by key."""
