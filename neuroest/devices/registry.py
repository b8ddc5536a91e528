"""All device models by the name that device specs give."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from neuroest.devices.arrays import (
    CurrentClampParameters,
    ReportedAdcParameters,
    ResistiveCellParameters,
    SpikeDriverParameters,
    SurveyAdcParameters,
)
from neuroest.devices.base import Record
from neuroest.devices.digital import (
    EventEnergiesParameters,
    FixedBlockParameters,
    LinkParameters,
    LogicLibraryParameters,
    MeshParameters,
    RooflineParameters,
    SramParameters,
)
from neuroest.devices.lab import (
    IonKineticsParameters,
    LangevinParameters,
    LifBehaviourParameters,
    ThresholdSwitchParameters,
)
from neuroest.devices.neurons import (
    AnalogLifParameters,
    DiffusiveNeuronParameters,
    IntegratedDiffusiveNeuronParameters,
    ReportedNeuronParameters,
)
from neuroest.devices.process import Overheads, Process

DEVICE_MODELS: Mapping[str, type[Record]] = MappingProxyType(
    {
        cls.model: cls
        for cls in (
            AnalogLifParameters,
            CurrentClampParameters,
            DiffusiveNeuronParameters,
            EventEnergiesParameters,
            FixedBlockParameters,
            IntegratedDiffusiveNeuronParameters,
            IonKineticsParameters,
            LangevinParameters,
            LifBehaviourParameters,
            LinkParameters,
            LogicLibraryParameters,
            MeshParameters,
            Overheads,
            Process,
            ReportedAdcParameters,
            ReportedNeuronParameters,
            ResistiveCellParameters,
            RooflineParameters,
            SpikeDriverParameters,
            SramParameters,
            SurveyAdcParameters,
            ThresholdSwitchParameters,
        )
    }
)
"""Device model by name."""
