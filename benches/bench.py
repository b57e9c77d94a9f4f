"""Measures the whole job and its parts on invented exports, beside what people would write instead.

    python bench.py --highwater BINARY [--users 1000000 ...] [--rounds 5] [--peers polars_peer ...] [--memory 1500MB]
                    [--work DIR] [--clean] [--whole-only]

For each number of users: writes the exports, then runs Highwater and every peer on the same files in turn, as many
rounds as asked for. After the first round each peer's verdicts and lists are compared with Highwater's; a difference
ends the bench with status 1. What is told are medians of wall seconds, CPU seconds and the peak of memory, and ratios
of Highwater's to each peer's medians. The raw figures go to DIR/results.json.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

HERE = Path(__file__).parent
PEERS = ("polars_peer", "duckdb_csv", "duckdb_tables", "pandas_peer")
INCIDENT = "zendesk-2016"
# A state before the one that the exports' facts declare.
OTHER_AS_OF = "2019-09-01T00:00:00Z"
LOOKUPS = 10


@dataclass
class Measured:
    """One run of one command."""

    users: int
    round: int
    what: str
    wall: float
    cpu: float
    peak_mb: float


def measure(users: int, round_: int, what: str, command: list[str], log: Path) -> Measured:
    """Runs a command to its end and measures it as a whole process; a failure ends the bench."""
    with log.open("ab") as out:
        began = time.monotonic()
        process = subprocess.Popen(command, stdout=out, stderr=out)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
    if status != 0:
        sys.exit(f"{what} failed on {users} users: {' '.join(command)}\nits words are in {log}")
    return Measured(users, round_, what, wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


class Bench:
    def __init__(self, asked: argparse.Namespace) -> None:
        self.asked = asked
        self.work = asked.work
        self.work.mkdir(parents=True, exist_ok=True)
        self.log = self.work / "commands.log"
        self.measured: list[Measured] = []

    def highwater(self, *arguments: str) -> list[str]:
        return [str(self.asked.highwater), *arguments, "--quiet", "--threads", "2", "--memory", self.asked.memory]

    def size(self, users: int) -> None:
        exports, case = self.work / f"exports-{users}", self.work / f"case-{users}"
        dirt = ["--dirt", "0"] if self.asked.clean else []
        measure(users, 0, "synth", self.highwater("synth", str(exports), "--users", str(users), *dirt), self.log)
        for round_ in range(1, self.asked.rounds + 1):
            self.whole(users, round_, exports, case)
            for peer in self.asked.peers:
                self.peer(users, round_, peer, exports, case)
        if not self.asked.whole_only:
            self.parts(users, exports, case)
        for left in (exports, case):
            shutil.rmtree(left, ignore_errors=True)

    def run(self, users: int, round_: int, what: str, command: list[str]) -> None:
        measured = measure(users, round_, what, command, self.log)
        self.measured.append(measured)
        print(f"{users:>12,}  {what:<24} {measured.wall:9.2f} s {measured.cpu:9.2f} CPU s {measured.peak_mb:8.0f} MB", flush=True)
        self.keep()

    def whole(self, users: int, round_: int, exports: Path, case: Path) -> None:
        shutil.rmtree(case, ignore_errors=True)
        command = self.highwater("run", str(case), str(exports), "--incident", INCIDENT)
        self.run(users, round_, "highwater run", command)

    def peer(self, users: int, round_: int, peer: str, exports: Path, case: Path) -> None:
        out = self.work / f"{peer}-out"
        shutil.rmtree(out, ignore_errors=True)
        self.run(users, round_, peer, [sys.executable, str(HERE / "peers" / f"{peer}.py"), str(exports), str(out)])
        if round_ == 1:
            subprocess.run([sys.executable, str(HERE / "compare.py"), str(case), str(out)], check=True)
        shutil.rmtree(out, ignore_errors=True)

    def parts(self, users: int, exports: Path, case: Path) -> None:
        """The verbs one by one, a second state of the same case, and lookups by an id of each kind."""
        self.run(users, 1, "second classify", self.highwater("classify", str(case), "--as-of", OTHER_AS_OF))
        for query, column in (("user_passwords", "user_id"), ("app_credentials", "installation_id"), ("account_exposure", "account_id")):
            found = self.some_id(case, query, column)
            for round_ in range(1, LOOKUPS + 1):
                command = self.highwater("show", str(case), query, "--id", found, "--json")
                self.run(users, round_, f"lookup in {query}", command)
        shutil.rmtree(case)
        for verb, arguments in (
            ("init", ["--incident", INCIDENT]),
            ("ingest", [str(exports)]),
            ("classify", []),
        ):
            self.run(users, 1, verb, self.highwater(verb, str(case), *arguments))
        self.run(users, 1, "export lists", self.highwater("export", str(case), "lists"))

    def some_id(self, case: Path, query: str, column: str) -> str:
        question = self.highwater("show", str(case), query, "--columns", column, "--limit", "1", "--offset", "1000", "--json")
        answer = subprocess.run(question, check=True, capture_output=True, text=True)
        return json.loads(answer.stdout)[0][column]

    def keep(self) -> None:
        figures = [asdict(measured) for measured in self.measured]
        about = {"machine": machine(), "rounds": self.asked.rounds, "memory": self.asked.memory, "figures": figures}
        (self.work / "results.json").write_text(json.dumps(about, indent=1))

    def table(self) -> str:
        lines = ["| users | what | wall s | CPU s | peak MB | Highwater is |", "| ---: | --- | ---: | ---: | ---: | ---: |"]
        for users in dict.fromkeys(m.users for m in self.measured):
            ours = None
            for what in dict.fromkeys(m.what for m in self.measured if m.users == users):
                of = [m for m in self.measured if m.users == users and m.what == what]
                wall = statistics.median(m.wall for m in of)
                cpu = statistics.median(m.cpu for m in of)
                ours = ours or wall
                ratio = f"{ours / wall:.2f} ×" if what in self.asked.peers else ""
                peak = max(m.peak_mb for m in of)
                lines.append(f"| {users:,} | {what} | {wall:.2f} | {cpu:.2f} | {peak:,.0f} | {ratio} |")
        return "\n".join(lines)


def machine() -> str:
    model = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), "")
    return f"{os.cpu_count()} cores, {model}, {platform.system()} {'.'.join(platform.release().split('.')[:2])}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--highwater", type=Path, required=True)
    parser.add_argument("--users", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peers", nargs="*", default=list(PEERS), choices=PEERS)
    parser.add_argument("--memory", default="1500MB")
    parser.add_argument("--work", type=Path, default=Path("target/bench"))
    parser.add_argument("--whole-only", action="store_true", help="the whole job and the peers, not its parts")
    parser.add_argument("--clean", action="store_true", help="exports without mistakes")
    bench = Bench(parser.parse_args())
    for users in bench.asked.users:
        bench.size(users)
    print()
    print(bench.table())


if __name__ == "__main__":
    main()
