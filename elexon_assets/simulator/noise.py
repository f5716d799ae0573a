"""Noise that depends only on (seed, channel, half-hour): the same for every window, order, process and machine.

Belongs here: counter-based white noise, the smooth processes made of it, seeded chances. Not here: megawatts.
"""

from enum import IntEnum, unique
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Series = NDArray[np.float64]

KERNEL_HALF_HOURS = 1024
"The length of the kernels: after 512 hours the slowest one (60 h) has fallen to a five-thousandth."


@unique
class Channel(IntEnum):
    """The independent streams of noise. A number never changes its meaning, or every value would change."""

    COMMON_FAST = 0
    COMMON_SLOW = 1
    ONSHORE_FAST = 2
    ONSHORE_SLOW = 3
    OFFSHORE_FAST = 4
    OFFSHORE_SLOW = 5
    CLOUD = 6
    LABELS = 7
    DROP_OUT = 8
    WIND_FORECAST = 9
    DAY_AHEAD = 20
    PRICE = 40
    SETTLEMENT = 60
    FUELS = 100
    DECLARED = 1_000_000


def uniform_noise(seed: int, channel: int, first: int, count: int) -> Series:
    """Return numbers in [0, 1) for the counters from `first` on; Philox's raw stream is the same on every machine."""
    skipped = first % 4  # a Philox step yields four numbers
    key = np.array([seed % 2**64, channel], dtype=np.uint64)
    counter = np.array([first // 4, 0, 0, 0], dtype=np.uint64)
    raw = np.random.Philox(key=key, counter=counter).random_raw(count + skipped)[skipped:]
    return np.asarray(raw >> np.uint64(11), dtype=np.float64) * 2.0**-53


def white_noise(seed: int, channel: int, first: int, count: int) -> Series:
    """Return noise of mean 0 and variance 1, uniform: the kernels add up many of them, which makes the sums normal."""
    return (uniform_noise(seed, channel, first, count) - 0.5) * float(np.sqrt(12.0))


def matern_kernel(hours: float) -> Series:
    """Return a kernel with the autocorrelation (1 + t/hours) exp(-t/hours): smooth, so neighbours differ little."""
    lag = np.arange(KERNEL_HALF_HOURS) / 2
    return _unit_variance(lag * np.exp(-lag / hours))


def smoothed_exponential_kernel(hours: float, smoothing_hours: float) -> Series:
    """Return a kernel with an autocorrelation of about exp(-t/hours), smoother below `smoothing_hours`."""
    lag = np.arange(KERNEL_HALF_HOURS) / 2
    return _unit_variance(np.exp(-lag / hours) - np.exp(-lag / smoothing_hours))


def filter_noise(noise: Series, kernel: Series) -> Series:
    """Filter noise through a causal kernel; the first KERNEL_HALF_HOURS - 1 values only warm it up."""
    size = 1 << (len(noise) + len(kernel)).bit_length()
    spectrum = np.fft.rfft(noise, size) * np.fft.rfft(kernel, size)
    return np.fft.irfft(spectrum, size)[len(kernel) - 1 : len(noise)]


def seeded_chance(seed: int, *what: object) -> float:
    """Return a number in [0, 1) that depends only on the seed and the arguments."""
    text = "\x1f".join(str(part) for part in (seed, *what))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest()) / 2**64


def _unit_variance(kernel: Series) -> Series:
    return kernel / float(np.sqrt(np.sum(kernel**2)))
