"""Compares what a peer wrote with a Highwater case: every verdict and every list, row by row in their order.

    python compare.py CASE PEER_OUT [--run 1]

A difference is a file, a column or a row that one side lacks, another type, or another value. For each file it says
how many rows are equal, and the first rows that differ; the exit status is 1 where anything differs.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

BATCH = 65_536
QUERIES = (
    "account_exposure", "user_passwords", "app_credentials", "certificates", "api_clients", "data_subjects",
    "account_summary", "notifications",
)
LISTS = (
    "outreach", "operations-passwords", "operations-apps", "operations-certificates", "operations-clients",
    "subjects-read", "undetermined", "unreachable",
)
# Which record a verdict rests on: a peer keeps no provenance.
PROVENANCE = {"source", "record", "change_source", "change_record"}
# What our list of doubts says besides: how much evidence would settle. It decides that list's order, too.
SETTLES = ["settles", "settles_subjects", "words"]
NEUTRALISED = "_neutralised"
# A `'` of ours: at the beginning or behind what may end a cell or a line, where white space, invisible characters and
# quotes lead to the beginning of a formula.
MARK = re.compile(
    "(^|[,;|\\t\\n\\v\\f\\r\\x85\\u2028\\u2029])'"
    "(?=[\\s\"'\\x00-\\x1f\\x7f-\\x9f\\xad\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ufeff]*"
    "[=+\\-@\\t\\r\\uff1d\\uff0b\\uff0d\\uff20\\ufe66\\ufe62\\ufe63\\ufe6b])"
)


@dataclass
class Rows:
    """One side of a file: its columns with what kind of values they hold, and its rows in batches."""

    kinds: dict[str, str]
    batches: Iterator[pa.RecordBatch]


@dataclass
class Comparison:
    """What came of comparing two files."""

    ours: int = 0
    theirs: int = 0
    equal: int = 0
    differences: list[str] = field(default_factory=list)


def kind(type_: pa.DataType) -> str:
    if pa.types.is_dictionary(type_):
        return kind(type_.value_type)
    if pa.types.is_string(type_) or pa.types.is_large_string(type_) or pa.types.is_string_view(type_):
        return "text"
    if pa.types.is_integer(type_):
        return "integer"
    if pa.types.is_timestamp(type_):
        return "instant" if type_.unit == "us" and type_.tz is None else str(type_)
    return "boolean" if pa.types.is_boolean(type_) else str(type_)


def plain(array: pa.Array) -> pa.Array:
    """The values in the one type that we compare their kind in."""
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    common = {"text": pa.large_string(), "integer": pa.int64()}.get(kind(array.type))
    return array.cast(common) if common else array


def parquet_rows(path: Path) -> Rows:
    file = pq.ParquetFile(path, pre_buffer=False)
    kinds = {f.name: kind(f.type) for f in file.schema_arrow}
    return Rows(kinds, file.iter_batches(batch_size=BATCH))


def text_rows(names: list[str], batches: Iterator[pa.RecordBatch]) -> Rows:
    return Rows({name: "text" for name in names if not name.startswith("_")}, batches)


def csv_reader(path: Path) -> pa_csv.CSVStreamingReader:
    with path.open(encoding="utf-8", newline="") as lines:
        names = lines.readline().rstrip("\n").split(",")
    return pa_csv.open_csv(
        path,
        read_options=pa_csv.ReadOptions(block_size=16 << 20),
        parse_options=pa_csv.ParseOptions(newlines_in_values=True),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=False
        ),
    )


def csv_rows(paths: list[Path]) -> Rows:
    readers = [csv_reader(path) for path in paths]
    headers = {tuple(reader.schema.names) for reader in readers}
    if len(headers) != 1:
        raise SystemExit(f"the parts of one list have different columns: {headers}")
    return text_rows(list(headers.pop()), chain.from_iterable(map(as_meant, reader) for reader in readers))


def as_meant(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Takes the `'` away that keep cells from being formulas."""
    if NEUTRALISED not in batch.schema.names:
        return batch
    touched = batch.column(NEUTRALISED)
    if pc.max(touched).as_py() in ("", None):
        return batch
    columns = [restored(batch.column(name), name, touched) for name in batch.schema.names]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def restored(cells: pa.Array, name: str, touched: pa.Array) -> pa.Array:
    rows = zip(cells.to_pylist(), touched.to_pylist())
    texts = [MARK.sub(r"\1", cell) if name in (names or "").split(";") else cell for cell, names in rows]
    return pa.array(texts, cells.type)


def doubts_in_order(path: Path) -> Rows:
    """Our list of doubts in the order that does without SETTLES, sorted on disk where it must be."""
    connection = duckdb.connect(config={"memory_limit": "2GB", "threads": 1})
    rows = connection.sql(
        f"""SELECT COLUMNS(c -> c NOT IN {tuple(SETTLES)})
        FROM read_csv('{path}', header = true, all_varchar = true, delim = ',', quote = '"', escape = '"')
        ORDER BY query NULLS FIRST, reason NULLS FIRST, account_id NULLS FIRST, subject_id NULLS FIRST"""
    )
    return text_rows(rows.columns, map(filled, rows.to_arrow_reader(BATCH)))


