#!/usr/bin/env python3
"""Puts the questions of KEDA's triggers to a real database: the shipped migrations, rows of each case, the role that looks.

usage: scaling.py KUBECTL    the database is the one of PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE; nothing stays in it
"""

import pathlib
import re
import subprocess
import sys

import manifests
from report import end, tell

ROOT = pathlib.Path(__file__).resolve().parents[2]
MIGRATIONS = ROOT / "Shared" / "SyncStore" / "Migrations"
RIGHTS = ROOT / "Shared" / "SyncStore" / "Access" / "AccessRoles.swift"

# A connection of each of two adapters, and a replica of each that serves it.
ESTATE = """
insert into connection (id, vendor, role, account, base_url, capabilities) values
    ('one', 'v', 'crm', 'one', 'https://one.example', '{}'), ('two', 'v', 'fsm', 'two', 'https://two.example', '{}');
insert into replica (id, service, host, pace, loops, connections) values
    ('r1', 'crm-adapter', 'h', 1, '{}', '{one}'), ('r2', 'fsm-adapter', 'h', 1, '{}', '{two}');
"""


def work(record: int, seconds: int, connection: str = "one", state: str = "ready", priority: int = 1) -> str:
    """A piece of work that has been due for so many seconds."""
    return (
        "insert into work (connection, record, entity, version, priority, state, due_at, changed_at, command, correlation, body)"
        f" select '{connection}', lpad('{record}', 32, '0')::uuid, 'customer', 1, {priority}, '{state}',"
        f" now() - interval '{seconds} seconds', now(), id_at(now()), id_at(now()), '';"
    )


def unread(record: int, seconds: int, connection: str = "one") -> str:
    return (
        "insert into dirty (connection, native_type, native_id, correlation, hinted_at, due_at)"
        f" values ('{connection}', 'company', '{record}', id_at(now()), now(), now() - interval '{seconds} seconds');"
    )


def lane(key: str, seconds: int = 60) -> str:
    return f"insert into lane (connection, key, holder, until) values ('one', '{key}', 'h', now() + interval '{seconds} seconds');"


def budget(tokens: int, refilled: int = 0, blocked: str = "null") -> str:
    return (
        "insert into rate_budget (account, burst, per_second, tokens, refilled_at, blocked_until)"
        f" values ('one', 100, 10, {tokens}, now() - interval '{refilled} seconds', {blocked});"
    )


RECORD = "00000000-0000-0000-0000-000000000001"
TWO = work(1, 40) + unread(1, 70)
# More than a thousand pieces, in one class.
MANY = work(1, 40).replace("lpad('1', 32, '0')", "lpad(n::text, 32, '0')").replace(";", " from generate_series(1, 1202) as n;")
# What is there, and what the adapter's two questions answer.
ADAPTER_CASES = {
    "nothing to do": ("", 0, 0),
    "work of every class that is due": (work(1, 40, priority=0) + work(2, 30) + work(3, 20, priority=2), 3, 40),
    "work that is not due, waits, is done or was given up": (
        work(1, -5) + work(2, 9, state="waiting") + work(3, 9, state="done") + work(4, 9, state="dead"), 0, 0),
    "objects to read that are due": (TWO + unread(2, -5), 2, 70),
    "work of another adapter": (work(1, 40, "two") + unread(1, 70, "two"), 0, 0),
    "work that a process holds": (work(1, 40) + work(2, 30) + lane("record/" + RECORD), 1, 30),
    "work whose object a process holds": (
        work(1, 40) + lane("company/77") + "insert into link (id, connection, native_type, native_id, entity, record, state)"
        f" values (id_at(now()), 'one', 'company', '77', 'customer', '{RECORD}', 'active');", 0, 0),
    "work that a process held": (work(1, 40) + lane("record/" + RECORD, -1), 1, 40),
    "an object that a process reads": (unread(1, 70) + lane("company/1"), 0, 0),
    "a connection that is paused": (TWO + "insert into connection_state (connection, paused) values ('one', true);", 0, 0),
    "a circuit for writing that is open": (
        TWO + "insert into circuit (connection, direction, open_until) values ('one', 'writing', now());", 1, 70),
    "a circuit for reading that is open": (
        TWO + "insert into circuit (connection, direction, open_until) values ('one', 'reading', now());", 1, 40),
    "circuits that are closed": (
        TWO + "insert into circuit (connection, direction) values ('one', 'writing'), ('one', 'reading');", 2, 70),
    "an account that the vendor told to pause": (TWO + budget(100, blocked="now() + interval '9 seconds'"), 0, 0),
    "an account out of calls": (TWO + budget(20), 0, 0),
    "an account whose calls have come back": (TWO + budget(20, refilled=4, blocked="now()"), 2, 70),
    "a connection that no replica serves": (TWO + "update replica set connections = '{}';", 0, 0),
    "more than is worth counting": (MANY, 1000, 40),
}
FIGURE = "insert into queue_figure (queue, unsettled, parked, oldest_at, measured_at) values ('{}', {}, 0, {}, now() - interval '{} seconds');"
ROUTER_CASES = {
    "a queue that was never measured": ("", 0, 0),
    "events that are not settled": (FIGURE.format("router.events", 700, "now() - interval '8 seconds'", 5), 700, 8),
    "an empty queue": (FIGURE.format("router.events", 0, "null", 5), 0, 0),
    "another queue": (FIGURE.format("one.commands", 700, "now()", 5), 0, 0),
    "a figure that is too old": (FIGURE.format("router.events", 700, "now() - interval '300 seconds'", 180), 0, 0),
}


