"""One of several schemas, selected by a word in the file. Only the schemas in use are built."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import ErrorDetails, PydanticCustomError, PydanticKnownError, core_schema

from neuroest.core.frozen_dataclass import frozen_dataclass

CHOICES = "choices"
"""Key under which a raw JSON Schema names the classes of a choice, for code that replaces them with
references."""

_INSIDE = "inside_of_choice"


def stated(key: str) -> Callable[[Any], str | None]:
    """The word under a key of a mapping or a spec."""

    def word(given: Any) -> str | None:
        found = given.get(key) if isinstance(given, dict) else getattr(given, key, None)
        return None if found is None else str(found)

    return word


@frozen_dataclass(eq=False)
class Choice:
    """Field annotation: one of several spec classes.

    The unions of the validation library build the schema of every member before the first file is read. Most files use
    only a few of the blocks.

    Attributes
    ----------
    classes : mapping
        Spec class by the word that selects it. A lookup may import the class.
    words : sequence of str
        The words that are allowed here.
    word_of : callable
        Returns the word that a file gives, None if it gives none.
    key : str
        What messages call the word.
    """

    classes: Mapping[str, type[BaseModel]]
    words: Collection[str]
    word_of: Callable[[Any], str | None]
    key: str

    def members(self) -> list[type[BaseModel]]:
        """All allowed classes."""
        return [self.classes[word] for word in self.words]

    def validated(self, given: Any) -> BaseModel:
        """The spec in a file."""
        if isinstance(given, BaseModel) and self.word_of(given) in self.words:
            return given
        word = self.word_of(given)
        if word is None:
            if not isinstance(given, dict):
                raise PydanticKnownError("model_attributes_type")
            raise PydanticKnownError("union_tag_not_found", {"discriminator": repr(self.key)})
        if word not in self.words:
            expected = ", ".join(map(repr, self.words))
            context = {"discriminator": repr(self.key), "tag": word, "expected_tags": expected}
            raise PydanticKnownError("union_tag_invalid", context)
        try:
            return self.classes[word].model_validate(given)
        except ValidationError as error:
            inside = {"word": word, "errors": error.errors(include_url=False)}
            raise PydanticCustomError(_INSIDE, "{word} has errors", inside) from None

    def __get_pydantic_core_schema__(
        self, _source: Any, _handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(self.validated)

    def __get_pydantic_json_schema__(
        self, _schema: core_schema.CoreSchema, _handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {CHOICES: [member.__name__ for member in self.members()]}


def details(errors: Sequence[ErrorDetails]) -> Iterator[ErrorDetails]:
    """Errors with the location of each nested one; the word is part of the location, as in a union."""
    for error in errors:
        if error["type"] != _INSIDE:
            yield error
            continue
        for inner in details(error["ctx"]["errors"]):
            yield {**inner, "loc": (*error["loc"], error["ctx"]["word"], *inner["loc"])}
