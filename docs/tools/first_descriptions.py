"""First descriptions of blind chips with the models of today, and the errors of a description that follow from them.

Run it as ``python docs/tools/first_descriptions.py`` in a clone with its history. It takes the files of each blind
case from the commit that described it, estimates them, writes ``validation/first_descriptions.json`` and prints what
the rule of docs/calibration.md puts into `description_errors` of ``neuroest/error_analysis/model_discrepancy.yaml``.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from description_factors import FILE, LONGER, SHIPPED_EXPONENT, factors, read_described

from neuroest.loading.kinds import data_folder
from neuroest.validation.case_spec import FirstRatiosSpec, first_of
from neuroest.validation.cases import load_case, run_case, shipped_cases
from neuroest.validation.scoring import CHIPS

ROOT = Path(__file__).parents[2]
_DIGITS = 6
_RENAMED: Mapping[str, tuple[tuple[str, str], ...]] = {
    "biswas_2019": (("columns: in_turn", "columns: together"),),
    "park_2019": (("predicted: 100 * learning", "predicted: learning"),),
    "vcache": (("connections: ", "signals: "),),
}
"""What the format asks since a chip was described, or a unit counted twice: text of the file, and the present one."""
_REWORDED = (("status: memory", "status: unverified"), ("seen: memory", "seen: none"))
"""Words for a source that was not seen, before and now, in the files of all cases."""


def git(*arguments: str) -> bytes:
    """Output of a command of git in the repository."""
    command = ("git", *arguments)
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout  # noqa: S603


def described_in(name: str, first: FirstRatiosSpec) -> dict[str, list[str]]:
    """Names of the values of a case by the commit that described them: the first whose file has the value."""
    file = f"validation/{name}/published.yaml"
    described = git("log", "--reverse", "--format=%h", "--", file).decode().split()
    texts = {commit: git("show", f"{commit}:{file}").decode() for commit in described}
    found: dict[str, list[str]] = {}
    for key, value in first.values.items():
        commit = value.commit or next(one for one in described if f" {key}:" in texts[one])
        found.setdefault(commit, []).append(key)
    return found


def rounded(value: float) -> float:
    """A value as the record has it."""
    return float(f"{value:.{_DIGITS}g}")


def estimated(name: str, commit: str, keys: list[str]) -> dict[str, Any]:
    """Estimates of some values of a case with its files of a commit, without the error of a description."""
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(git("archive", commit, f"validation/{name}"))) as archive:
            archive.extractall(folder, filter="data")
        case = Path(folder) / "validation" / name
        for file in case.glob("*.yaml"):
            text = file.read_text(encoding="utf-8")
            for before, now in (*_REWORDED, *_RENAMED.get(name, ())):
                text = text.replace(before, now)
            file.write_text(text, encoding="utf-8")
        result = run_case(load_case(case))
        predicted = {scale: result.predictions(scale, described=False) for scale in LONGER}
        day = git("show", "-s", "--format=%cs", commit).decode().strip()
        return {
            key: {
                "unit": stated.unit, "published": stated.value,
                "predicted": rounded(predicted[SHIPPED_EXPONENT][key].value),
                "bands": {
                    f"{scale:g}": [rounded(v) for v in (found[key].low, found[key].median, found[key].high)]
                    for scale, found in predicted.items()
                },
                "day": day,
            }
            for key in keys
            if (stated := result.case.published.get(key)) is not None
            and stated.quantity_class == "bottom_up"
        }  # fmt: skip


def main() -> None:
    """Write the record and print the factors."""
    found: dict[str, Any] = {}
    for name, folder in shipped_cases().items():
        first, case = first_of(folder), load_case(name)
        if first is None or case.spec.evidence not in CHIPS:
            continue
        values: dict[str, Any] = {}
        for commit, keys in described_in(name, first).items():
            values |= estimated(name, commit, keys)
        for key, value in values.items():
            if (cost := case.published[key].cost) is not None:
                value["cost"] = cost
        found[name] = {"family": case.spec.family, "values": values}
    lines = ",\n".join(f" {json.dumps(name)}: {json.dumps(chip)}" for name, chip in found.items())
    (data_folder("validation_case") / FILE).write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
    family = ""
    for each in factors(read_described()):
        if each.family != family:
            family = each.family
            sys.stdout.write(f"  {family}:\n")
        chips = f"{len(each.chips)} chips {each.chosen}, {each.median_factor:.2f} off in the median"
        inside = f"{each.before:.0%} inside\n        without this factor and {each.coverage:.0%} with it"
        rationale = f"{chips}, {inside}, {each.left_out:.0%} with that of the others"
        sys.stdout.write(
            f"    {each.cost}:\n      factor: {each.factor:g}\n      exponent: {each.exponent:g}\n"
            f"      rationale: >-\n        {rationale}\n"
        )


if __name__ == "__main__":
    main()