def queries(kubectl: str) -> dict[str, list[str]]:
    """The questions of each scaled object, in the order of its triggers."""
    folder = ROOT / "deploy" / "kubernetes" / "overlays" / "production"
    rendered = subprocess.run([kubectl, "kustomize", str(folder)], capture_output=True, text=True, check=True, timeout=60)
    return {
        scaled["metadata"]["name"]: [trigger["metadata"]["query"] for trigger in scaled["spec"]["triggers"]]
        for scaled in manifests.of_kind(manifests.load(rendered.stdout), "ScaledObject")
    }


def schema() -> str:
    """All migrations in a schema of this transaction, and a role with the rights that `migrate` gives to who may look."""
    migrations = "".join(file.read_text() + "\n" for file in sorted(MIGRATIONS.glob("*.up.sql")))
    rights = re.findall(r"\('(\w+)', array\[([^\]]*)\]", RIGHTS.read_text())
    assert len(rights) > 30, "the rights of plumbline_viewer were not found in AccessRoles.swift"
    grants = ["create role scaling_check;", "grant usage on schema scaling_check to scaling_check;"]
    for table, hidden in rights:
        if table != "plumbline_migration":
            grants.append(
                f"select format('grant select (%s) on {table} to scaling_check', string_agg(quote_ident(attname), ', '))"
                f" from pg_attribute where attrelid = '{table}'::regclass and attnum > 0 and not attisdropped"
                f" and attname <> all (array[{hidden}]::text[]) \\gexec"
            )
    return "create schema scaling_check; set local search_path = scaling_check;\n" + migrations + "\n".join(grants) + "\n"


def psql(script: str) -> tuple[list[str], str]:
    """What is answered in a transaction that is undone, and the error that ended it."""
    result = subprocess.run(
        ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"], input=f"\\o /dev/null\nbegin;\n{script}\nrollback;\n",
        capture_output=True, text=True, timeout=280)
    return result.stdout.splitlines(), result.stderr.strip() if result.returncode else ""


def ask(questions: list[str], cases: dict, before: str) -> str:
    """The questions in each case, as the role that looks."""
    script = []
    for rows, _, _ in cases.values():
        script += ["savepoint one;", before, rows, "set local role scaling_check;", "\\o"]
        script += [question + ";" for question in questions]
        script += ["\\o /dev/null", "reset role;", "rollback to one;"]
    return "\n".join(script) + "\n"


def judge(name: str, cases: dict, lines: list[str], error: str) -> None:
    """Takes the answers to the cases from the front of what was said."""
    for case, (_, *wanted) in cases.items():
        given = [round(float(line), 3) for line in lines[:2]]
        del lines[:2]
        faults = [] if given == wanted else [f"it answers {given} and not {wanted}", *([error] if error else [])]
        tell(f"scaling of {name}: {case}", faults)


# Much to do, and ten times as much that is over or not due.
CROWD = """
insert into work (connection, record, entity, version, priority, state, due_at, changed_at, command, correlation, body)
select 'one', lpad(n::text, 32, '0')::uuid, 'customer', 1, 1, case when n % 10 = 0 then 'ready' else 'done' end,
    now() - n * interval '1 millisecond', now(), id_at(now()), id_at(now()), '' from generate_series(1, 30000) as n;
insert into dirty (connection, native_type, native_id, correlation, hinted_at, due_at)
select 'one', 'company', n::text, id_at(now()), now(),
    now() + case when n % 10 = 0 then -1 else 1 end * n * interval '1 millisecond' from generate_series(1, 30000) as n;
analyze work; analyze dirty; analyze link; analyze lane;
"""


def judge_plan(lines: list[str], error: str) -> None:
    """No question walks over a whole table."""
    walked = [line.strip() for line in lines if re.search(r"Seq Scan on (work|dirty)", line)]
    missing = [index for index in ("work_ready", "dirty_due") if not any(index in line for line in lines)]
    faults = [error] if error else walked + [f"the index {index} is not used" for index in missing]
    tell("scaling of adapters: the questions go by the indexes of what is due", faults)


def main() -> int:
    asked = queries(sys.argv[1])
    counts = {name: len(questions) for name, questions in asked.items()}
    wanted = {"crm-adapter": 2, "fsm-adapter": 2, "ledger-adapter": 2, "router": 2}
    tell("scaling: each adapter and the router are scaled by two questions", [] if counts == wanted else [f"there are {counts}"])
    own = TWO + work(1, 10, "two")
    groups = [
        ("crm-adapter", ADAPTER_CASES, ESTATE),
        ("fsm-adapter", {"its own work alone": (own, 1, 10)}, ESTATE),
        ("ledger-adapter", {"its own work alone": (own, 0, 0)}, ESTATE),
        ("router", ROUTER_CASES, ""),
    ]
    script = schema() + "".join(ask(asked[name], cases, before) for name, cases, before in groups)
    script += ESTATE + CROWD + "\\o\n" + "".join(f"explain {question};\n" for question in asked["crm-adapter"])
    lines, error = psql(script + "\\o /dev/null")
    for name, cases, _ in groups:
        judge(name, cases, lines, error)
    judge_plan(lines, error)
    return end()


if __name__ == "__main__":
    sys.exit(main())
