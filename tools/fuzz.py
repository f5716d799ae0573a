"""Fuzz one target with Atheris for some seconds: `python -m tools.fuzz answer --seconds 180`.

Atheris is no dependency: `pip install --target FOLDER atheris`, and put FOLDER into PYTHONPATH. It mutates the inputs
of the corpus by the lines of our code that they reach, and stops at the first exception that `fuzz_targets.py` does not
allow; that input is then in the folder of the corpus, in a file `crash-...`.
"""

import argparse
import os
import sys
from importlib import import_module
from pathlib import Path
from tempfile import gettempdir
from typing import Any

COVERED = ["elexon_assets", "pipeline_assets", "warehouse"]
"The packages whose lines guide the search."


def main() -> None:
    """Run the fuzzer until the time is over or an exception is found; its exit code is then not 0."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", choices=["answer", "workbook", "csv", "address"])
    parser.add_argument("--seconds", type=int, default=180, help="duration (default: %(default)d)")
    parser.add_argument("--corpus", type=Path, help="folder of inputs to begin with, and for new ones")
    chosen = parser.parse_args()
    try:
        atheris: Any = import_module("atheris")
    except ModuleNotFoundError:
        sys.exit("Atheris is not installed: pip install --target FOLDER atheris, and set PYTHONPATH=FOLDER.")
    corpus = chosen.corpus or Path(gettempdir()) / f"fuzz-{chosen.target}"
    corpus.mkdir(parents=True, exist_ok=True)
    os.environ["RENEWABLES_ENV_FILES"] = "none"
    with atheris.instrument_imports(include=COVERED):
        from tools.fuzz_targets import TARGETS
    limits = [f"-max_total_time={chosen.seconds}", f"-artifact_prefix={corpus}/", "-max_len=20000", "-timeout=120"]
    atheris.Setup([sys.argv[0], *limits, str(corpus)], TARGETS[chosen.target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
