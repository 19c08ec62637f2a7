"""What schemathesis needs to know of this API: its scalars, its @oneOf inputs, and what a failure is.

Loaded by `schemathesis run` through SCHEMATHESIS_HOOKS. FUZZ_SCHEMA names the schema file.

The stock checks take every entry of a GraphQL answer's `errors` for a failure. Here an error with a
code is an ordinary answer to random input, so one check of our own replaces them: `ServerStands`.
A connection that breaks is reported by schemathesis itself.
"""

import collections
import json
import os
import pathlib

import graphql
import schemathesis
from hypothesis import strategies as st
from schemathesis.graphql import nodes
from schemathesis.specs.graphql.scalars import get_extra_scalar_strategies

SCHEMA = graphql.build_schema(
    pathlib.Path(os.environ["FUZZ_SCHEMA"]).read_text(encoding="utf-8"), assume_valid=True
)


def text(*samples):
    """Mostly values that the service knows, at times any text."""
    return (st.sampled_from(samples) | st.sampled_from(samples) | st.text(max_size=40)).map(nodes.String)


SCALARS = {
    "CountryCode": text("DE", "FR", "US", "XX", "de"),
    "Cursor": text("", "AAAA", "not-a-cursor", "eyJ2IjoxfQ"),
    "DataCategory": text(
        "user.contact.email", "user.device.ip_address", "user.contact", "user.nothing", "system"
    ),
    "DataUse": text("essential.service", "essential.service.abuse_handling", "marketing", "none.such"),
    "Date": text("2026-11-20", "2024-02-29", "2026-02-30", "9999-12-31"),
    "DateTime": text(
        "2026-11-20T09:00:00Z",
        "2026-11-19T23:14:00.123456+01:00",
        "1970-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999Z",
        "2026-02-30T09:00:00Z",
    ),
    "Duration": text("P30D", "PT1H", "P1M", "-P1D", "P99999999999Y"),
    "Long": st.integers(min_value=-(2**63), max_value=2**63 - 1).map(nodes.Int)
    | st.integers(min_value=0, max_value=2**64).map(str).map(nodes.String),
}

# A scalar that joins the schema later is fuzzed as text until it has a line above.
KNOWN = SCALARS.keys() | get_extra_scalar_strategies().keys() | graphql.specified_scalar_types.keys()
for type_ in SCHEMA.type_map.values():
    if isinstance(type_, graphql.GraphQLScalarType) and type_.name not in KNOWN:
        SCALARS[type_.name] = text("")
for name, strategy in SCALARS.items():
    schemathesis.graphql.scalar(name, strategy)


class OneField(graphql.Visitor):
    """Leaves one field, and not null, in an input that takes exactly one (@oneOf)."""

    def __init__(self, types):
        super().__init__()
        self.types = types

    def leave_object_value(self, node, *_):
        type_ = graphql.get_named_type(self.types.get_input_type())
        if not getattr(type_, "is_one_of", False):
            return None
        given = [f for f in node.fields if not isinstance(f.value, graphql.NullValueNode)]
        return graphql.ObjectValueNode(fields=tuple(given[:1]))


@schemathesis.hook
def map_body(_context, body):
    """The generator knows no @oneOf: without this nearly every look-up ends at validation.

    One document in eight keeps what it was, so that the refusal is fuzzed too.
    """
    if not isinstance(body, graphql.DocumentNode) or len(graphql.print_ast(body)) % 8 == 0:
        return body
    types = graphql.TypeInfo(SCHEMA)
    return graphql.visit(body, graphql.TypeInfoVisitor(types, OneField(types)))


@schemathesis.check
class ServerStands:
    """No status of 500 or more; something answered; the fuzzing was not mostly throttled."""

    def __init__(self):
        self.statuses = collections.Counter()
        self.codes = collections.Counter()
        self.operations = collections.defaultdict(collections.Counter)

    def after_response(self, _context, response, case):
        status = response.status_code
        self.statuses[status] += 1
        self.operations[case.operation.label][status] += 1
        self.codes.update(error_codes(response))
        assert status < 500, f"answered {status}"

    def after_run(self, _context):
        sent = self.statuses.total()
        print(f"\noperations sent: {sent}, of {len(self.operations)} root fields")
        print("answers by status:", table(self.statuses))
        print("errors by code:", table(self.codes))
        unmet = sorted(name for name, seen in self.operations.items() if 200 not in seen)
        print("never answered 200:", ", ".join(unmet) or "none")
        assert sent > 0, "no operation was sent"
        throttled = self.statuses[429]
        assert throttled * 2 <= sent, f"{throttled} of {sent} were throttled: raise the rate limit"
        refused = self.statuses[401]
        assert refused * 2 <= sent, f"{refused} of {sent} were unauthenticated: the token is wrong"


def error_codes(response):
    """The extensions.code of each error in an answer; no message, which may quote the input."""
    try:
        errors = json.loads(response.content).get("errors") or []
    except (ValueError, AttributeError):
        return ["(not a GraphQL answer)"]
    return [str((error.get("extensions") or {}).get("code", "(none)")) for error in errors]


def table(counter):
    return ", ".join(f"{key}: {count}" for key, count in sorted(counter.items(), key=str)) or "none"
