"""Processors: energy per cycle, or peak rate and bandwidth with threads, calls and the roofline."""

from typing import Annotated, TypeAlias

import numpy as np

from neuroest.core import units as u
from neuroest.core.provenance import equation
from neuroest.core.units import Unit
from neuroest.equations._numbers import divided


@equation
def cycle_power(
    cycle_energy: u.Joule, cores: u.Dimensionless, frequency: u.PerSecond, share: u.Dimensionless
) -> u.Watt:
    """Power of clocked cores from the energy per cycle. [W].

    Parameters
    ----------
    cycle_energy : float or array
        Energy of one core in one cycle, which data sheets state as power over clock. [J]
    cores : float or array
        Cores that are clocked. [1]
    frequency : float or array
        Clock. [Hz]
    share : float or array
        Share of the cycles that take this energy. [1]

    Returns
    -------
    float or array
        Power. [W]

    Notes
    -----
    Formula: P = E n f s

    Valid: cores whose energy of a cycle does not depend on the clock, at one supply

    References
    ----------
    .. [1] Derivation: docs/models/digital.md.
    .. [2] Nordic Semiconductor, nRF54L15 data sheet, current consumption: CPU running CoreMark at 128 MHz from
           non-volatile memory, 2.6 mA at 3 V.

    Examples
    --------
    3 V x 2.6 mA over 128 MHz are 60.9 pJ a cycle, which give the 7.8 mW again:

    >>> f"{cycle_power(60.94e-12, 1.0, 128e6, 1.0):.3g}"
    '0.0078'
    """
    return cycle_energy * cores * frequency * share


PerBit: TypeAlias = Annotated[u.Numeric, Unit("1/bit")]


@equation
def roofline_time(
    operations: u.Dimensionless,
    traffic: u.Bit,
    peak_rate: u.PerSecond,
    bandwidth: u.BitPerSecond,
    compute_efficiency: u.Dimensionless,
    bandwidth_efficiency: u.Dimensionless,
    kernels: u.Dimensionless,
    launch_time: u.Second,
) -> u.Second:
    """Time of a processor limited by computation, memory or kernel launches. [s].

    Parameters
    ----------
    operations : float or array
        Operations; a multiply-accumulate is two. [1]
    traffic : float or array
        Bits between processor and its memory. [bit]
    peak_rate : float or array
        Peak operations per second, above zero. [1/s]
    bandwidth : float or array
        Peak bandwidth of the memory, above zero. [bit/s]
    compute_efficiency, bandwidth_efficiency : float or array
        Shares of both peaks that are reached. [1]
    kernels : float or array
        Kernels that are started. [1]
    launch_time : float or array
        Time to start one kernel. [s]

    Returns
    -------
    float or array
        Time; infinite where an efficiency is not positive. [s]

    Notes
    -----
    Formula: t = n t_launch + max[F / (eta_c F_peak), B / (eta_b B_peak)]

    Valid: computing and data transfer overlap fully; kernels start one after another

    At batch 1 and for small networks this is the launch time and says nothing about the processor.

    References
    ----------
    .. [1] S. Williams, A. Waterman, D. Patterson, "Roofline: an insightful visual performance model for
       multicore architectures", Commun. ACM 52(4), 65-76 (2009), doi:10.1145/1498765.1498785.

    Examples
    --------
    1 Gop at half of 1 Top/s take 2 ms; 1 Mbit at 1 Gbit/s takes 1 ms; 10 kernels of 5 us add 0.05 ms.

    >>> f"{roofline_time(1e9, 1e6, 1e12, 1e9, 0.5, 1.0, 10.0, 5e-6):.4g}"
    '0.00205'
    """
    computing = divided(operations / peak_rate, compute_efficiency)
    moving = divided(traffic / bandwidth, bandwidth_efficiency)
    return kernels * launch_time + np.maximum(computing, moving)


@equation
def kernel_threads(
    operations: u.Dimensionless, operations_per_thread: u.Dimensionless, cores: u.Dimensionless
) -> u.Dimensionless:
    """Threads over which a library spreads one kernel. [1].

    Parameters
    ----------
    operations : float or array
        Operations of the kernel; a multiply-accumulate is two. [1]
    operations_per_thread : float or array
        Operations for which one more thread is worth starting; zero where every kernel has all cores. [1]
    cores : float or array
        Cores of the processor, at least one. [1]

    Returns
    -------
    float or array
        Threads, a whole number where `cores` is one. [1]

    Notes
    -----
    Formula: P = min[P_cores, max(floor(F / F_thread), 1)]

    Valid: products of matrices on a pool of threads; a product with a vector takes one thread whatever its
        size

    Eigen starts ``floor((c - 1e5) / 1e5 + 0.9)`` threads for a cost of c cycles, which differs by a tenth of a grain.
    It counts narrow matrices twice and, for these, the packing of the weights; both are left out.

    References
    ----------
    .. [1] Eigen, unsupported/Eigen/CXX11/src/Tensor/TensorCostModel.h and TensorContractionThreadPool.h,
       https://github.com/eigenteam/eigen-git-mirror.
    .. [2] Eigen, TensorCostModel.h, numThreads.

    Examples
    --------
    A layer of 390 by 256 on 16 inputs has 3.2 million operations. At 800 000 for a thread, which are the 100 000 cycles
    of Eigen with vectors of four numbers, that is three threads; one input gets one.

    >>> f"{kernel_threads(3.19e6, 8e5, 12.0):.0f} {kernel_threads(2e5, 8e5, 12.0):.0f}"
    '3 1'
    """
    worth = np.floor(divided(operations, operations_per_thread))
    return np.minimum(np.maximum(worth, 1.0), cores)


@equation
def call_time_share(call_time: u.Second, batch: u.Dimensionless) -> u.Second:
    """Share of one inference in the time of the call that computes its batch. [s].

    Parameters
    ----------
    call_time : float or array
        Time of a call without its kernels: framework, transfer to and from the host. [s]
    batch : float or array
        Inferences computed in one call, at least one. [1]

    Returns
    -------
    float or array
        Time. [s]

    Notes
    -----
    Formula: t = t_call / B

    Valid: one call computes the whole batch; calls follow one another and do not overlap

    For a small network at batch 1 this is most of the time, and it is a property of the software.

    References
    ----------
    Derivation: docs/models/mapping.md.

    Examples
    --------
    A call of 1.3 ms for 16 inferences:

    >>> f"{call_time_share(1.3e-3, 16.0):.3g}"
    '8.12e-05'
    """
    return call_time / batch


@equation
def ridge_intensity(peak_rate: u.PerSecond, bandwidth: u.BitPerSecond) -> PerBit:
    """Operations per bit of traffic above which computation is the limit and not the memory. [1/bit].

    Parameters
    ----------
    peak_rate : float or array
        Peak operations per second. [1/s]
    bandwidth : float or array
        Peak bandwidth of the memory, above zero. [bit/s]

    Returns
    -------
    float or array
        Operations per bit at the ridge. [1/bit]

    Notes
    -----
    Formula: I = F_peak / B_peak

    Valid: both peaks, or both rates that are reached

    References
    ----------
    .. [1] S. Williams, A. Waterman, D. Patterson, Commun. ACM 52(4), 65-76 (2009),
       doi:10.1145/1498765.1498785.

    Examples
    --------
    989 Top/s and 3.35 TB/s: 36.9 operations per bit, which are 295 per byte.

    >>> f"{ridge_intensity(989e12, 8 * 3.35e12):.3g}"
    '36.9'
    """
    return peak_rate / bandwidth
