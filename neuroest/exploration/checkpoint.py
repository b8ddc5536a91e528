"""Store the chunks of a long run until the output file is complete.

A folder next to the output contains the finished chunks and a manifest of the job. An interrupted run resumes from
these chunks. The output itself appears complete, or not at all.
"""

import contextlib
import errno
import json
import os
import shutil
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from neuroest.core.frozen import frozen_dataclass
from neuroest.core.installed import extra
from neuroest.core.text_layout import cell_text
from neuroest.exploration.batch_evaluation import Labels
from neuroest.exploration.chunks import Columns, Job
from neuroest.exploration.space import ANOTHER_RUN, ExplorationError
from neuroest.results.quantities import column_units

METADATA_KEY = b"neuroest"
_UNIT_KEY = b"unit"
"""Unit of a column, in its own metadata."""
_PANDAS_KEY = b"PANDAS_ATTRS"
"""Key that `pandas.read_parquet` reads into the `attrs` of the table."""
SUFFIXES = (".parquet", ".csv")
_MANIFEST = "manifest.json"
_PART = "{:09d}.npz"
_NAMES = "names"
"""Array with the names of the columns in their order; the arrays of a column are named by its place."""


def arrow_table(columns: Columns) -> Any:
    """Columns as an Arrow table; NaN becomes null."""
    arrow = extra("pyarrow", "explore")
    arrays = {}
    for name, values in columns.items():
        if isinstance(values, Labels):
            codes = arrow.array(values.codes.astype(np.int32), mask=values.codes < 0)
            arrays[name] = arrow.DictionaryArray.from_arrays(codes, arrow.array(values.words, arrow.string()))
        elif values.dtype == np.bool_:
            arrays[name] = arrow.array(values)
        else:
            arrays[name] = arrow.array(values, from_pandas=True)  # NaN becomes null
    return arrow.table(arrays)


def check_suffix(output: Path) -> None:
    """Refuse an output of another form than those of a sweep."""
    if output.suffix not in SUFFIXES:
        raise ExplorationError(f"{output}: the output ends in {' or '.join(SUFFIXES)}")


