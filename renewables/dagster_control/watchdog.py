"""Ends the servers of `renewables up` when it was killed and could not end them itself.

`python -m renewables.dagster_control.watchdog` reads its standard input, a pipe whose other end only `renewables up`
has: the system closes it whatever ends that process, SIGKILL included. Each line is `+` or `-` and the identity of the
leader of a process group. At the end of the input it ends all groups that are left, with SIGTERM first.

Belongs here: this one duty, with the standard library only, so that the process stays small.
"""

import os
import signal
import sys
import time

from renewables.dagster_control.process_identity import identity_of

GRACE_SECONDS = 15.0
"The time for runs to record that they were ended, before they are killed."


def group_lives(group: int) -> bool:
    """Return whether any process of the group is left (a leader that nobody waited for counts)."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # on macOS, when only a leader is left that nobody waited for
        return False
    return True


def end_groups(groups: list[int], grace_seconds: float = GRACE_SECONDS) -> None:
    """Send SIGTERM to the groups, and SIGKILL to those that are left after the grace period."""
    _signal_groups(groups, signal.SIGTERM)
    until = time.monotonic() + grace_seconds
    while any(group_lives(group) for group in groups) and time.monotonic() < until:
        time.sleep(0.05)
    _signal_groups(groups, signal.SIGKILL)


def _signal_groups(groups: list[int], number: signal.Signals) -> None:
    for group in groups:
        try:
            os.killpg(group, number)
        except (ProcessLookupError, PermissionError):
            continue


def main() -> None:
    """Read until the pipe is closed, then end the groups that are left."""
    leaders: dict[int, str] = {}
    for line in sys.stdin:
        identity = line[1:].strip()
        group = int(identity.split()[0])
        if line.startswith("+"):
            leaders[group] = identity
        else:
            leaders.pop(group, None)
    # A group without its leader is still ours; a leader of another start time is somebody else's process.
    end_groups([group for group, identity in leaders.items() if identity_of(group) in (None, identity)])


if __name__ == "__main__":
    main()
