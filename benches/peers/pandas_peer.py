"""The verdicts of zendesk-2016 as a data engineer would get them with pandas.

    python pandas_peer.py EXPORTS OUT

Reads the eight exports and writes OUT/verdicts/<query>.parquet and OUT/lists/<list>.csv. The profile, the declared
coverages and as_of are written into the code. Tests that these settle for everybody are left out: the profile names no
beginning of the window, so nothing ends before it; it affects both kinds of apps; and no kind of client must rotate.

Tables are numbered first: accounts by the order of their ids, subjects by their rows. Joins then are lookups in arrays.
"""

import os
import sys
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace as Columns

import numpy as np
import pandas as pd
import pandas_exports as exports
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
from pandas_exports import ANYWHERE, CHANGE_KINDS, CHAT, CLIENT_KINDS, LATEST, POPULATIONS, PROVIDERS, ROLES, SUPPORT

STATES = ["must_act", "undetermined", "clear"]
MUST_ACT, UNDETERMINED, CLEAR = STATES
EXPOSURES = ["accessed", "exposed", "undetermined", "not_exposed"]
ANSWERS = ["no", "unknown", "yes"]
NO, UNKNOWN, YES = range(3)
AGENT, END_USER, ROLE_UNKNOWN = range(3)
# The sign-ins of a role whose passwords must be rotated, and whether that goes for active users only.
POPULATION = {AGENT: (SUPPORT | CHAT, True), END_USER: (SUPPORT, False)}
NEEDED = np.array([SUPPORT | CHAT, SUPPORT, SUPPORT | CHAT], np.int8)
CLASSES = {
    "user_data": "E-mail addresses, names, phone numbers of agents and end users",
    "password_hashes": "Passwords of agents and end users, salted and hashed",
    "app_settings": "Configuration settings of installed apps, integration keys included",
    "tls_keys": "TLS keys that the customer provided",
}
AUTHENTICATION = ["app_settings", "tls_keys"]
PERSONAL = ["user_data", "password_hashes"]
SUBJECTS = {
    "api_clients": ("client", "client_id"),
    "app_credentials": ("app", "installation_id"),
    "certificates": ("certificate", "certificate_id"),
    "data_subjects": ("user", "user_id"),
    "user_passwords": ("user", "user_id"),
}
ACTIONS = {
    "reconnect": "api_clients",
    "replace_certificate": "certificates",
    "revoke_certificate": "certificates",
    "revoke_credential": "app_credentials",
    "rotate_credential": "app_credentials",
    "rotate_password": "user_passwords",
}
NOT_A_TIME = np.iinfo(np.int64).min

Tables = Collection[pd.DataFrame]
Verdicts = dict[str, pd.DataFrame]
Tests = dict[str, tuple[str, np.ndarray]]

# Numbers instead of keys


def columns(table: pd.DataFrame) -> Columns:
    """The numbers and flags of a table."""
    return Columns(**{name: table[name].to_numpy() for name in table if isinstance(table[name].dtype, np.dtype)})


def numbered(*ids: pd.Series) -> tuple[list[np.ndarray], pd.Index]:
    """Ids as numbers from 0 on, in the order in which they come, -1 where empty; and what the numbers stand for."""
    numbers, different = pd.factorize(pd.concat(ids, ignore_index=True))
    ends = np.cumsum([len(column) for column in ids])
    return np.split(numbers.astype(np.int32), ends[:-1]), different


def as_integers(*ids: pd.Series) -> list[pd.Series]:
    """Ids as integers, which compare faster, where all of them are plain numbers: `007` and `7` must differ."""
    texts = [pa.array(column) for column in ids]
    for text in texts:
        is_plain = pc.and_(pc.utf8_is_digit(text), pc.less(pc.binary_length(text), 19))
        if not pc.all(pc.and_not(is_plain, pc.starts_with(text, "0"))).as_py():
            return list(ids)
    return [text.cast(pa.int64()).to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get) for text in texts]


def number_accounts(tables: Tables) -> pd.CategoricalDtype:
    """Gives all tables their accounts as numbers, those included that no export lists."""
    numbers, ids = numbered(*(table.pop("account_id") for table in tables))
    order = pc.sort_indices(pa.array(ids)).to_numpy()
    rank = np.full(len(ids) + 1, -1, np.int32)  # The last place is that of -1.
    rank[order] = np.arange(len(ids))
    for table, of_table in zip(tables, numbers, strict=True):
        table["account"] = rank[of_table]
    return pd.CategoricalDtype(ids.take(order).astype("str"))


def order_of(account: np.ndarray, ids: pd.Series) -> np.ndarray:
    """The rows in the order of accounts, then of ids by bytes."""
    text = pa.array(ids)
    if not pc.all(pc.less_equal(text[:-1], text[1:])).as_py():
        keys = pa.table({"account": account, "id": text})
        return pc.sort_indices(keys, [("account", "ascending"), ("id", "ascending")]).to_numpy()
    # Where the ids ascend already, it is enough to sort numbers.
    keys = account.astype(np.int64) << 32 | np.arange(len(account))
    keys.sort()
    return keys & 0xFFFF_FFFF


def in_order(table: pd.DataFrame, id_: str, ids: pd.CategoricalDtype) -> tuple[pd.DataFrame, np.ndarray]:
    """The keys of verdicts in their order, the index says which row of the export each is; and that order."""
    order = order_of(table["account"].to_numpy(), table[id_])
    account = pd.Categorical.from_codes(table["account"].to_numpy(), dtype=ids)
    return pd.DataFrame({"account_id": account, id_: table[id_]}, index=table.index).take(order), order