def filled(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Empty cells as other lists have them."""
    columns = [pc.fill_null(column.cast(pa.large_string()), "") for column in batch.columns]
    return as_meant(pa.RecordBatch.from_arrays(columns, names=batch.schema.names))


def our_list(folder: Path, name: str) -> Rows | None:
    if name == "outreach":
        paths = sorted(folder.glob("outreach-*.csv"), key=lambda path: path.stem)
        return csv_rows(paths) if paths else None
    path = folder / f"{name}.csv"
    if not path.exists():
        return None
    return doubts_in_order(path) if name == "undetermined" else csv_rows([path])


def pairs(ours: Iterator[pa.RecordBatch], theirs: Iterator[pa.RecordBatch]) -> Iterator[tuple]:
    """Batches of both sides with as many rows each; at the end what only one side has, and None for the other."""
    left, right = next(ours, None), next(theirs, None)
    while left is not None and right is not None:
        rows = min(left.num_rows, right.num_rows)
        yield left.slice(0, rows), right.slice(0, rows)
        left = left.slice(rows) if rows < left.num_rows else next(ours, None)
        right = right.slice(rows) if rows < right.num_rows else next(theirs, None)
    while left is not None:
        yield left, None
        left = next(ours, None)
    while right is not None:
        yield None, right
        right = next(theirs, None)


def same(a: pa.Array, b: pa.Array) -> pa.Array:
    """For each row whether the values are the same, NULL and NULL included."""
    both_null = pc.and_(pc.is_null(a), pc.is_null(b))
    return pc.or_(both_null, pc.fill_null(pc.equal(a, b), False))


def same_rows(left: pa.RecordBatch, right: pa.RecordBatch, names: list[str]) -> pa.Array | None:
    """For each row whether all columns are the same; None where all rows are."""
    mask = None
    for name in names:
        a, b = plain(left.column(name)), plain(right.column(name))
        if not a.equals(b):
            mask = same(a, b) if mask is None else pc.and_(mask, same(a, b))
    return mask


def row(batch: pa.RecordBatch, index: int, names: list[str]) -> dict:
    return {name: batch.column(name)[index].as_py() for name in names}


def compared_columns(ours: Rows, theirs: Rows) -> tuple[list[str], list[str]]:
    """The columns that both have, and what is amiss with the columns."""
    needed = [name for name in ours.kinds if name not in PROVENANCE]
    amiss = [f"column {name} is missing" for name in needed if name not in theirs.kinds]
    amiss += [f"column {name} is none of ours" for name in theirs.kinds if name not in ours.kinds]
    common = [name for name in theirs.kinds if name in ours.kinds]
    if not amiss and common != [name for name in ours.kinds if name in theirs.kinds]:
        amiss.append("columns stand in another order")
    amiss += [
        f"column {name} is {theirs.kinds[name]}, ours {ours.kinds[name]}"
        for name in common
        if ours.kinds[name] != theirs.kinds[name]
    ]
    return [name for name in common if ours.kinds[name] == theirs.kinds[name]], amiss


def compare(ours: Rows, theirs: Rows) -> Comparison:
    names, amiss = compared_columns(ours, theirs)
    result = Comparison(differences=amiss)
    first = None
    for left, right in pairs(ours.batches, theirs.batches):
        before = result.ours
        result.ours += left.num_rows if left is not None else 0
        result.theirs += right.num_rows if right is not None else 0
        if left is None or right is None:
            continue
        mask = same_rows(left, right, names)
        result.equal += left.num_rows if mask is None else pc.sum(mask).as_py() or 0
        if mask is not None and first is None and (index := pc.index(mask, False).as_py()) >= 0:
            first = f"row {before + index + 1}\n  ours   {row(left, index, names)}\n  theirs {row(right, index, names)}"
    if result.ours != result.theirs:
        result.differences.append(f"{result.theirs:,} rows, ours {result.ours:,}")
    if first:
        result.differences.append(first)
    if not names:
        result.differences.append("no column can be compared")
    return result


def files(case: Path, out: Path, run: int) -> Iterator[tuple[str, Rows | None, Rows | None]]:
    """Each file of either side: its name, and the rows of both."""
    verdicts, lists = case / f"runs/{run:04}/verdicts", case / f"out/{run:04}/lists"
    for name in sorted({*QUERIES, *(p.stem for p in chain(verdicts.glob("*"), (out / "verdicts").glob("*")))}):
        pair = [folder / f"{name}.parquet" for folder in (verdicts, out / "verdicts")]
        yield f"verdicts/{name}.parquet", *(parquet_rows(path) if path.exists() else None for path in pair)
    ours = {p.stem for p in lists.glob("*.csv") if not p.stem.startswith("outreach-")}
    for name in sorted({*LISTS, *ours, *(p.stem for p in (out / "lists").glob("*"))}):
        theirs = out / f"lists/{name}.csv"
        yield f"lists/{name}.csv", our_list(lists, name), csv_rows([theirs]) if theirs.exists() else None


def report(name: str, ours: Rows | None, theirs: Rows | None) -> bool:
    """Says what came of one file, and whether it is the same."""
    if ours is None or theirs is None:
        print(f"{name}: {'the case' if ours is None else 'the peer'} does not have it")
        return False
    result = compare(ours, theirs)
    print(f"{name}: {result.equal:,} of {result.ours:,} rows equal")
    for difference in result.differences:
        print(f"{name}: {difference}")
    return not result.differences and result.equal == result.ours == result.theirs


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case", type=Path, metavar="CASE")
    parser.add_argument("out", type=Path, metavar="PEER_OUT")
    parser.add_argument("--run", type=int, default=1)
    arguments = parser.parse_args()
    same_files = [report(*file) for file in files(arguments.case, arguments.out, arguments.run)]
    print("all equal" if all(same_files) else "NOT EQUAL")
    return 0 if all(same_files) else 1


if __name__ == "__main__":
    sys.exit(main())
