"""Trials: a child process does the work and is killed, its home is judged, and the work runs again.

Belongs here: processes, moments, counting. Not here: the steps at which most are killed (`steps.py`), what is done and
judged (`work.py` and the kinds).
"""

import os
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from signal import SIGKILL

from benchmarks.harness import temporary_home
from benchmarks.kills.steps import Step, StepCounter, chosen_steps
from benchmarks.kills.work import Contents, Work

LONGEST_SECONDS = 300.0
"The time after which a process counts as stuck."
TRIES_PER_KILL = 3
"The number of trials after which it is given up to kill a process that ends before its moment."
AT_A_MOMENT = 4
"Of so many kills, the last one is at a random moment, which can be inside a step; the others are between two steps."
READY = -1

PROCESSES = get_context("forkserver")
"""The start method: children of one process that has imported everything, so that no kill is spent on imports. That
process starts no thread, opens no file and keeps no connection."""
PROCESSES.set_forkserver_preload(["benchmarks.kills.kinds", "benchmarks.kills.imports"])


@dataclass
class Tally:
    """The counts of one kind of work; `violations` has a sentence for each broken promise."""

    name: str
    usual_seconds: float = 0.0
    killed: int = 0
    ended_before: int = 0
    acknowledged: int = 0
    violations: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Ending:
    """How a child process ended: what it had acknowledged, after how long, and its exit code (negative: a signal)."""

    acknowledged: Sequence[int]
    seconds: float
    exit_code: int | None
    times: Mapping[str, int] = field(default_factory=dict)
    "How often the work came to each place at which it can be killed, if it ended by itself."


def kill_repeatedly(work: Work, kills: int, seed: int, *, until_broken: bool = False) -> Tally:
    """Kill the work so many times, each time in a new home: at its steps, and at moments of its usual duration.

    With `until_broken`, a broken promise is the end.
    """
    tally = Tally(work.name)
    with temporary_home(), work.surroundings():
        work.prepare()
        undisturbed = run_and_kill(work, LONGEST_SECONDS)
        if undisturbed.exit_code != 0:
            tally.violations.append(f"without a kill the work ended with exit code {undisturbed.exit_code}")
            return tally
        tally.usual_seconds = undisturbed.seconds
        tally.violations += judge_home(work, undisturbed.acknowledged, "without a kill")
        expected = work.contents()
    chance = random.Random(f"{work.name} {seed}")  # noqa: S311 (not used for security)
    steps = chosen_steps(undisturbed.times, chance)
    for trial in range(kills * TRIES_PER_KILL):
        if tally.killed == kills or (until_broken and tally.violations):
            break
        step = None if trial % AT_A_MOMENT == AT_A_MOMENT - 1 else next(steps, None)
        seconds = LONGEST_SECONDS if step else chance.uniform(0, tally.usual_seconds)
        moment = f"before {step.place}, time {step.number}" if step else f"after {seconds:.3f} s"
        with temporary_home(), work.surroundings():
            work.prepare()
            ending = run_and_kill(work, seconds, step)
            sentences = judge_ending(work, ending, expected)
        tally.killed += ending.exit_code == -SIGKILL
        tally.ended_before += ending.exit_code == 0
        tally.acknowledged += len(ending.acknowledged)
        tally.violations += [f"trial {trial}, {moment}: {sentence}" for sentence in sentences]
    return tally


def judge_ending(work: Work, ending: Ending, expected: Contents) -> list[str]:
    """Return the broken promises: right after the process ended, and after the work ran again to its end."""
    sentences = []
    if ending.exit_code not in (0, -SIGKILL):
        sentences.append(f"the work failed by itself with exit code {ending.exit_code}")
    sentences += judge_home(work, ending.acknowledged, "after the kill")
    sentences += _sentences("running again", lambda: _run_again(work))
    sentences += judge_home(work, ending.acknowledged, "after running again")
    sentences += _sentences("after running again", lambda: _differences(work, expected))
    sentences += _sentences("after running again", work.leftovers)
    return sentences


def judge_home(work: Work, acknowledged: Sequence[int], moment: str) -> list[str]:
    """Return a sentence for each broken promise, beginning with the moment; also for what cannot be opened."""
    return _sentences(moment, lambda: work.violations(acknowledged))


def run_and_kill(work: Work, after_seconds: float, step: Step | None = None) -> Ending:
    """Run the work in a child process, and kill it that long after it was ready or before the step, if it comes there.

    It is killed with SIGKILL, unless it has ended before.
    """
    ours, theirs = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=_work_in_child, args=(work, dict(os.environ), step, theirs))
    process.start()
    theirs.close()
    messages: list[int | dict[str, int]] = []
    started = time.monotonic()
    try:
        if not ours.poll(LONGEST_SECONDS) or ours.recv() != READY:
            raise RuntimeError(f"the process for {work.name} did not start")
        started = time.monotonic()
        while (left := started + after_seconds - time.monotonic()) > 0 and ours.poll(left):
            messages.append(ours.recv())
    except EOFError:  # it has ended
        process.join(LONGEST_SECONDS)
    finally:
        seconds = time.monotonic() - started
        process.kill()
        process.join()
    messages += _rest_of(ours)
    times = next((message for message in messages if isinstance(message, dict)), {})
    return Ending([number for number in messages if isinstance(number, int)], seconds, process.exitcode, times)


def _rest_of(channel: Connection) -> Iterator[int | dict[str, int]]:
    """Yield what was sent before the process was killed: a message is written in one step."""
    with channel:
        while True:
            try:
                yield channel.recv()
            except EOFError:
                return


def _work_in_child(work: Work, environment: dict[str, str], step: Step | None, channel: Connection) -> None:
    os.environ.clear()
    os.environ.update(environment)
    counter = StepCounter(work.modules, step)
    counter.start()
    channel.send(READY)
    work.run(channel.send)
    channel.send(dict(counter.times))


def _run_again(work: Work) -> Iterator[str]:
    work.run(lambda _: None)
    yield from ()


def _differences(work: Work, expected: Contents) -> Iterator[str]:
    """Yield a sentence for each table that differs from that of a run without a kill."""
    contents = work.contents()
    for name in sorted({*contents, *expected}):
        if name not in contents or name not in expected:
            yield f"{name} exists on one side only"
        elif not contents[name].equals(expected[name]):
            yield f"{name} has {len(contents[name])} rows that differ from {len(expected[name])} of an unkilled run"


def _sentences(moment: str, judge: Callable[[], Iterable[str]]) -> list[str]:
    """Return the sentences, or the error of whatever could not be opened, each with its moment."""
    sentences: list[str] = []
    try:
        sentences.extend(judge())
    except Exception as error:
        sentences.append(f"{type(error).__name__}: {error}")
    return [f"{moment}: {sentence}" for sentence in sentences]