def owned(subject: np.ndarray, account: np.ndarray, accounts: np.ndarray) -> np.ndarray:
    """Which changes are of a subject that there is, and of its account or of none."""
    is_known = (subject >= 0) & (subject < len(accounts))
    return is_known & ((account < 0) | (account == accounts[np.where(is_known, subject, 0)]))


def changed(ids: pd.Series, account: np.ndarray, changes: pd.DataFrame, kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Which subjects have a change that counts, and which have one that is certain."""
    rows = changes[changes["counts"] & (changes["kind"] == CHANGE_KINDS.index(kind))]
    (_, subject), _ = numbered(*as_integers(ids, rows["subject_id"]))
    is_theirs = owned(subject, rows["account"].to_numpy(), account)
    is_certain = is_theirs & rows["certain"].to_numpy()
    return flagged(subject[is_theirs], len(ids)), flagged(subject[is_certain], len(ids))


def flagged(numbers: np.ndarray, size: int) -> np.ndarray:
    """Of the numbers below `size`, which occur."""
    flags = np.zeros(size, bool)
    flags[numbers] = True
    return flags


def accounts_of(verdicts: pd.DataFrame, mask: pd.Series | None = None) -> np.ndarray:
    numbers = verdicts["account_id"].cat.codes.to_numpy()
    return numbers if mask is None else numbers[mask.to_numpy()]


# Words instead of numbers


def decided(tests: Tests, otherwise: tuple[str, str], states: list[str]) -> tuple[pd.Categorical, pd.Categorical]:
    """The first test that is TRUE, as reason and state."""
    number = first_true([test for _, test in tests.values()])
    places = [states.index(state) for state in (*(state for state, _ in tests.values()), otherwise[1])]
    return worded(number, [*tests, otherwise[0]]), worded(np.array(places, np.int8)[number], states)


def first_true(tests: list[np.ndarray]) -> np.ndarray:
    """The place of the first test that is TRUE, and the one behind all where none is."""
    return np.select(tests, [np.int8(place) for place in range(len(tests))], np.int8(len(tests)))


def chosen(tests: dict[str, np.ndarray], otherwise: str) -> pd.Categorical:
    """The name of the first test that is TRUE."""
    return worded(first_true(list(tests.values())), [*tests, otherwise])


def worded(numbers: np.ndarray, words: list[str]) -> pd.Categorical:
    return pd.Categorical.from_codes(numbers, words)


def renamed(words: pd.Categorical, names: dict[str, str], otherwise: str) -> pd.Categorical:
    """Another word for each."""
    different = [*dict.fromkeys([*names.values(), otherwise])]
    table = np.array([different.index(names.get(word, otherwise)) for word in words.categories], np.int8)
    return worded(table[words.codes], different)


def basis(account: np.ndarray, accounts: Columns) -> pd.Categorical:
    return worded(accounts.is_accessed[account].astype(np.int8), ["precaution", "accessed"])


def lists_of(sets: np.ndarray, texts: list[str]) -> pd.Categorical:
    """Sets, as the bits of numbers, as lists of texts; none for an empty set."""
    numbers, different = pd.factorize(sets)
    lists = [";".join(text for bit, text in enumerate(texts) if int(each) >> bit & 1) for each in different]
    return worded(np.where(sets == 0, -1, numbers), lists)


def joined(account: pd.Series, texts: pd.Series, size: int) -> pd.Categorical:
    """For each account its different texts as one list."""
    pairs = pd.DataFrame({"account": account, "text": texts}).drop_duplicates().sort_values("text")
    lists = pairs.groupby("account", sort=False)["text"].agg(";".join)
    numbers, different = pd.factorize(lists)
    of_account = np.full(size, -1, np.int32)
    of_account[lists.index] = numbers
    return worded(of_account, pd.Index(list(different), dtype="str"))


# Accounts


def account_table(listed: pd.DataFrame, accessed: pd.DataFrame, children: Tables, size: int) -> pd.DataFrame:
    """One row an account, listed or not; children are what accounts have that was made at a time."""
    table = listed.set_index("account").reindex(np.arange(size))
    table["listed"] = flagged(listed["account"].to_numpy(), size)
    exports.add_account_facts(table)
    add_access(table, accessed)
    for child in children:
        table["child_before"] |= flagged(child["account"].to_numpy()[child["created_before"].to_numpy()], size)
    return table


def add_access(accounts: pd.DataFrame, accessed: pd.DataFrame) -> None:
    """What the determination says of each account."""
    rows, size = accessed[accessed["counts"]], len(accounts)
    is_personal = rows["data_class"].isin(PERSONAL)
    may_be_personal = is_personal | ~rows["data_class"].isin(CLASSES)
    masks = {
        "is_accessed": rows["counts"],
        "authentication": rows["data_class"].isin(AUTHENTICATION),
        "all_personal": is_personal & rows["whole"],
        "maybe_personal": may_be_personal,
    }
    for name, mask in masks.items():
        accounts[name] = flagged(rows.loc[mask, "account"].to_numpy(), size)
    titles = rows["data_class"].map(lambda name: CLASSES.get(name, name).replace(";", ","))
    people = rows[may_be_personal]
    accounts["access_classes"] = joined(rows["account"], rows["data_class"], size)
    accounts["access_titles"] = joined(rows["account"], titles, size)
    accounts["personal_classes"] = joined(people["account"], people["data_class"], size)


def account_exposure(accounts: pd.DataFrame, ids: pd.CategoricalDtype) -> pd.DataFrame:
    a = columns(accounts)
    times = {
        "CHILD_OLDER_THAN_ACCOUNT": ("undetermined", a.created_after & a.child_before),
        "CREATED_AFTER_WINDOW": ("not_exposed", a.created_after),
        "CREATED_UNKNOWN": ("undetermined", a.created_empty & ~a.child_before),
        "CREATED_ON_EDGE": ("undetermined", a.created_on_edge & ~a.child_before),
    }
    tests = {
        "AUTHENTICATION_ACCESSED": ("accessed", a.authentication),
        "DATA_ACCESSED": ("accessed", a.is_accessed),
        "PRODUCT_NOT_AFFECTED": ("not_exposed", a.unaffected),
        **times,
        "PRODUCT_UNKNOWN": ("undetermined", a.sign_ins == 0),
    }
    otherwise = "EXISTED_IN_WINDOW", "exposed"
    reason, exposure = decided(tests, otherwise, EXPOSURES)
    _, by_time = decided({"ACCESSED": ("exposed", a.is_accessed), **times}, otherwise, EXPOSURES)
    return pd.DataFrame({
        "account_id": pd.Categorical.from_codes(np.arange(len(accounts)), dtype=ids),
        "exposure": exposure,
        "reason": reason,
        "window": renamed(by_time, {"exposed": "inside", "not_exposed": "outside"}, "undetermined"),
        "access": chosen({"authentication": a.authentication, "data": a.is_accessed}, "none"),
        "access_classes": accounts["access_classes"],
        "scope": chosen({"yes": a.is_accessed | (a.sign_ins > 0), "no": a.unaffected}, "unknown"),
        "end_doubt": False,
        "listed": a.listed,
    })  # fmt: skip


def add_exposure(accounts: pd.DataFrame, exposure: pd.DataFrame) -> Columns:
    """What the verdicts on subjects ask of their accounts."""
    accounts["outside"] = exposure["window"] == "outside"
    accounts["out_of_scope"] = exposure["scope"] == "no"
    accounts["scope_unknown"] = exposure["scope"] == "unknown"
    return columns(accounts)


# Single sign-on


def sso_by_needed(rows: pd.DataFrame, accounts: Columns) -> np.ndarray:
    """For each account, role and set of needed sign-ins whether single sign-on is enforced for each of these."""
    s = columns(rows[rows["counts"]])
    answers = np.full((len(accounts.named), len(ROLES), 4), YES, np.int8)
    for role in range(len(ROLES)):
        for sign_in in (SUPPORT, CHAT):
            answer = sso_of(s, accounts, role, sign_in)
            for needed in (sign_in, SUPPORT | CHAT):
                np.minimum(answers[:, role, needed], answer, out=answers[:, role, needed])
    answers[:, :, 0] = UNKNOWN
    return answers


def sso_of(s: Columns, accounts: Columns, role: int, sign_in: int) -> np.ndarray:
    """For each account what its rows say of one role and sign-in, as far as they apply or may apply."""
    applies = np.minimum.reduce([product_matches(s, accounts, sign_in), population_matches(s, role), s.in_force])
    is_for_role = np.isin(s.population, [AGENT, END_USER])
    # Bits 0 to 2: what the rows for a role say, 3 to 5: what all say, 6 and 7: that one for a role applies, or another.
    applied = np.where(applies == YES, np.where(is_for_role, 64, 128), 0)
    bits = (8 << s.says | np.where(is_for_role, 1 << s.says, 0) | applied).astype(np.uint8)
    flags = np.zeros(len(accounts.named), np.uint8)
    may_apply = applies > NO
    np.bitwise_or.at(flags, s.account[may_apply], bits[may_apply])
    return np.array([said(each) for each in range(256)], np.int8)[flags]


def said(flags: int) -> int:
    """The answer of those that apply at the highest rank, where all agree that may apply at that rank or above."""
    unanimous = {1: NO, 2: UNKNOWN, 4: YES}
    if flags & 64:
        return unanimous.get(flags & 7, UNKNOWN)
    if flags & 128:
        return unanimous.get(flags >> 3 & 7, UNKNOWN)
    return UNKNOWN if flags else NO


def product_matches(s: Columns, accounts: Columns, sign_in: int) -> np.ndarray:
    held, known = accounts.sign_ins[s.account], accounts.named[s.account]
    of_account = np.select([known & (held == sign_in), known & (held != SUPPORT | CHAT)], [YES, NO], UNKNOWN)
    matches = s.sign_ins & sign_in > 0
    return np.select([matches, s.has_product & ~s.named, s.has_product], [YES, UNKNOWN, NO], of_account)


def population_matches(s: Columns, role: int) -> np.ndarray:
    is_all, is_unknown = (s.population == POPULATIONS.index(word) for word in ("all", "unknown"))
    is_role = (s.population == role) & (role != ROLE_UNKNOWN)
    return np.select([is_all | is_role, is_unknown | (role == ROLE_UNKNOWN)], [YES, UNKNOWN], NO)


# Users


def members() -> np.ndarray:
    """Whether a user belongs to a population: by role, set of sign-ins, whether it is known, and activity."""
    answers = np.empty((len(ROLES), 4, 2, 3), np.int8)
    for role, held, known, active in np.ndindex(answers.shape):
        answers[role, held, known, active] = max(
            min(
                UNKNOWN if role == ROLE_UNKNOWN else YES if role == population else NO,
                YES if held & sign_ins else NO if known else UNKNOWN,
                (NO, YES, UNKNOWN)[active] if only_active else YES,
            )
            for population, (sign_ins, only_active) in POPULATION.items()
        )
    return answers


def user_rows(users: pd.DataFrame, number: np.ndarray) -> pd.DataFrame:
    """What the tests ask of users, one row a number; the index says which row of the export it is."""
    last = np.empty(number.max(initial=-1) + 1, np.int64)
    last[number] = np.arange(len(number))
    return users.drop(columns=["email", "name", "locale"]).take(last)


def rotations(users: Columns, changes: pd.DataFrame, user: np.ndarray) -> Columns:
    """For each user what its changes prove; `user` says whose each change is."""
    is_theirs = owned(user, changes["account"].to_numpy(), users.account)
    c, user = columns(changes[is_theirs]), user[is_theirs]
    maybe, unnamed = users.maybe_changed.copy(), users.changed_at < LATEST
    maybe[user] = True
    unnamed[user[c.certain & ~c.has_product]] = True
    proven, first = np.zeros(len(maybe), np.int8), np.full(len(maybe), LATEST)
    np.bitwise_or.at(proven, user[c.certain], c.sign_ins[c.certain])
    np.minimum.at(first, user[c.certain], c.at[c.certain])
    # Changes are exact; what the export of users says was written by a clock of no known zone.
    is_cell = users.changed_at < first
    at = np.where(is_cell, users.changed_at, first)
    latest = np.where(is_cell, at + ANYWHERE[1] - ANYWHERE[0], NOT_A_TIME)
    return Columns(maybe=maybe, unnamed=unnamed, proven=proven, at=at, latest=latest)


def password_facts(users: Columns, changes: Columns, accounts: Columns, sso: np.ndarray) -> Columns:
    of_account, account_known = accounts.sign_ins[users.account], accounts.named[users.account]
    held = np.where(users.has_product, users.sign_ins, of_account)
    known = np.where(users.has_product, users.named, account_known)
    role = np.where(users.role < 0, ROLE_UNKNOWN, users.role)
    needed = np.where(known, NEEDED[role] & held, 0)
    proves_all = users.has_product | (account_known & ((of_account == SUPPORT) | (of_account == CHAT)))
    answers, known = members(), known.astype(np.int8)
    return Columns(
        role_unknown=role == ROLE_UNKNOWN,
        member=answers[role, held, known, users.active],
        role_and_sign_in=answers[role, held, known, 1] == YES,
        sso=np.where(users.sso_only == 1, YES, sso[users.account, role, needed]),
        rotated=(needed > 0) & ((changes.unnamed & proves_all) | (needed & ~changes.proven == 0)),
    )


def password_tests(users: Columns, facts: Columns, changes: Columns, accounts: Columns) -> Tests:
    may_be_member = facts.member == UNKNOWN
    return {
        "CREATED_AFTER_WINDOW": (CLEAR, users.created_after),
        "ACCOUNT_OUTSIDE_WINDOW": (CLEAR, accounts.outside[users.account]),
        "USER_DELETED": (CLEAR, users.deleted),
        "NOT_IN_POPULATION": (CLEAR, facts.member == NO),
        "NO_PASSWORD": (CLEAR, users.has_password == 0),
        "SSO_ENFORCED": (CLEAR, facts.sso == YES),
        "PASSWORD_ROTATED": (CLEAR, facts.rotated),
        "CREATED_UNKNOWN": (UNDETERMINED, users.created_empty),
        "CREATED_ON_EDGE": (UNDETERMINED, users.created_on_edge),
        "DELETED_ON_EDGE": (UNDETERMINED, users.maybe_deleted),
        "ACCOUNT_UNKNOWN": (UNDETERMINED, may_be_member & ~accounts.listed[users.account]),
        "ROLE_UNKNOWN": (UNDETERMINED, may_be_member & facts.role_unknown),
        "ACTIVE_UNKNOWN": (UNDETERMINED, may_be_member & facts.role_and_sign_in),
        "PRODUCT_UNKNOWN": (UNDETERMINED, may_be_member),
        "SSO_UNPROVEN": (UNDETERMINED, facts.sso == UNKNOWN),
        "CHANGE_ON_EDGE": (UNDETERMINED, changes.maybe),
    }


def user_passwords(users: pd.DataFrame, changes: Columns, accounts: Columns, sso: np.ndarray) -> pd.DataFrame:
    """The verdicts, still in the order of users."""
    u = columns(users)
    facts = password_facts(u, changes, accounts, sso)
    reason, state = decided(password_tests(u, facts, changes, accounts), ("NOT_ROTATED", MUST_ACT), STATES)
    at, latest = (np.where(facts.rotated, of, NOT_A_TIME).view("M8[us]") for of in (changes.at, changes.latest))
    return pd.DataFrame({
        "role": worded(u.role, ROLES),
        "state": state,
        "reason": reason,
        "action": renamed(state, {CLEAR: "none"}, "rotate_password"),
        "basis": basis(u.account, accounts),
        "member": worded(facts.member, ANSWERS),
        "sso": worded(facts.sso, ANSWERS),
        "rotated_at": at,
        "rotated_at_latest": latest,
    }, index=users.index)  # fmt: skip


def data_subjects(users: pd.DataFrame, accounts: pd.DataFrame) -> pd.DataFrame:
    """The verdicts, still in the order of users."""
    u, a = columns(users), columns(accounts)
    tests = {
        "CREATED_AFTER_WINDOW": ("not_read", u.created_after),
        "ACCOUNT_DATA_READ": ("read", a.all_personal[u.account] & u.created_before),
        "ACCOUNT_PARTLY_READ": ("undetermined", a.maybe_personal[u.account]),
        "ACCOUNT_OUTSIDE_WINDOW": ("not_read", a.outside[u.account]),
        "PRODUCT_NOT_AFFECTED": ("not_read", a.out_of_scope[u.account]),
    }
    reason, state = decided(tests, ("ACCOUNT_NOT_READ", "not_read"), ["read", "undetermined", "not_read"])
    return pd.DataFrame({
        "state": state,
        "reason": reason,
        "classes": accounts["personal_classes"].array.take(u.account),
        "role": worded(u.role, ROLES),
        "country": users["country"],
    }, index=users.index)  # fmt: skip


# Apps, certificates, clients


def app_credentials(apps: pd.DataFrame, changes: pd.DataFrame, accounts: Columns) -> pd.DataFrame:
    a = columns(apps)
    maybe_rotated, rotated = changed(apps["installation_id"], a.account, changes, "app_credential")
    tests = {
        "INSTALLED_AFTER_WINDOW": (CLEAR, a.created_after),
        "ACCOUNT_OUTSIDE_WINDOW": (CLEAR, accounts.outside[a.account]),
        "PRODUCT_NOT_AFFECTED": (CLEAR, accounts.out_of_scope[a.account]),
        "NO_CREDENTIALS": (CLEAR, a.holds_credentials == 0),
        "CREDENTIALS_ROTATED": (CLEAR, rotated | a.rotated),
        "INSTALLED_UNKNOWN": (UNDETERMINED, a.created_empty),
        "INSTALLED_ON_EDGE": (UNDETERMINED, a.created_on_edge),
        "PRODUCT_UNKNOWN": (UNDETERMINED, accounts.scope_unknown[a.account]),
        "CREDENTIALS_UNKNOWN": (UNDETERMINED, a.holds_credentials < 0),
        "ROTATION_ON_EDGE": (UNDETERMINED, maybe_rotated | a.maybe_rotated),
        "REMOVED_NOT_ROTATED": (MUST_ACT, a.removed),
    }
    reason, state = decided(tests, ("NOT_ROTATED", MUST_ACT), STATES)
    return pd.DataFrame({
        "app_name": apps["app_name"],
        "kind": worded(a.kind, exports.APP_KINDS),
        "state": state,
        "reason": reason,
        "action": chosen({"none": state == CLEAR, "revoke_credential": a.removed}, "rotate_credential"),
        "basis": basis(a.account, accounts),
        "credential_names": apps["credential_names"],
    })  # fmt: skip


def key_facts(c: Columns, keys: pd.Series, accounts: Columns) -> Columns:
    """Whether the key of each certificate was there in the window, or may have been, or can't be compared."""
    (key,), different = numbered(keys)
    is_old = ~c.created_after
    in_reach = is_old & (key >= 0) & ~accounts.outside[c.account] & ~accounts.out_of_scope[c.account]
    # One place more, for -1: no key.
    exposed = flagged(key[in_reach & c.created_before], len(different) + 1)
    maybe_exposed = flagged(key[in_reach], len(different) + 1)
    has_old = flagged(c.account[is_old], len(accounts.outside))
    has_old_unknown = flagged(c.account[is_old & (key < 0)], len(accounts.outside))
    return Columns(
        exposed=exposed[key],
        maybe_exposed=maybe_exposed[key],
        not_compared=has_old[c.account] & ((key < 0) | has_old_unknown[c.account]),
    )


def certificates(table: pd.DataFrame, changes: pd.DataFrame, accounts: Columns) -> pd.DataFrame:
    c = columns(table)
    k = key_facts(c, table["key_sha256"], accounts)
    _, replaced = changed(table["certificate_id"], c.account, changes, "certificate")
    tests = {
        "REVOKED": (CLEAR, c.revoked),
        "EXPIRED": (CLEAR, c.expired),
        "KEY_REUSED": (MUST_ACT, c.created_after & k.exposed & c.valid & ~c.maybe_revoked),
        "KEY_MAYBE_REUSED": (UNDETERMINED, c.created_after & k.maybe_exposed),
        "KEY_NOT_COMPARED": (UNDETERMINED, c.created_after & k.not_compared),
        "UPLOADED_AFTER_WINDOW": (CLEAR, c.created_after),
        "ACCOUNT_OUTSIDE_WINDOW": (CLEAR, accounts.outside[c.account]),
        "PRODUCT_NOT_AFFECTED": (CLEAR, accounts.out_of_scope[c.account]),
        "PROVIDER_NOT_AFFECTED": (CLEAR, c.provided_by == PROVIDERS.index("vendor")),
        "UPLOADED_UNKNOWN": (UNDETERMINED, c.created_empty),
        "UPLOADED_ON_EDGE": (UNDETERMINED, c.created_on_edge),
        "PRODUCT_UNKNOWN": (UNDETERMINED, accounts.scope_unknown[c.account]),
        "PROVIDER_UNKNOWN": (UNDETERMINED, c.provided_by == PROVIDERS.index("unknown")),
        "REVOKED_ON_EDGE": (UNDETERMINED, c.maybe_revoked),
        "VALIDITY_UNKNOWN": (UNDETERMINED, ~c.valid),
        "REPLACED_NOT_REVOKED": (MUST_ACT, c.replaced | replaced),
    }
    reason, state = decided(tests, ("VALID_EXPOSED", MUST_ACT), STATES)
    action = {"none": state == CLEAR, "revoke_certificate": reason == "REPLACED_NOT_REVOKED"}
    return pd.DataFrame({
        "subject": table["subject"],
        "state": state,
        "reason": reason,
        "action": chosen(action, "replace_certificate"),
        "basis": basis(c.account, accounts),
        "not_after": table["not_after"],
        "not_after_latest": table["not_after_latest"],
        "fingerprint_sha256": table["fingerprint_sha256"],
        "key_sha256": table["key_sha256"],
    })  # fmt: skip


def api_clients(table: pd.DataFrame, user: np.ndarray, user_states: pd.Series, accounts: Columns) -> pd.DataFrame:
    """`user` is the place of each client's user among the states."""
    c = columns(table)
    is_known = (user >= 0) & (user < len(user_states))
    user_state = np.where(is_known, user_states.cat.codes.to_numpy()[np.where(is_known, user, 0)], -1)
    reconnects = c.kind == CLIENT_KINDS.index("basic_password")
    tests = {
        "CLIENT_REVOKED": (CLEAR, c.revoked),
        "KIND_UNKNOWN": (UNDETERMINED, (c.kind < 0) | (c.kind == CLIENT_KINDS.index("unknown"))),
        "EXEMPT_KIND": (CLEAR, c.kind == CLIENT_KINDS.index("chat_api_token")),
        "USER_UNKNOWN": (UNDETERMINED, reconnects & (user_state < 0)),
        "USER_NEEDS_NO_ROTATION": (CLEAR, reconnects & (user_state == STATES.index(CLEAR))),
        "REVOKED_ON_EDGE": (UNDETERMINED, reconnects & c.maybe_revoked),
        "USER_UNDETERMINED": (UNDETERMINED, reconnects & (user_state == STATES.index(UNDETERMINED))),
        "PASSWORD_ROTATES": (MUST_ACT, reconnects),
        "CREATED_AFTER_WINDOW": (CLEAR, c.created_after),
        "ACCOUNT_OUTSIDE_WINDOW": (CLEAR, accounts.outside[c.account]),
        "PRODUCT_NOT_AFFECTED": (CLEAR, accounts.out_of_scope[c.account]),
    }
    reason, state = decided(tests, ("TOKEN_NOT_AFFECTED", CLEAR), STATES)
    action = {"consider_rotation": reason == "TOKEN_NOT_AFFECTED", "none": state == CLEAR}
    return pd.DataFrame({
        "user_id": table["user_id"],
        "kind": worded(c.kind, CLIENT_KINDS),
        "state": state,
        "reason": reason,
        "action": chosen(action, "reconnect"),
        "basis": basis(c.account, accounts),
    })  # fmt: skip


# What comes of it for accounts


def counted(account: np.ndarray, size: int) -> np.ndarray:
    return np.bincount(account, minlength=size)


def by_state(verdicts: pd.DataFrame, subjects: str, size: int) -> dict[str, np.ndarray]:
    """How many rows of each account are in each state."""
    places = accounts_of(verdicts).astype(np.int64) * len(STATES) + verdicts["state"].cat.codes.to_numpy()
    counts = counted(places, size * len(STATES)).reshape(size, len(STATES))
    return {f"{subjects}_{state}": counts[:, place] for place, state in enumerate(STATES)}


def sso_use(passwords: pd.DataFrame, is_deleted: pd.Series, size: int) -> pd.Categorical:
    members = passwords.loc[(passwords["member"] == "yes") & ~is_deleted, ["account_id", "sso"]]
    total, with_sso, without_sso = (
        counted(accounts_of(members, mask), size)
        for mask in (None, members["sso"] == "yes", members["sso"] == "no")
    )
    tests = {
        "some": (with_sso > 0) & (without_sso > 0),
        "none_in_population": total == 0,
        "all": with_sso == total,
        "none": without_sso == total,
    }
    return chosen(tests, "unknown")


def actions(verdicts: Verdicts, size: int) -> pd.Categorical:
    """The different actions of each account."""
    sets = np.zeros(size, np.int64)
    for bit, (action, query) in enumerate(ACTIONS.items()):
        rows = verdicts[query]
        sets[flagged(accounts_of(rows, rows["action"] == action), size)] |= 1 << bit
    return lists_of(sets, [*ACTIONS])


def cohorts(exposure: pd.DataFrame, has_actions: np.ndarray) -> pd.Categorical:
    is_exposed = exposure["exposure"] == "exposed"
    tests = {
        "authentication_accessed": exposure["access"] == "authentication",
        "data_accessed": exposure["access"] == "data",
        "undetermined": exposure["exposure"] == "undetermined",
        "precaution": is_exposed & has_actions,
        "informed": is_exposed,
        "own_action": has_actions,
    }
    return chosen(tests, "not_exposed")


def account_summary(verdicts: Verdicts, accounts: pd.DataFrame, is_deleted: pd.Series) -> pd.DataFrame:
    exposure, passwords, tls, subjects, size = (
        *(verdicts[query] for query in ("account_exposure", "user_passwords", "certificates", "data_subjects")),
        len(accounts),
    )
    users, certs = by_state(passwords, "users", size), by_state(tls, "certificates", size)
    is_spared = passwords["reason"].isin(["NO_PASSWORD", "SSO_ENFORCED", "PASSWORD_ROTATED"])
    rotation = {
        "outstanding": users["users_must_act"] > 0,
        "undetermined": users["users_undetermined"] > 0,
        "complete": flagged(accounts_of(passwords, is_spared), size),
    }
    validity = {
        "valid": certs["certificates_must_act"] > 0,
        "undetermined": certs["certificates_undetermined"] > 0,
        "expired_or_revoked": flagged(accounts_of(tls, tls["reason"].isin(["REVOKED", "EXPIRED"])), size),
    }
    to_do = actions(verdicts, size)
    return pd.DataFrame({
        "account_id": exposure["account_id"],
        "customer_id": accounts["customer_id"],
        "name": accounts["name"],
        **exposure[["exposure", "access", "window", "reason"]],
        "cohort": cohorts(exposure, to_do.codes >= 0),
        "rotation_status": chosen(rotation, "not_needed"),
        "sso_use": sso_use(passwords, is_deleted, size),
        "tls_validity": chosen(validity, "none"),
        **users,
        **by_state(verdicts["app_credentials"], "apps", size),
        **certs,
        **by_state(verdicts["api_clients"], "clients", size),
        "subjects_read": counted(accounts_of(subjects, subjects["state"] == "read"), size),
        "subjects_undetermined": counted(accounts_of(subjects, subjects["state"] == "undetermined"), size),
        "actions": to_do,
        "known": True,
    })  # fmt: skip


def notifications(summary: pd.DataFrame, accounts: pd.DataFrame) -> pd.DataFrame:
    """One row an account that is told and contact; the index says which account it is."""
    told = accounts[summary["cohort"] != "not_exposed"]
    owner, security = compared(told["owner_email"]), compared(told["security_email"])
    nobody = told.index[owner.isna() & security.isna()]
    is_other = security.notna() & (security != owner)
    contacts = pd.concat([
        pd.DataFrame({"contact_kind": "none", "contact": np.nan, "key": np.nan}, nobody),
        pd.DataFrame({"contact_kind": "owner", "contact": told["owner_email"], "key": owner})[owner.notna()],
        pd.DataFrame({"contact_kind": "security", "contact": told["security_email"], "key": security})[is_other],
    ]).sort_index(kind="stable").astype("str")  # fmt: skip
    rows = contacts.index
    return pd.DataFrame({
        **summary.loc[rows, ["account_id", "customer_id", "cohort"]],
        "contact_kind": contacts["contact_kind"],
        "contact": contacts["contact"],
        **told.loc[rows, ["locale", "country", "time_zone"]],
        "unreachable": ~contacts["key"].str.fullmatch("[^@]+@[^@]+", na=False),
    })  # fmt: skip


def compared(emails: pd.Series) -> pd.Series:
    """Addresses in the form in which they are compared."""
    return emails.str.strip().str.lower().replace("", np.nan)


# Lists


def by_word(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """The rows in the order of one column's words, else as they stand."""
    words = rows[column].cat.reorder_categories(sorted(rows[column].cat.categories))
    return rows.take(np.argsort(words.cat.codes, kind="stable"))


def reasons(verdicts: Verdicts, size: int) -> pd.Categorical:
    """Why each account is on a list: its own reason, and those of its subjects that must or may have to act."""
    sets, texts = np.zeros(size, np.int64), []
    for query in ("account_exposure", "api_clients", "app_credentials", "certificates", "user_passwords"):
        rows = verdicts[query] if query == "account_exposure" else open_rows(verdicts[query])
        for reason in sorted(rows["reason"].unique()):
            sets[flagged(accounts_of(rows, rows["reason"] == reason), size)] |= 1 << len(texts)
            texts.append(f"{query}.{reason}")
    return lists_of(sets, texts)


def open_rows(verdicts: pd.DataFrame, settled: str = CLEAR) -> pd.DataFrame:
    return verdicts[verdicts["state"] != settled]


def outreach(verdicts: Verdicts, accounts: pd.DataFrame) -> pd.DataFrame:
    told, summary = verdicts["notifications"], verdicts["account_summary"]
    s = summary.loc[told.index]
    counts = {}
    for subjects in ("users", "apps", "certificates", "clients"):
        counts[f"{subjects}_certain"] = s[f"{subjects}_must_act"]
        counts[f"{subjects}_at_most"] = s[f"{subjects}_must_act"] + s[f"{subjects}_undetermined"]
    why = pd.Series(reasons(verdicts, len(accounts)))
    table = pd.DataFrame({
        **told[["cohort", "account_id", "customer_id"]],
        "name": s["name"],
        **told[["contact_kind", "contact", "locale", "country", "time_zone", "unreachable"]],
        **s[["exposure", "access"]],
        "accessed": accounts.loc[told.index, "access_titles"],
        **counts,
        "actions": s["actions"],
        "reasons": why[told.index],
    })  # fmt: skip
    return by_word(table, "cohort")


def unreachable(verdicts: Verdicts, accounts: pd.DataFrame) -> pd.DataFrame:
    told, summary = verdicts["notifications"], verdicts["account_summary"]
    reached = told.index[~told["unreachable"]]
    rows = told.index.unique().difference(reached)
    return pd.DataFrame({
        **summary.loc[rows, ["account_id", "customer_id", "name", "cohort"]],
        **accounts.loc[rows, ["owner_name", "owner_email", "security_email", "country", "locale", "time_zone"]],
        "actions": summary.loc[rows, "actions"],
    })  # fmt: skip


def doubts(verdicts: Verdicts) -> pd.DataFrame:
    """What the evidence leaves open, in the order of queries, reasons, accounts and subjects."""
    exposure = verdicts["account_exposure"]
    parts = [doubts_of("account_exposure", exposure[exposure["exposure"] == "undetermined"], "account", "account_id")]
    for query, (subject, id_) in SUBJECTS.items():
        rows = verdicts[query]
        parts.append(doubts_of(query, rows[rows["state"] == "undetermined"], subject, id_))
    return pd.concat(parts)


def doubts_of(query: str, rows: pd.DataFrame, subject: str, id_: str) -> pd.DataFrame:
    rows = by_word(rows, "reason")
    return pd.DataFrame({
        "query": query,
        "reason": rows["reason"].astype("str"),
        "subject": subject,
        "account_id": rows["account_id"],
        "subject_id": rows[id_].astype("str"),
    })  # fmt: skip


def with_texts(verdicts: pd.DataFrame, texts: pd.DataFrame, names: str) -> pd.DataFrame:
    """Columns of verdicts, and texts that only the export has."""
    return pd.DataFrame({
        name: verdicts[name].array if name in verdicts else texts[name].array.take(verdicts.index)
        for name in names.split()
    })  # fmt: skip


def rfc3339(instants: pd.Series) -> pd.Series:
    text = pc.strftime(pa.array(instants), format="%Y-%m-%dT%H:%M:%SZ")
    return pd.Series(pc.replace_substring(text, ".000000Z", "Z"), instants.index, "str")


def certificate_list(verdicts: pd.DataFrame) -> pd.DataFrame:
    rows = open_rows(verdicts)
    return rows.assign(**{name: rfc3339(rows[name]) for name in ("not_after", "not_after_latest")})


# From exports to files


def tables(folder: Path, pool: ThreadPoolExecutor) -> dict[str, pd.DataFrame]:
    """All exports, the largest first."""
    readers = (
        exports.users, exports.changes, exports.accounts, exports.installations, exports.certificates, exports.clients,
        exports.sso, exports.accessed,
    )  # fmt: skip
    names = (reader.__name__ for reader in readers)
    return dict(zip(names, pool.map(lambda reader: reader(folder), readers), strict=True))


def judged(tables: dict[str, pd.DataFrame]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Each query's verdicts, as soon as they are there. Takes what is used up from the tables, and adds to accounts."""
    ids = number_accounts(tables.values())
    users, changes = tables.pop("users"), tables.pop("changes")
    apps, certs, clients = (tables[name] for name in ("installations", "certificates", "clients"))
    of_passwords = changes[changes["counts"] & (changes["kind"] == CHANGE_KINDS.index("password"))]
    keys = as_integers(users["user_id"], of_passwords["user_id"], clients["user_id"])
    (number, user, user_of_client), _ = numbered(*keys)
    rows = user_rows(users, number)
    tables["users"] = users[["email", "name", "locale"]]
    del users, keys, number

    accounts = account_table(tables["accounts"], tables["accessed"], (rows, apps, certs), len(ids.categories))
    tables["accounts"] = accounts
    verdicts = {"account_exposure": account_exposure(accounts, ids)}
    yield "account_exposure", verdicts["account_exposure"]
    a = add_exposure(accounts, verdicts["account_exposure"])

    def ordered(query: str, judgement: pd.DataFrame, keys: pd.DataFrame, order: np.ndarray) -> tuple[str, pd.DataFrame]:
        verdicts[query] = pd.concat([keys, judgement.take(order)], axis=1)
        return query, verdicts[query]

    passwords = user_passwords(rows, rotations(columns(rows), of_passwords, user), a, sso_by_needed(tables["sso"], a))
    keys, order = in_order(rows, "user_id", ids)
    yield ordered("user_passwords", passwords, keys, order)
    yield ordered("data_subjects", data_subjects(rows, accounts), keys, order)
    is_deleted = rows["deleted"].take(order)
    yield ordered("app_credentials", app_credentials(apps, changes, a), *in_order(apps, "installation_id", ids))
    yield ordered("certificates", certificates(certs, changes, a), *in_order(certs, "certificate_id", ids))
    of_clients = api_clients(clients, user_of_client, passwords["state"], a)
    yield ordered("api_clients", of_clients, *in_order(clients, "client_id", ids))
    verdicts["account_summary"] = account_summary(verdicts, accounts, is_deleted)
    yield "account_summary", verdicts["account_summary"]
    yield "notifications", notifications(verdicts["account_summary"], accounts)


def lists(verdicts: Verdicts, tables: dict[str, pd.DataFrame]) -> dict[str, Callable[[], pd.DataFrame]]:
    """How each list is made."""
    accounts, users, clients = tables["accounts"], tables["users"], tables["clients"]
    of_passwords = "account_id user_id email role state reason action basis"
    of_subjects = "account_id user_id name email role locale country state reason classes"
    of_clients = "account_id client_id user_id name kind state reason action basis"
    return {
        "subjects-read": lambda: with_texts(open_rows(verdicts["data_subjects"], "not_read"), users, of_subjects),
        "operations-passwords": lambda: with_texts(open_rows(verdicts["user_passwords"]), users, of_passwords),
        "operations-apps": lambda: open_rows(verdicts["app_credentials"]),
        "operations-certificates": lambda: certificate_list(verdicts["certificates"]),
        "operations-clients": lambda: with_texts(open_rows(verdicts["api_clients"]), clients, of_clients),
        "undetermined": lambda: doubts(verdicts),
        "outreach": lambda: outreach(verdicts, accounts),
        "unreachable": lambda: unreachable(verdicts, accounts),
    }


def write_verdicts(verdicts: pd.DataFrame, path: Path) -> None:
    few = [name for name, dtype in verdicts.dtypes.items() if dtype == "category" and name != "account_id"]
    options = {"compression": "zstd", "compression_level": 1, "use_dictionary": few, "store_schema": False}
    verdicts.to_parquet(path, index=False, **options)


def write_list(rows: Callable[[], pd.DataFrame], path: Path) -> None:
    """With Arrow's writer: that of pandas takes twenty times as long."""
    options = pa_csv.WriteOptions(batch_size=65_536, quoting_header="none")
    pa_csv.write_csv(pa.Table.from_pandas(rows(), preserve_index=False), path, options)


def main() -> None:
    folder, out = map(Path, sys.argv[1:])
    for part in ("verdicts", "lists"):
        (out / part).mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        read, verdicts, written = tables(folder, pool), {}, []
        for query, rows in judged(read):
            verdicts[query] = rows
            written.append(pool.submit(write_verdicts, rows, out / f"verdicts/{query}.parquet"))
        for name, rows in lists(verdicts, read).items():
            written.append(pool.submit(write_list, rows, out / f"lists/{name}.csv"))
        for each in written:
            each.result()


if __name__ == "__main__":
    main()
