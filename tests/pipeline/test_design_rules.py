"""Design rules are found by the names of their methods."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import neuroest
from neuroest.blocks.base import Check
from neuroest.pipeline.design_rules import DesignRules


def test_a_rule_needs_no_place_in_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    def rule(self: DesignRules) -> Iterator[Check]:
        yield self.check("design_rule", "new_rule", passed=False)

    monkeypatch.setattr(DesignRules, "_reticle_checks", rule, raising=False)
    result = neuroest.estimate("digital_int8_28nm", "mlp_mnist_dense")
    assert "new_rule" in [check.name for check in result.failed_checks]
