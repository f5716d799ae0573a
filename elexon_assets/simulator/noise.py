"""Noise that belongs to a (seed, channel, half hour): the same whatever window, order, process or machine asks.

Belongs here: counter-based white noise, the smooth processes made of it, seeded chances. Does not: megawatts.
"""

from enum import IntEnum, unique
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Series = NDArray[np.float64]

KERNEL_HALF_HOURS = 1024
"512 hours: by then the slowest kernel (60 h) has fallen to a five-thousandth."


@unique
class Channel(IntEnum):
    """One independent stream of noise each; a number never changes its meaning, or every value would."""

    COMMON_FAST = 0
    COMMON_SLOW = 1
    ONSHORE_FAST = 2
    ONSHORE_SLOW = 3
    OFFSHORE_FAST = 4
    OFFSHORE_SLOW = 5
    CLOUD = 6
    LABELS = 7
    DROP_OUT = 8
    FUELS = 100


def uniform(seed: int, channel: int, first: int, count: int) -> Series:
    """Numbers in [0, 1) of the counters first, first + 1...; Philox's raw stream is the same on every machine."""
    skipped = first % 4  # a Philox step yields four numbers
    key = np.array([seed % 2**64, channel], dtype=np.uint64)
    counter = np.array([first // 4, 0, 0, 0], dtype=np.uint64)
    raw = np.random.Philox(key=key, counter=counter).random_raw(count + skipped)[skipped:]
    return np.asarray(raw >> np.uint64(11), dtype=np.float64) * 2.0**-53


def white(seed: int, channel: int, first: int, count: int) -> Series:
    """Mean 0, variance 1, uniform: the kernels below sum scores of them, which makes the sums normal."""
    return (uniform(seed, channel, first, count) - 0.5) * float(np.sqrt(12.0))


def matern_kernel(hours: float) -> Series:
    """Autocorrelation (1 + t/hours) exp(-t/hours): smooth, so that neighbours differ little."""
    lag = np.arange(KERNEL_HALF_HOURS) / 2
    return _unit_variance(lag * np.exp(-lag / hours))


def smoothed_exponential_kernel(hours: float, smoothing_hours: float) -> Series:
    """Autocorrelation about exp(-t/hours), without the roughness of a pure one below `smoothing_hours`."""
    lag = np.arange(KERNEL_HALF_HOURS) / 2
    return _unit_variance(np.exp(-lag / hours) - np.exp(-lag / smoothing_hours))


def smooth(noise: Series, kernel: Series) -> Series:
    """Noise through a causal kernel; the first KERNEL_HALF_HOURS - 1 of the noise only warm it up."""
    size = 1 << (len(noise) + len(kernel)).bit_length()
    spectrum = np.fft.rfft(noise, size) * np.fft.rfft(kernel, size)
    return np.fft.irfft(spectrum, size)[len(kernel) - 1 : len(noise)]


def chance(seed: int, *what: object) -> float:
    """A number in [0, 1) that belongs to the seed and what it is asked for."""
    text = "\x1f".join(str(part) for part in (seed, *what))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest()) / 2**64


def _unit_variance(kernel: Series) -> Series:
    return kernel / float(np.sqrt(np.sum(kernel**2)))
