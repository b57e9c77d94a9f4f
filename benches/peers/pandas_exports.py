"""The exports as the pandas peer reads them: cells become numbers, flags and small sets of words.

An instant is known as precisely as it was written: each column of instants is a pair of microseconds, the earliest and
the latest that a cell can mean, of which the tables keep the flags that verdicts ask for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc


def micros(text: str) -> int:
    return int(np.datetime64(text, "us").astype(np.int64))


SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
AS_OF = micros("2019-10-02T12:00:00")
# The window ends on 1 November 2016 of a zone that nobody names; from 2 November on it is over everywhere.
UNTIL_LO = micros("2016-10-31T10:00:00")
UNTIL_HI = micros("2016-11-02T12:00:00")
# What was written and can't be read may mean any instant.
EARLIEST = 0
LATEST = micros("2199-12-31T23:59:59.999999")

# How much earlier and later than it says a cell's instant may be, by where the clock stood.
TOKYO = -9 * HOUR, -9 * HOUR
INDIA_TO_THE_MINUTE = -11 * HOUR // 2, 60 * SECOND - 1 - 11 * HOUR // 2
ANYWHERE = -14 * HOUR, 12 * HOUR
ANYWHERE_ALL_DAY = -14 * HOUR, DAY - 1 + 12 * HOUR

SUPPORT, CHAT = 1, 2  # The sign-ins, as bits.
SIGN_INS = {"support": SUPPORT, "guide": SUPPORT, "talk": SUPPORT, "explore": SUPPORT, "chat": CHAT}
UNAFFECTED = {"bime", "connect", "sell", "smooch"}

TRUE = ("true", "t", "yes", "y", "1", "on", "enabled")
FALSE = ("false", "f", "no", "n", "0", "off", "disabled")
# Codes; the last one of each stands for all that are not ours.
ROLES = ["agent", "end_user", "unknown"]
POPULATIONS = ["agent", "end_user", "all", "unknown"]
APP_KINDS = ["marketplace", "private", "unknown"]
PROVIDERS = ["customer", "vendor", "unknown"]
CLIENT_KINDS = ["basic_password", "api_token", "oauth", "chat_api_token", "unknown"]
CHANGE_KINDS = ["password", "app_credential", "certificate", "unknown"]
EFFECTS = ["replaced", "invalidated", "requested", "unknown"]
SYNONYMS = {"admin": "agent", "owner": "agent"}

Text = pa.Array | pa.ChunkedArray
# Of texts that occur often, each once.
REPEATED = pd.ArrowDtype(pa.dictionary(pa.int32(), pa.large_string()))


# Instants


@dataclass(slots=True)
class Instants:
    """A column of instants, in microseconds of UTC."""

    lo: np.ndarray
    hi: np.ndarray
    written: np.ndarray

    @property
    def before(self) -> np.ndarray:
        return self.written & (self.hi < UNTIL_LO)

    @property
    def after(self) -> np.ndarray:
        return self.written & (self.lo >= UNTIL_HI)

    @property
    def on_edge(self) -> np.ndarray:
        return self.written & (self.hi >= UNTIL_LO) & (self.lo < UNTIL_HI)

    @property
    def done(self) -> np.ndarray:
        return self.written & (self.hi <= AS_OF)

    @property
    def pending(self) -> np.ndarray:
        return self.written & (self.lo <= AS_OF) & (self.hi > AS_OF)

    @property
    def is_late(self) -> np.ndarray:
        """After as_of: the state of as_of knows nothing of it."""
        return self.written & (self.lo > AS_OF)


def instants(cells: pd.Series, parse: Callable[[Text], Text], reach: tuple[int, int] = (0, 0)) -> Instants:
    """What cells of one style mean: from the one end of their reach to the other."""
    text = pa.array(cells)
    parsed = parse(text).cast(pa.timestamp("us")).cast(pa.int64())
    readable = parsed.is_valid().to_numpy(zero_copy_only=False)
    at = parsed.fill_null(0).to_numpy()
    lo = np.where(readable, at + reach[0], EARLIEST)
    hi = np.where(readable, at + reach[1], LATEST)
    return Instants(lo, hi, text.is_valid().to_numpy(zero_copy_only=False))


def iso(text: Text, like: str, zone: str | None = None) -> Text:
    """Dates and times as ISO 8601 has them, of the length of an example; NULL for all else."""
    shaped = pc.if_else(pc.equal(pc.binary_length(text), len(like)), text, None)
    try:
        return shaped.cast(pa.timestamp("us", zone))
    except pa.ArrowInvalid:  # Some are no dates. This takes longer, and leaves out those only.
        return pa.array(pd.to_datetime(pd.Series(shaped), format="ISO8601", utc=True, errors="coerce"))


def zulu(text: Text) -> Text:
    return iso(text, "2016-10-31T10:00:00Z", "UTC")


def zulu_fraction(text: Text) -> Text:
    return iso(text, "2016-10-31T10:00:00.000000Z", "UTC")


def offset(text: Text) -> Text:
    return iso(text, "2016-10-31T11:00:00+01:00", "UTC")


def local(text: Text) -> Text:
    return iso(text, "2016-10-31 10:00:00")


def utc(text: Text) -> Text:
    return local(pc.utf8_rtrim(text, " UTC"))


def day(text: Text) -> Text:
    return iso(text, "2016-10-31")


def day_first(text: Text) -> Text:
    return pc.strptime(text, format="%d/%m/%Y %H:%M", unit="us", error_is_null=True)


def milliseconds(text: Text) -> Text:
    shaped = pc.and_(pc.equal(pc.binary_length(text), len("1477908000000")), pc.utf8_is_digit(text))
    return pc.if_else(shaped, text, None).cast(pa.int64()).cast(pa.timestamp("ms"))


# Words


def lookup(cells: pd.Series, meaning: Callable[[str], int], empty: int) -> np.ndarray:
    """What each cell means, asked once for each different text."""
    numbers, texts = pd.factorize(cells)
    return np.array([*map(meaning, texts), empty], np.int8)[numbers]


def codes(cells: pd.Series, known: list[str]) -> np.ndarray:
    """The place of each cell's word among the known ones, -1 where it is empty."""
    places = {word: place for place, word in enumerate(known)}
    places |= {word: places[ours] for word, ours in SYNONYMS.items() if ours in places}
    return lookup(cells, lambda text: places.get(text.strip().lower(), len(known) - 1), -1)


