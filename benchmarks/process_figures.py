"""What a long run uses: memory and open files of processes, files of a home, and how far they grew. Linux only.

Belongs here: reading the figures and comparing the end of the warm-up with the end. Not here: what runs (`soak.py`).
"""

from collections import defaultdict
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import NamedTuple

DESCRIPTORS_MORE, FILES_MORE = 20, 25
"""The descriptors of a process and files of a home that may be added after the warm-up. A page opens some for moments;
a landing, its log and a snapshot are a few files each, and the newest five snapshots stay.
"""


class Sample(NamedTuple):
    """The figures of one process at one time."""

    seconds: float
    memory_mb: float
    descriptors: int


class Growth(NamedTuple):
    """The figures of a process at the end of the warm-up and at the end."""

    memory_before_mb: float
    memory_mb: float
    descriptors_before: int
    descriptors: int

    @property
    def memory_share(self) -> float:
        """Return by which share the memory grew."""
        return self.memory_mb / self.memory_before_mb - 1


@dataclass
class ProcessFigures:
    """The samples of the processes, by name, and the number of files of the home."""

    home: Path
    samples: dict[str, list[Sample]] = field(default_factory=lambda: defaultdict(list))
    files: list[tuple[float, int]] = field(default_factory=list)

    def take(self, processes: Mapping[str, int], seconds: float) -> None:
        """Read the figures of the processes and of the home now, `seconds` after the beginning."""
        for name, process in processes.items():
            try:
                memory_mb = _resident_mb(process)
                self.samples[name].append(Sample(seconds, memory_mb, len(list(Path(f"/proc/{process}/fd").iterdir()))))
            except (FileNotFoundError, ProcessLookupError):
                continue  # the caller notices ended processes
        self.files.append((seconds, _count_files(self.home)))

    def growth(self, warm_up_seconds: float, end_seconds: float) -> dict[str, Growth]:
        """Return the growth of each process, between medians of a fifth of the time after the warm-up."""
        span = (end_seconds - warm_up_seconds) / 5
        grown = {}
        for name, samples in self.samples.items():
            before = [s for s in samples if warm_up_seconds <= s.seconds <= warm_up_seconds + span]
            after = [s for s in samples if end_seconds - span <= s.seconds <= end_seconds]
            if before and after:
                grown[name] = Growth(
                    median(s.memory_mb for s in before),
                    median(s.memory_mb for s in after),
                    max(s.descriptors for s in before),
                    round(median(s.descriptors for s in after)),
                )
        return grown

    def violations(
        self, warm_up_seconds: float, end_seconds: float, most_growth: float, *, may_grow: Container[str] = ()
    ) -> Iterator[str]:
        """Yield a sentence for each process that grew too much, and for a home with too many new files.

        The memory of the processes in `may_grow` is not judged.
        """
        for name, grown in self.growth(warm_up_seconds, end_seconds).items():
            if grown.memory_share > most_growth and name not in may_grow:
                yield f"the memory of {name} grew by {grown.memory_share:.1%}, and at most {most_growth:.0%} is allowed"
            if grown.descriptors > grown.descriptors_before + DESCRIPTORS_MORE:
                yield f"{name} had {grown.descriptors_before} open files, and has {grown.descriptors} at the end"
        before = max((count for seconds, count in self.files if seconds <= warm_up_seconds), default=0)
        after = self.files[-1][1] if self.files else 0
        if after > before + FILES_MORE:
            yield f"the home had {before} files, and has {after} at the end"


def _resident_mb(process: int) -> float:
    """Return the resident memory of a process."""
    status = Path(f"/proc/{process}/status").read_text()
    sizes = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")]
    if not sizes:
        raise ProcessLookupError(process)  # it has ended and was not waited for
    return int(sizes[0]) / 1024


def _count_files(home: Path) -> int:
    """Return the number of files of a home without Dagster's: it keeps some for each run until they are pruned."""
    return sum(1 for path in home.rglob("*") if path.is_file() and "dagster" not in path.relative_to(home).parts)
