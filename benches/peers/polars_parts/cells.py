"""How a cell is understood, and how a verdict is found.

Truth has three values here as in the rules: NULL is unknown, and `&` and `|` follow Kleene.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl
from polars import DataFrame, Expr, col, lit, when

from .profile import AS_OF, UNTIL_HI, UNTIL_LO

EARLIEST = datetime(1970, 1, 1)
LATEST = datetime(2199, 12, 31, 23, 59, 59, 999999)
# What is written without zone: by the first and by the last clock on Earth that shows it.
AHEAD, BEHIND = timedelta(hours=14), timedelta(hours=12)
DAY = timedelta(days=1, microseconds=-1)
MINUTE = timedelta(minutes=1, microseconds=-1)

YES = ["true", "t", "yes", "y", "1", "on", "enabled"]
NO = ["false", "f", "no", "n", "0", "off", "disabled"]


@dataclass
class Instant:
    """When something happened: the first and the last instant that a cell can mean, NULL where it can't be read.

    What was written but can't be read may be any instant: it is neither before nor after the window, neither done nor
    later than as_of.
    """

    written: Expr
    lo: Expr
    hi: Expr

    @property
    def before(self) -> Expr:
        return (self.hi < UNTIL_LO).fill_null(False)

    @property
    def after(self) -> Expr:
        return (self.lo >= UNTIL_HI).fill_null(False)

    @property
    def later(self) -> Expr:
        return (self.lo > AS_OF).fill_null(False)

    @property
    def done(self) -> Expr:
        return (self.hi <= AS_OF).fill_null(False)

    @property
    def pending(self) -> Expr:
        return self.written & ~self.later & ~self.done


def shown(**forms: str) -> list[Expr]:
    """What columns of instants show, each read by its form once, however many tests ask for it."""
    return [shown_by(column, form).alias(f"{column}_shown") for column, form in forms.items()]


def shown_by(column: str, form: str) -> Expr:
    read = col(column).str.to_datetime(form, time_unit="us", strict=False)
    return read.dt.replace_time_zone(None) if "%z" in form else read


def instant(column: str, ahead: timedelta | None = None, behind: timedelta | None = None) -> Instant:
    """What a column shows, less `ahead` at the earliest and with `behind` at the latest."""
    read = col(f"{column}_shown")
    return Instant(col(column).is_not_null(), read - ahead if ahead else read, read + behind if behind else read)


def boolean(column: str) -> Expr:
    return when(col(column).is_in(YES)).then(True).when(col(column).is_in(NO)).then(False)


def code(column: str, **words: list[str]) -> Expr:
    """A column of codes, each with the words for it: NULL stays, what is none of them is `unknown`."""
    read = decide({name: col(column).is_in(meant) for name, meant in words.items()}, "unknown")
    return when(col(column).is_not_null()).then(read)


def decide(tests: dict[str, Expr], otherwise: str) -> Expr:
    """The first code whose test is TRUE. As an Enum: a byte a row."""
    codes = pl.Enum([*tests, otherwise])
    decided = lit(otherwise, dtype=codes)
    for name, test in reversed(tests.items()):
        decided = when(test).then(lit(name, dtype=codes)).otherwise(decided)
    return decided


def answer(truth: Expr) -> Expr:
    return decide({"yes": truth, "no": ~truth}, "unknown")


def state(clear: list[str], must_act: list[str]) -> Expr:
    return decide({"clear": col("reason").is_in(clear), "must_act": col("reason").is_in(must_act)}, "undetermined")


def joined(items: Expr) -> Expr:
    """The distinct items of a group as one list, in the order of bytes; NULL where there are none."""
    return items.unique().sort().str.join(";").replace("", None)


def to_bits(codes: Expr, bits: dict[str, int]) -> Expr:
    """Each code as the one bit of a number that stands for it; 0 where none does."""
    return codes.replace_strict(bits, default=0, return_dtype=pl.UInt64)


def from_bits(rows: DataFrame, column: str, words: list[str]) -> DataFrame:
    """Numbers as lists of the words that their bits stand for: each number that occurs is put into words once."""
    has = [when(col(column) & (1 << bit) != 0).then(lit(word)) for bit, word in enumerate(words)]
    text = pl.concat_str(has, separator=";", ignore_nulls=True).replace("", None)
    numbers = rows.select(column).unique().with_columns(text=text)
    named = rows.join(numbers, on=column, how="left", maintain_order="left")
    return named.drop(column).rename({"text": column})
