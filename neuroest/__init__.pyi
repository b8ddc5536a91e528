"""The public names of the package, each with its home; `neuroest/__init__.py` reads this file."""

from neuroest.authoring.templates import new_architecture as new_architecture
from neuroest.authoring.templates import new_device as new_device
from neuroest.authoring.templates import new_workload as new_workload
from neuroest.core.errors import MappingError as MappingError
from neuroest.core.errors import NeuroestError as NeuroestError
from neuroest.core.errors import Problem as Problem
from neuroest.core.errors import QuantityError as QuantityError
from neuroest.core.errors import RangeError as RangeError
from neuroest.core.errors import SpecError as SpecError
from neuroest.core.errors import UnknownNameError as UnknownNameError
from neuroest.dynamics.characterisation import characterise as characterise
from neuroest.dynamics.run import simulate as simulate
from neuroest.exploration.breakeven import breakeven as breakeven
from neuroest.exploration.crossover import crossover as crossover
from neuroest.exploration.optimize import optimize as optimize
from neuroest.exploration.pareto import pareto as pareto
from neuroest.exploration.sensitivity import sensitivity as sensitivity
from neuroest.exploration.sweep import sweep as sweep
from neuroest.exploration.uncertainty import uncertainty as uncertainty
from neuroest.fitting.device_fit import fit as fit
from neuroest.loading.library import load_architecture as load_architecture
from neuroest.loading.library import load_device as load_device
from neuroest.loading.library import load_workload as load_workload
from neuroest.network_simulation.study import simulate_network as simulate_network
from neuroest.pipeline.check import check_files as check_files
from neuroest.pipeline.comparison import compare as compare
from neuroest.pipeline.estimate import estimate as estimate
from neuroest.pipeline.standalone import BlockCosts as BlockCosts
from neuroest.pipeline.standalone import block as block
from neuroest.publishing.publish import publish as publish
from neuroest.reporting.bibliography import cite as cite
from neuroest.reporting.bundle import rerun as rerun
from neuroest.reporting.catalogue import list_entries as list_entries
from neuroest.reporting.data_sheets import show as show
from neuroest.reporting.difference import diff as diff
from neuroest.reporting.explanation import explain as explain
from neuroest.reporting.report import report as report
from neuroest.reporting.schemas import schema as schema
from neuroest.results.comparison import Comparison as Comparison
from neuroest.results.estimate import Estimate as Estimate
from neuroest.validation.board import reproduce as reproduce
from neuroest.workloads.importers import import_network as import_network
from neuroest.workloads.importers import trace as trace
from neuroest.workloads.importers.recordings import attach_activity as attach_activity

__version__: str
