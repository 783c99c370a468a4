"""Clients of the vendors' APIs: a token that is refreshed, a time-out, and retries with growing waits."""

import asyncio
import base64
import json
import pathlib

import aiohttp
import tenacity
import yaml


class Transient(Exception):
    """It may be different the next time."""


class Refused(Exception):
    """The vendor has understood, and says no."""


class Account:
    """One vendor's account, as its declaration says."""

    def __init__(self, name, folder, session, store):
        declaration = yaml.safe_load((pathlib.Path(folder) / f"{name}.yaml").read_text())
        self.name = name
        self.url = declaration["base_url"]
        self.number = declaration["vendor_account"]
        self.secrets = {
            key: pathlib.Path(place["file"]).read_text().strip() for key, place in declaration["secrets"].items()}
        self.session = session
        self.store = store
        self.access = None

    async def open(self):
        self.access = await self.store.tokens(
            self.name, self.secrets["access_token"], self.secrets["refresh_token"])

    @tenacity.retry(
        retry=tenacity.retry_if_exception_type(Transient), stop=tenacity.stop_after_attempt(5),
        wait=tenacity.wait_random_exponential(multiplier=0.3, max=5), reraise=True)
    async def call(self, method, path, body=None, headers=None):
        """Sends a request, again if need be; gives the body of a success."""
        used = self.access
        status, answer = await self.send(method, path, body, headers or {}, used)
        if status == 401:
            await self.refresh(used)
            raise Transient(f"{self.name}: 401")
        if status == 429 or status >= 500 or not isinstance(answer, dict):
            raise Transient(f"{self.name} {method} {path}: {status}")
        if status >= 300:
            raise Refused(f"{self.name} {method} {path}: {status} {json.dumps(answer)[:400]}")
        return answer

    async def send(self, method, path, body, headers, token):
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json", **headers}
        try:
            async with self.session.request(method, self.url + path, json=body, headers=headers) as response:
                try:
                    return response.status, json.loads(await response.read())
                except ValueError:
                    return response.status, None
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            raise Transient(f"{self.name} {method} {path}: {error!r}") from error

    async def refresh(self, used):
        async with self.store.token_row(self.name) as (access, refresh, save):
            if access == used:
                access, refresh = await self.exchange(refresh)
                await save(access, refresh)
            self.access = access

    async def exchange(self, refresh):
        form = {"grant_type": "refresh_token", "refresh_token": refresh}
        headers = {"Accept": "application/json"}
        client = self.secrets["client_id"], self.secrets["client_secret"]
        if self.name == "quickbooks":
            headers["Authorization"] = "Basic " + base64.b64encode(":".join(client).encode()).decode()
        else:
            form |= {"client_id": client[0], "client_secret": client[1]}
        try:
            async with self.session.post(self.url + self.token_path, data=form, headers=headers) as response:
                answer = json.loads(await response.read())
                return answer["access_token"], answer["refresh_token"]
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError, KeyError) as error:
            raise Transient(f"{self.name}: no new token: {error!r}") from error


class HubSpot(Account):
    token_path = "/oauth/v1/token"

    async def read(self, kind, number, properties, associations=()):
        path = f"/crm/v3/objects/{kind}/{number}?properties={','.join(properties)}"
        if associations:
            path += f"&associations={','.join(associations)}"
        answer = await self.checked("GET", path)
        # Lists of associations are named as people do: "line items".
        linked = {
            key.replace(" ", "_"): sorted({item["id"] for item in value["results"]}, key=int)
            for key, value in (answer.get("associations") or {}).items()}
        return answer["properties"], linked

    async def update(self, kind, number, properties):
        return await self.checked("PATCH", f"/crm/v3/objects/{kind}/{number}", {"properties": properties})

    async def checked(self, method, path, body=None):
        answer = await self.call(method, path, body)
        # An error may come with a status of success.
        if answer.get("status") == "error":
            raise Transient(f"hubspot {method} {path}: {answer.get('message')}")
        return answer


class Jobber(Account):
    token_path = "/api/oauth/token"

    @tenacity.retry(
        retry=tenacity.retry_if_exception_type(Transient), stop=tenacity.stop_after_attempt(3),
        wait=tenacity.wait_random_exponential(multiplier=0.5, max=5), reraise=True)
    async def run(self, document, **variables):
        """Runs a document, and gives its data."""
        answer = await self.call(
            "POST", "/api/graphql", {"query": document, "variables": variables},
            {"X-JOBBER-GRAPHQL-VERSION": "2025-04-16"})
        if answer.get("errors") or not answer.get("data"):
            raise Transient(f"jobber: {json.dumps(answer)[:400]}")
        for result in answer["data"].values():
            if isinstance(result, dict) and result.get("userErrors"):
                raise Refused(f"jobber: {json.dumps(result['userErrors'])[:400]}")
        return answer["data"]


class QuickBooks(Account):
    token_path = "/oauth2/v1/tokens/bearer"

    async def ask(self, method, path, body=None):
        mark = "&" if "?" in path else "?"
        answer = await self.call(method, f"/v3/company/{self.number}/{path}{mark}minorversion=75", body)
        if "Fault" in answer or "fault" in answer:
            raise Transient(f"quickbooks {method} {path}: {json.dumps(answer)[:400]}")
        return answer
