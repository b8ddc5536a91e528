"""All device models by the name that device specs give."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from neuroest.devices.accumulating import FerroelectricNeuronParameters, PhaseChangeNeuronParameters
from neuroest.devices.arrays import (
    AnalogStageParameters,
    CapacitiveDacParameters,
    ChargeCellParameters,
    CurrentClampParameters,
    CurrentMirrorParameters,
    FlashAdcParameters,
    IntegratingAdcParameters,
    LevelShifterParameters,
    PassiveCellParameters,
    PulseWidthDriverParameters,
    RampAdcParameters,
    ReportedAdcParameters,
    ResistiveCellParameters,
    ResistiveLadderParameters,
    SampleAndHoldCircuitParameters,
    SampleAndHoldParameters,
    SampledClampParameters,
    SarAdcParameters,
    SelectorCellParameters,
    SenseAmplifierParameters,
    SpikeDriverParameters,
    SurveyAdcParameters,
    TaperedBufferParameters,
    TimeConverterParameters,
    TransmissionGateParameters,
)
from neuroest.devices.base import Record
from neuroest.devices.comparisons import TwinEnergiesParameters
from neuroest.devices.digital import (
    EventEnergiesParameters,
    FixedBlockParameters,
    LinkParameters,
    LogicLibraryParameters,
    MemoryMacroParameters,
    MeshParameters,
    RooflineParameters,
    SramParameters,
    SramTableParameters,
    WiresParameters,
)
from neuroest.devices.dynamic import DramParameters, EdramParameters
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
    ThresholdSwitchNeuronParameters,
)
from neuroest.devices.process import DieCost, Overheads, Package, Process, ProcessCorners
from neuroest.devices.writing import ChargePumpParameters, WriteCircuitParameters

DEVICE_MODELS: Mapping[str, type[Record]] = MappingProxyType(
    {
        cls.model: cls
        for cls in (
            AnalogLifParameters,
            AnalogStageParameters,
            CapacitiveDacParameters,
            ChargeCellParameters,
            ChargePumpParameters,
            CurrentClampParameters,
            CurrentMirrorParameters,
            DieCost,
            DiffusiveNeuronParameters,
            DramParameters,
            EdramParameters,
            EventEnergiesParameters,
            FerroelectricNeuronParameters,
            FixedBlockParameters,
            FlashAdcParameters,
            IntegratedDiffusiveNeuronParameters,
            IntegratingAdcParameters,
            IonKineticsParameters,
            LangevinParameters,
            LevelShifterParameters,
            LifBehaviourParameters,
            LinkParameters,
            LogicLibraryParameters,
            MemoryMacroParameters,
            MeshParameters,
            Overheads,
            Package,
            PassiveCellParameters,
            PhaseChangeNeuronParameters,
            Process,
            ProcessCorners,
            PulseWidthDriverParameters,
            RampAdcParameters,
            ReportedAdcParameters,
            ReportedNeuronParameters,
            ResistiveCellParameters,
            ResistiveLadderParameters,
            RooflineParameters,
            SampleAndHoldCircuitParameters,
            SampleAndHoldParameters,
            SampledClampParameters,
            SarAdcParameters,
            SelectorCellParameters,
            SenseAmplifierParameters,
            SpikeDriverParameters,
            SramParameters,
            SramTableParameters,
            SurveyAdcParameters,
            TaperedBufferParameters,
            ThresholdSwitchNeuronParameters,
            ThresholdSwitchParameters,
            TimeConverterParameters,
            TransmissionGateParameters,
            TwinEnergiesParameters,
            WiresParameters,
            WriteCircuitParameters,
        )
    }
)
"""Device model by name."""
