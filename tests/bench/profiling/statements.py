"""pg_stat_statements: what PostgreSQL was asked and what it took."""

import json
import re
from dataclasses import dataclass

from postroom_testing.statement_counter import query_names, squeezed

# pg_stat_statements makes $n of them.
CONSTANT = re.compile(r"\$\d+|[BE]?'[^']*'|\b\d+\b|\bNULL\b|\btrue\b|\bfalse\b")
QUERY = """
SELECT jsonb_agg(s)::text FROM (
    SELECT query, calls, total_exec_time AS ms, shared_blks_hit + shared_blks_read AS pages,
           wal_bytes::bigint AS log
    FROM pg_stat_statements
    WHERE dbid = (SELECT oid FROM pg_database WHERE datname = '{database}')
) s
"""


@dataclass
class Statement:
    name: str
    calls: float = 0
    ms: float = 0
    pages: float = 0
    log: float = 0


def _shape(text):
    return CONSTANT.sub("?", squeezed(text))


def read(stage):
    """{name: Statement}: sums since the cluster was made."""
    names = {_shape(text): name for text, name in query_names().items()}
    found = {}
    for row in json.loads(stage.statistic(QUERY)):
        text = row.pop("query")
        name = names.get(_shape(text), squeezed(text)[:40])
        statement = found.setdefault(name, Statement(name))
        for key, value in row.items():
            setattr(statement, key, getattr(statement, key) + value)
    return found


def difference(before, after, operations):
    """For one operation, the costly ones first."""
    found = []
    for name, now in after.items():
        then = before.get(name, Statement(name))
        one = Statement(
            name,
            *(
                (getattr(now, key) - getattr(then, key)) / operations
                for key in ("calls", "ms", "pages", "log")
            ),
        )
        if one.calls >= 0.005:
            found.append(one)
    return sorted(found, key=lambda statement: -statement.ms)