def booleans(cells: pd.Series) -> np.ndarray:
    """1 or 0, -1 where nobody knows."""
    values = dict.fromkeys(TRUE, 1) | dict.fromkeys(FALSE, 0)
    return lookup(cells, lambda text: values.get(text.strip().lower(), -1), -1)


def items(text: str) -> list[str]:
    return sorted({item.strip() for item in text.split(";")} - {""})


def sign_ins(products: list[str]) -> int:
    return sum({SIGN_INS.get(product, 0) for product in products})


def add_products(table: pd.DataFrame, cells: pd.Series) -> None:
    """What products stand for: their sign-ins, whether the profile names each, and whether it calls each unaffected."""

    def facts(text: str) -> int:
        products = items(text.lower())
        is_named, is_unaffected = {*products} <= SIGN_INS.keys() | UNAFFECTED, {*products} <= UNAFFECTED
        return bool(products) * (sign_ins(products) | 4 * is_named | 8 * is_unaffected | 16)

    bits = lookup(cells, facts, 0)
    table["has_product"], table["sign_ins"] = bits > 0, bits & (SUPPORT | CHAT)
    table["named"], table["unaffected"] = bits & 4 > 0, bits & 8 > 0


# Tables


def read(folder: Path, table: str, columns: str, required: str) -> pd.DataFrame:
    """The cells of a table as text, without the records that lack what each must have."""
    cells = pd.read_csv(
        folder / f"{table}.csv", engine="pyarrow", usecols=columns.split(), dtype="str",
        keep_default_na=False, na_values=[""], on_bad_lines="skip",
    )  # fmt: skip
    whole = cells[required.split()].notna().all(axis=1)
    cells = cells if whole.all() else cells[whole].reset_index(drop=True)
    return cells.assign(account_id=pd.Series(pa.array(cells["account_id"]).dictionary_encode(), dtype=REPEATED))


def last_rows(cells: pd.DataFrame, key: str) -> pd.DataFrame:
    """One row a key."""
    return cells.drop_duplicates(key, keep="last", ignore_index=True)


def accounts(folder: Path) -> pd.DataFrame:
    """As text: what it means is asked when the accounts are known that other tables name."""
    columns = (
        "account_id customer_id name products created_at activated_at owner_name owner_email security_email locale"
        " time_zone country"
    )
    return last_rows(read(folder, "accounts", columns, "account_id"), "account_id")


def add_account_facts(table: pd.DataFrame) -> None:
    add_products(table, table.pop("products"))
    add_creation(table, instants(table.pop("created_at"), zulu))
    table["child_before"] = instants(table.pop("activated_at"), offset).before


def add_creation(table: pd.DataFrame, created: Instants) -> None:
    table["created_empty"] = ~created.written
    table["created_before"] = created.before
    table["created_after"] = created.after
    table["created_on_edge"] = created.on_edge


def users(folder: Path) -> pd.DataFrame:
    """All rows: which of them share a key is seen when keys become numbers."""
    columns = (
        "user_id account_id email name role product active created_at password_changed_at has_password sso_only"
        " deleted_at locale country"
    )
    table = read(folder, "users", columns, "user_id account_id")
    for column in ("locale", "country"):
        table[column] = table[column].astype("category")
    add_products(table, table.pop("product"))
    table["role"] = codes(table["role"], ROLES)
    for column in ("active", "has_password", "sso_only"):
        table[column] = booleans(table[column])
    add_creation(table, instants(table.pop("created_at"), utc))
    deleted = instants(table.pop("deleted_at"), zulu)
    table["deleted"], table["maybe_deleted"] = deleted.done, deleted.pending
    changed = instants(table.pop("password_changed_at"), local, ANYWHERE)
    table["maybe_changed"] = changed.written & ~changed.before
    table["changed_at"] = np.where(changed.after & changed.done, changed.lo, LATEST)
    return table


