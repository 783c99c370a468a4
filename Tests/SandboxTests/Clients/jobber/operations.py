"""Runs every operation of getjobber-cli against the sandbox whose address is given, after a refresh of its token.

The ids of the records to work on come in the environment variable IDS, as a JSON object.
"""

import json
import os
import sys

from getjobber_cli.api import mutations, queries
from getjobber_cli.api.client import create_client, execute_mutation, execute_query
from getjobber_cli.auth import oauth

base, refresh_token = sys.argv[1:]
ids = json.loads(os.environ["IDS"])

oauth.OAUTH_TOKEN_URL = f"{base}/api/oauth/token"
flow = oauth.OAuthFlow("sandbox-client-id", "sandbox-client-secret")
tokens = flow.refresh_access_token(refresh_token)
assert tokens["refresh_token"] != refresh_token
try:
    flow.refresh_access_token("never issued")
    raise SystemExit("a refresh token that was never issued was accepted")
except oauth.OAuthError as error:
    assert "not valid" in str(error), error

client = create_client(tokens["access_token"], f"{base}/api/graphql")
ran = set()


def query(name, **variables):
    ran.add(name)
    return execute_query(client, getattr(queries, name), variables)


def mutate(name, **variables):
    ran.add(name)
    result = execute_mutation(client, getattr(mutations, name), variables)
    payload = next(iter(result.values()))
    assert payload["userErrors"] == [], payload
    return payload


made = mutate("CREATE_CLIENT", input={"firstName": "Cli", "emails": [{"address": "cli@example.com", "primary": True}]})
assert made["client"]["email"] == "cli@example.com"
methods = query("GET_CLIENT_CONTACT_METHODS", id=made["client"]["id"])["client"]
mutate(
    "UPDATE_CLIENT",
    clientId=made["client"]["id"],
    input={"emailsToEdit": [{"id": methods["emails"][0]["id"], "address": "new@example.com", "primary": True}]},
)
assert query("GET_CLIENT", id=made["client"]["id"])["client"]["email"] == "new@example.com"
assert query("SEARCH_CLIENTS", query="cli", first=5)["clients"]["totalCount"] == 1
assert query("LIST_CLIENTS", first=1)["clients"]["pageInfo"]["hasNextPage"] is True
properties = query("GET_CLIENT_PROPERTIES", id=ids["client"])["client"]["properties"]
assert len(properties) == 1

line = {"name": "Part", "quantity": 2.0, "unitPrice": 10.0, "saveToProductsAndServices": False}
quote = mutate(
    "CREATE_QUOTE",
    attributes={"clientId": ids["client"], "propertyId": properties[0]["id"], "lineItems": [line], "title": "Cli"},
)["quote"]
assert query("GET_QUOTE", id=quote["id"])["quote"]["amounts"]["total"] == 20
assert len(query("LIST_QUOTES", first=10, status="draft")["quotes"]["nodes"]) == 2
job = mutate(
    "CREATE_JOB",
    input={
        "propertyId": properties[0]["id"],
        "title": "Cli",
        "invoicing": {"invoicingType": "FIXED_PRICE", "invoicingSchedule": "ON_COMPLETION"},
    },
)["job"]
assert job["jobStatus"] == "unscheduled"
mutate("UPDATE_JOB", jobId=job["id"], input={"instructions": "Ring twice"})
assert query("GET_JOB", id=job["id"])["job"]["instructions"] == "Ring twice"
assert query("LIST_JOBS", first=10, status="unscheduled")["jobs"]["totalCount"] == 1
closed = mutate("CLOSE_JOB", jobId=job["id"], input={"modifyIncompleteVisitsBy": "DESTROY_ALL"})["job"]
assert closed["completedAt"] is not None
invoice = mutate(
    "CREATE_INVOICE",
    input={
        "clientId": ids["client"],
        "dueDetails": {"invoiceNet": 30},
        "tax": {"taxCalculationMethod": "EXCLUSIVE"},
        "lineItems": [{"name": "Work", "cost": 5.0}],
        "jobId": job["id"],
    },
)["invoice"]
mutate("UPDATE_INVOICE", invoiceId=invoice["id"], input={"subject": "Cli"})
sent = mutate("MARK_INVOICE_SENT", id=invoice["id"])["invoice"]
assert sent["invoiceStatus"] == "awaiting_payment", sent
assert query("GET_INVOICE", id=invoice["id"])["invoice"]["subject"] == "Cli"
assert query("LIST_INVOICES", first=10)["invoices"]["totalCount"] == 2
mutate("ARCHIVE_CLIENT", clientId=made["client"]["id"])

known = {name for module in (queries, mutations) for name in vars(module) if name.isupper()}
assert ran == known, known - ran
print(f"{len(ran)} operations")