@frozen_dataclass
class Store:
    """Finished chunks of a run."""

    output: Path

    @property
    def folder(self) -> Path:
        """Their folder."""
        return self.output.with_name(f"{self.output.name}.parts")

    def write(self, chunk: int, columns: Columns) -> int:
        """Store a chunk and return its number of rows."""
        path = self.folder / _PART.format(chunk)
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        arrays: dict[str, Any] = {_NAMES: np.array(list(columns))}
        for place, values in enumerate(columns.values()):
            if isinstance(values, Labels):
                arrays[f"{place}"] = values.codes
                arrays[f"{place}.words"] = np.array(values.words, dtype=np.str_)
            else:
                arrays[f"{place}"] = values
        with _reported(path), _no_rest(temporary):
            with temporary.open("wb") as file:
                np.savez(file, **arrays)
            temporary.replace(path)
        return int(arrays["0"].size)

    def finished(self) -> frozenset[int]:
        """Indices of the stored chunks."""
        return frozenset(int(path.stem) for path in self.folder.glob("*.npz") if zipfile.is_zipfile(path))

    def read(self, chunk: int, names: Sequence[str] | None = None) -> Columns:
        """All columns of a stored chunk, or some."""
        columns: Columns = {}
        with np.load(self.folder / _PART.format(chunk), allow_pickle=False) as arrays:
            for place, name in enumerate(arrays[_NAMES].tolist()):
                if names is None or name in names:
                    values, words = arrays[f"{place}"], f"{place}.words"
                    columns[name] = (
                        Labels(values, tuple(arrays[words].tolist())) if words in arrays else values
                    )
        return columns

    @contextmanager
    def opened(self, job: Job, *, overwrite: bool = False) -> Iterator[bool]:
        """Lock the folder of chunks for one run; False if the output exists already and is what the run would write.

        Raises
        ------
        ExplorationError
            If the output or its chunks belong to another input, cannot be written, or another run is writing them.
        """
        check_suffix(self.output)
        if self.output.is_dir():
            raise ExplorationError(f"{self.output} is a folder; name a file in it")
        if self.output.exists() and not overwrite:
            if read_metadata(self.output).get("fingerprint") != job.fingerprint:
                raise ExplorationError(
                    f"{self.output} exists and comes from another input or version; name another output, or give "
                    "--overwrite"
                )
            yield False
            return
        with _reported(self.output):
            self.folder.mkdir(parents=False, exist_ok=True)
        with self._locked():
            try:
                self._claim(job, overwrite=overwrite)
                yield True
            finally:
                if not self.finished():  # without finished chunks nothing may stay and block other runs
                    shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Exclude a second run with the same output; the lock ends with the process."""
        try:
            import fcntl  # noqa: PLC0415 - not on every system, where two runs are then the user's affair
        except ImportError:
            yield
            return
        with _reported(self.output):
            file = (self.folder / "lock").open("w")
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise ExplorationError(f"{ANOTHER_RUN} {self.output}") from None
            yield

    def _claim(self, job: Job, *, overwrite: bool) -> None:
        """Write the manifest; chunks of another input are refused or deleted."""
        manifest, done = self.folder / _MANIFEST, self.finished()
        if done and _metadata_in(manifest).get("fingerprint") != job.fingerprint:
            if not overwrite:
                raise ExplorationError(
                    f"{self.folder} contains chunks of another input or version; name another output, or give "
                    "--overwrite"
                )
            for chunk in done:
                (self.folder / _PART.format(chunk)).unlink()
        with _reported(self.output):
            for rest in self.folder.glob("*.tmp"):  # left by workers that were killed while writing
                rest.unlink()
            temporary = manifest.with_suffix(".tmp")
            text = json.dumps({"fingerprint": job.fingerprint, **job.description()}, indent=1)
            temporary.write_text(text, "utf-8")
            temporary.replace(manifest)

    def assemble(self, job: Job, metadata: Mapping[str, Any]) -> None:
        """Write the output from the chunks and remove them."""
        target = self.output.resolve()  # a link stays, and what it names is written
        temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
        text = json.dumps({**metadata, "fingerprint": job.fingerprint, **job.description()})
        with _reported(self.output), _no_rest(temporary):
            writer: Any = None
            with contextlib.ExitStack() as stack:
                for chunk in range(job.chunks):
                    table = arrow_table(self.read(chunk))
                    if writer is None:
                        schema, writer = self._writer(job, temporary, table.schema, text)
                        stack.enter_context(writer)
                    formatted = _for_spreadsheets(table) if self.output.suffix == ".csv" else table
                    writer.write_table(formatted.cast(schema))
            with temporary.open("rb+") as file:
                os.fsync(file.fileno())
            if self.output.suffix == ".csv":
                # rows of an earlier run must never be next to the metadata of this run
                target.unlink(missing_ok=True)
                _sidecar(self.output).write_text(text, "utf-8")
            temporary.replace(target)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _writer(self, job: Job, temporary: Path, schema: Any, text: str) -> tuple[Any, Any]:
        """Schema of the output and its table writer; numbers keep all significant digits."""
        arrow = extra("pyarrow", "explore")
        coded = [field.name for field in schema if arrow.types.is_dictionary(field.type)]
        if self.output.suffix == ".csv":
            plain = arrow.schema([(f.name, arrow.string() if f.name in coded else f.type) for f in schema])
            return plain, extra("pyarrow.csv", "explore").CSVWriter(str(temporary), plain)
        units = column_units(field.name for field in schema if field.name not in coded)
        fields = [
            field.with_metadata({_UNIT_KEY: units[field.name].encode()}) if field.name in units else field
            for field in schema
        ]
        attrs = json.dumps({**json.loads(text), "units": units}).encode()
        schema = arrow.schema(fields, {METADATA_KEY: text.encode(), _PANDAS_KEY: attrs})
        return schema, extra("pyarrow.parquet", "explore").ParquetWriter(
            str(temporary), schema, compression="snappy", use_dictionary=[*coded, *job.parameters.values()],
            write_statistics=True,
        )  # fmt: skip


def _for_spreadsheets(table: Any) -> Any:
    """A table whose words no spreadsheet takes for formulas."""
    arrow = extra("pyarrow", "explore")
    for place, field in enumerate(table.schema):
        if arrow.types.is_dictionary(field.type):
            column = table.column(place).combine_chunks()
            words = arrow.array([cell_text(word) for word in column.dictionary.to_pylist()])
            table = table.set_column(
                place, field.name, arrow.DictionaryArray.from_arrays(column.indices, words)
            )
    return table


def _sidecar(output: Path) -> Path:
    whole = output.resolve()
    return whole.with_name(f"{whole.name}.json")


def read_metadata(path: Path) -> dict[str, Any]:
    """Metadata of a finished file; empty if it has none."""
    if path.suffix == ".csv":
        return _metadata_in(_sidecar(path))
    try:
        found = extra("pyarrow.parquet", "explore").read_schema(str(path)).metadata or {}
        return _mapping(found.get(METADATA_KEY, b"{}"))
    except (OSError, ValueError):
        return {}


def _metadata_in(file: Path) -> dict[str, Any]:
    """Content of one of our files; empty if a machine crash left it incomplete."""
    try:
        return _mapping(file.read_bytes())
    except (OSError, ValueError):
        return {}


def _mapping(text: bytes) -> dict[str, Any]:
    found = json.loads(text)
    return found if isinstance(found, dict) else {}


@contextmanager
def _no_rest(path: Path) -> Iterator[None]:
    """Leave no unfinished file behind."""
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


@contextmanager
def _reported(path: Path) -> Iterator[None]:
    """Report in one line why a write failed, and what remains."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        if error.errno == errno.ENOSPC:
            reason += "; finished chunks are kept, run the same command again when there is room"
        raise ExplorationError(f"cannot write {path}: {reason}") from None