def changes(folder: Path) -> pd.DataFrame:
    """All rows, for each names an account; `counts` where it may have happened after the window."""
    columns = "account_id user_id product kind subject_id changed_at effect"
    table = read(folder, "credential_changes", columns, "kind")
    table["kind"] = codes(table["kind"], CHANGE_KINDS)
    add_products(table, table.pop("product"))
    changed, effect = instants(table.pop("changed_at"), milliseconds), codes(table.pop("effect"), EFFECTS)
    table["counts"] = ~changed.before & ~changed.is_late & (effect != EFFECTS.index("requested"))
    has_effect = (effect == EFFECTS.index("replaced")) | (effect == EFFECTS.index("invalidated"))
    table["certain"] = has_effect & changed.after & changed.done
    table["at"] = changed.lo
    return table


def installations(folder: Path) -> pd.DataFrame:
    columns = (
        "installation_id account_id app_name kind installed_at removed_at holds_credentials credential_names"
        " credentials_rotated_at"
    )
    table = last_rows(read(folder, "app_installations", columns, "installation_id account_id"), "installation_id")
    table["kind"] = codes(table["kind"], APP_KINDS)
    table["holds_credentials"] = booleans(table["holds_credentials"])
    names = table["credential_names"].astype("category")
    table["credential_names"] = names.map(lambda text: ";".join(items(text)) or np.nan, na_action="ignore")
    add_creation(table, instants(table.pop("installed_at"), local, TOKYO))
    table["removed"] = instants(table.pop("removed_at"), local, TOKYO).done
    rotated = instants(table.pop("credentials_rotated_at"), local, TOKYO)
    table["maybe_rotated"], table["rotated"] = rotated.written & ~rotated.before, rotated.after & rotated.done
    return table


def certificates(folder: Path) -> pd.DataFrame:
    columns = (
        "certificate_id account_id provided_by fingerprint_sha256 key_sha256 subject uploaded_at not_after revoked_at"
        " replaced_at"
    )
    table = last_rows(read(folder, "certificates", columns, "certificate_id account_id"), "certificate_id")
    for digest in ("fingerprint_sha256", "key_sha256"):
        table[digest] = table[digest].str.lower().str.replace(r"[:\s]", "", regex=True)
    table["provided_by"] = codes(table["provided_by"].fillna("customer"), PROVIDERS)
    add_creation(table, instants(table.pop("uploaded_at"), zulu_fraction))
    ends = instants(table["not_after"], day, ANYWHERE_ALL_DAY)
    for column, at in (("not_after", ends.lo), ("not_after_latest", ends.hi)):
        table[column] = pd.Series(at.view("M8[us]")).where(ends.written)
    table["expired"], table["valid"] = ends.written & (ends.hi < AS_OF), ends.written & (ends.lo >= AS_OF)
    revoked = instants(table.pop("revoked_at"), zulu)
    table["revoked"], table["maybe_revoked"] = revoked.done, revoked.pending
    table["replaced"] = instants(table.pop("replaced_at"), zulu).done
    return table


def clients(folder: Path) -> pd.DataFrame:
    columns = "client_id account_id user_id name kind created_at revoked_at"
    table = last_rows(read(folder, "api_clients", columns, "client_id account_id"), "client_id")
    table["kind"] = codes(table["kind"], CLIENT_KINDS)
    table["created_after"] = instants(table.pop("created_at"), day_first, INDIA_TO_THE_MINUTE).after
    revoked = instants(table.pop("revoked_at"), day_first, INDIA_TO_THE_MINUTE)
    table["revoked"], table["maybe_revoked"] = revoked.done, revoked.pending
    return table


def sso(folder: Path) -> pd.DataFrame:
    columns = "account_id population product enforced bypass_allowed since until"
    table = read(folder, "sso", columns, "account_id population")
    table["population"] = codes(table["population"], POPULATIONS)
    add_products(table, table.pop("product"))
    # 0 is no, 1 unknown, 2 yes: what holds as far as the least of its parts does is their minimum.
    enforced, bypass = booleans(table.pop("enforced")), booleans(table.pop("bypass_allowed"))
    table["says"] = np.select([(enforced == 0) | (bypass == 1), (enforced == 1) & (bypass == 0)], [0, 2], 1)
    since, until = instants(table.pop("since"), offset), instants(table.pop("until"), offset)
    is_begun, is_open = since.done | ~since.written, until.is_late | ~until.written
    table["in_force"] = np.select([until.done, is_begun & is_open], [0, 2], 1)
    table["counts"] = ~since.is_late
    return table


def accessed(folder: Path) -> pd.DataFrame:
    table = read(folder, "accessed", "account_id data_class extent determined_at", "account_id data_class")
    table["data_class"] = table["data_class"].str.strip().str.lower()
    table["whole"] = table.pop("extent").str.strip().str.lower() == "all"
    table["counts"] = ~instants(table.pop("determined_at"), zulu).is_late
    return table
