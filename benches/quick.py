"""Counts the instructions of the hot paths under callgrind and compares them with the table kept beside this file.

    python quick.py --highwater BINARY [--write] [--work DIR]

Instructions don't depend on what else a machine does, so a change that costs a tenth is seen on a noisy one. Status 1
when a path takes over a tenth more than the table says; one that takes a tenth less is named too: then the table is to
be written anew (`--write`), with the change that brought it. Each path runs on one thread of ours; what the engine
does in its own is left out, since its threads share work as they come.
"""

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path

TABLE = Path(__file__).with_name("instructions.tsv")
# Users of the exports that are counted on; more would take minutes, fewer would count little but the program's start.
USERS = 20_000
TOLERATED = 0.10


def paths(work: Path) -> dict[str, list[str]]:
    """The hot paths, by name, as arguments of the program. They run in this order."""
    exports, case = str(work / "exports"), str(work / "case")
    return {
        "synth": ["synth", exports, "--users", str(USERS)],
        "ingest": ["ingest", case, exports],
        "export verdicts": ["export", case, "verdicts"],
        "show by id": ["show", case, "user_passwords", "--id", "@some", "--json"],
    }


def some_user(binary: Path, case: Path) -> str:
    asked = [binary, "show", case, "user_passwords", "--columns", "user_id", "--limit", "1", "--offset", "9000", "--json"]
    told = subprocess.run(asked, check=True, capture_output=True, text=True)
    return json.loads(told.stdout)[0]["user_id"]


def run(binary: Path, arguments: list[str]) -> None:
    subprocess.run([binary, *arguments, "--quiet"], check=True, stdout=subprocess.DEVNULL)


def count(binary: Path, arguments: list[str], work: Path) -> int:
    callgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={work / 'callgrind.out'}"]
    command = [*callgrind, str(binary), *arguments, "--quiet", "--threads", "1"]
    told = subprocess.run(command, capture_output=True, text=True)
    collected = re.search(r"Collected : (\d+)", told.stderr)
    if told.returncode != 0 or collected is None:
        sys.exit(f"callgrind failed: {' '.join(command)}\n{told.stderr}")
    return int(collected.group(1))


def counted(binary: Path, work: Path) -> dict[str, int]:
    subprocess.run(["rm", "-rf", str(work)], check=True)
    work.mkdir(parents=True)
    counts = {}
    for name, arguments in paths(work).items():
        if name == "ingest":
            run(binary, ["init", str(work / "case"), "--incident", "zendesk-2016"])
        if name == "export verdicts":
            run(binary, ["classify", str(work / "case")])
        if name == "show by id":
            arguments = [some_user(binary, work / "case") if part == "@some" else part for part in arguments]
        counts[name] = count(binary, arguments, work)
    return counts


def kept() -> dict[str, int]:
    lines = TABLE.read_text().splitlines()[1:] if TABLE.exists() else []
    return {name: int(number) for name, number in (line.split("\t") for line in lines)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--highwater", type=Path, required=True)
    parser.add_argument("--write", action="store_true", help="keep the counts as the table")
    parser.add_argument("--work", type=Path, default=Path("target/bench-quick"))
    asked = parser.parse_args()
    counts, table = counted(asked.highwater, asked.work), kept()
    worse = []
    for name, number in counts.items():
        before = table.get(name)
        change = (number - before) / before if before else None
        print(f"{name:<18} {number:>16,}  {'new' if change is None else f'{change:+.1%}'}")
        if not asked.write and (change is None or abs(change) > TOLERATED):
            worse.append(name)
    if asked.write:
        TABLE.write_text("path\tinstructions\n" + "".join(f"{name}\t{number}\n" for name, number in counts.items()))
    if worse:
        sys.exit(f"not as the table says, by over a tenth: {', '.join(worse)}. If that is meant: make bench-quick WRITE=--write")


if __name__ == "__main__":
    main()
