"""What is done in which system when something has happened in another one."""

import decimal
import json
import urllib.parse

from vendors import Transient

TEXT = {"type": "string", "fieldType": "text"}
NUMBER = {"type": "number", "fieldType": "number"}
TIME = {"type": "datetime", "fieldType": "date"}
PROPERTIES = {
    "companies": {"plumbline_balance": NUMBER},
    "deals": {
        "plumbline_scheduled_start": TIME, "plumbline_scheduled_end": TIME, "plumbline_labor_hours": NUMBER,
        "plumbline_job_status": TEXT, "plumbline_invoice_number": TEXT, "plumbline_invoice_status": TEXT,
        "plumbline_invoice_total": NUMBER, "plumbline_invoice_balance": NUMBER,
    },
}
JOB_FIELDS = ["Ledger invoice number", "Ledger invoice status", "Ledger invoice balance"]

JOB = """
query($id: EncodedId!) {
  job(id: $id) {
    title completedAt
    visits(first: 20) { nodes { startAt endAt isComplete } }
    timeSheetEntries(first: 50) { nodes { finalDuration ticking } }
    lineItems(first: 50) { nodes { name quantity unitPrice } }
  }
}"""
FIELDS = """
query {
  page: customFieldConfigurations(filter: { valueType: TEXT }, first: 100) {
    nodes { ... on CustomFieldConfigurationText { id name appliesTo } }
  }
}"""
MAKE_FIELD = """
mutation($input: CustomFieldConfigurationCreateTextInput!) {
  result: customFieldConfigurationCreateText(input: $input) { userErrors { message } }
}"""
MAKE_CLIENT = """
mutation($input: ClientCreateInput!) {
  result: clientCreate(input: $input) { client { id } userErrors { message } }
}"""
EDIT_CLIENT = """
mutation($id: EncodedId!, $input: ClientEditInput!) {
  result: clientEdit(clientId: $id, input: $input) { client { id } userErrors { message } }
}"""
EMAILS = "query($id: EncodedId!) { client(id: $id) { emails { id address primary } } }"
MAKE_PROPERTY = """
mutation($id: EncodedId!, $input: PropertyCreateInput!) {
  result: propertyCreate(clientId: $id, input: $input) { properties { id } userErrors { message } }
}"""
MAKE_JOB = """
mutation($input: JobCreateAttributes!) {
  result: jobCreate(input: $input) { job { id } userErrors { message } }
}"""
EDIT_JOB = """
mutation($id: EncodedId!, $input: JobEditInput!) {
  result: jobEdit(jobId: $id, input: $input) { job { id } userErrors { message } }
}"""
OF_VISIT = "query($id: EncodedId!) { visit(id: $id) { job { id } } }"
OF_ENTRY = "query($id: EncodedId!) { timeSheetEntry(id: $id) { job { id } } }"


class Unknown(Exception):
    """An object that no link names: not ours, or its link is not written yet."""


class Flows:
    def __init__(self, store, hubspot, jobber, quickbooks):
        self.store = store
        self.hubspot = hubspot
        self.jobber = jobber
        self.quickbooks = quickbooks
        self.fields = {}

    async def prepare(self):
        """Makes the properties and custom fields that are shown to people."""
        for kind, wanted in PROPERTIES.items():
            path = f"/crm/v3/properties/{kind}"
            present = {entry["name"] for entry in (await self.hubspot.checked("GET", path))["results"]}
            missing = [
                {"name": name, "label": name.replace("_", " "), "groupName": f"{kind_group(kind)}", **form}
                for name, form in wanted.items() if name not in present]
            if missing:
                await self.hubspot.checked("POST", f"{path}/batch/create", {"inputs": missing})
        await self.read_fields()
        for name in JOB_FIELDS:
            if name not in self.fields:
                await self.jobber.run(
                    MAKE_FIELD,
                    input={"appliesTo": "ALL_JOBS", "name": name, "transferable": False, "readOnly": False})
        await self.read_fields()

    async def read_fields(self):
        nodes = (await self.jobber.run(FIELDS))["page"]["nodes"]
        self.fields = {node["name"]: node["id"] for node in nodes if node.get("appliesTo") == "ALL_JOBS"}

    async def handle(self, vendor, event):
        await getattr(self, f"on_{vendor}")(event)

    # Sales

    async def on_hubspot(self, event):
        topic, name = event.get("subscriptionType", ""), event.get("propertyName")
        number = str(event.get("objectId", ""))
        if event.get("objectTypeId") == "0-14" and name == "hs_status":
            await self.sell(number)
        elif topic == "company.propertyChange" and name == "name":
            await self.rename_company(number)
        elif topic == "contact.propertyChange" and name in ("firstname", "email"):
            await self.change_contact(number)

    async def sell(self, quote):
        """An approved quote makes a client with a property and a job."""
        values, linked = await self.hubspot.read(
            "quotes", quote, ["hs_title", "hs_status"], ["deals", "companies", "contacts", "line_items"])
        if values.get("hs_status") != "APPROVED":
            return
        deal, company, contact = (linked[kind][0] for kind in ("deals", "companies", "contacts"))
        async with self.store.locked(company) as links:
            if await links.get("job", deal):
                return
            await links.put("company", deal, company)
            await links.put("employer", contact, company)
            firm, _ = await self.hubspot.read(
                "companies", company, ["name", "phone", "address", "city", "state", "zip", "country"])
            address = {
                "street1": firm.get("address"), "city": firm.get("city"), "province": firm.get("state"),
                "postalCode": firm.get("zip"), "country": firm.get("country")}
            client = await links.get("client", company)
            if not client:
                client = await self.make_client(firm, contact, address)
                await links.put("client", company, client)
            place = await links.get("property", company)
            if not place:
                made = await self.jobber.run(MAKE_PROPERTY, id=client, input={"properties": [{"address": address}]})
                place = made["result"]["properties"][0]["id"]
                await links.put("property", company, place)
            job = await self.make_job(values["hs_title"], place, linked["line_items"])
            await links.put("job", deal, job)
        # What was planned before the link was there.
        await self.show_job(job)

    async def make_client(self, firm, contact, address):
        person, _ = await self.hubspot.read("contacts", contact, ["firstname", "lastname", "phone", "email"])
        made = await self.jobber.run(
            MAKE_CLIENT,
            input={
                "companyName": firm["name"], "isCompany": True, "firstName": person.get("firstname"),
                "lastName": person.get("lastname"), "billingAddress": address,
                "emails": [{"address": person.get("email"), "description": "MAIN", "primary": True}],
                "phones": [{"number": person.get("phone"), "description": "MAIN", "primary": True}],
            })
        return made["result"]["client"]["id"]

    async def make_job(self, title, place, line_items):
        lines = []
        for number in line_items:
            line, _ = await self.hubspot.read(
                "line_items", number, ["name", "quantity", "price", "hs_position_on_quote"])
            lines.append({
                "name": line["name"], "quantity": float(line["quantity"]), "unitPrice": float(line["price"]),
                "sortOrder": int(line.get("hs_position_on_quote") or 0), "saveToProductsAndServices": False})
        made = await self.jobber.run(
            MAKE_JOB,
            input={
                "propertyId": place, "title": title, "lineItems": lines,
                "invoicing": {"invoicingType": "FIXED_PRICE", "invoicingSchedule": "NEVER"}})
        return made["result"]["job"]["id"]

    async def rename_company(self, company):
        async with self.store.locked(company) as links:
            client, customer = await links.get("client", company), await links.get("customer", company)
            if not client and not customer:
                return
            firm, _ = await self.hubspot.read("companies", company, ["name"])
            if client:
                await self.jobber.run(EDIT_CLIENT, id=client, input={"companyName": firm["name"]})
            if customer:
                current = (await self.quickbooks.ask("GET", f"customer/{customer}"))["Customer"]
                await self.quickbooks.ask(
                    "POST", "customer",
                    {"Id": customer, "SyncToken": current["SyncToken"], "sparse": True, "DisplayName": firm["name"]})

    async def change_contact(self, contact):
        async with self.store.links() as links:
            company = await links.get("employer", contact)
        if not company:
            return
        async with self.store.locked(company) as links:
            client = await links.get("client", company)
            if not client:
                return
            person, _ = await self.hubspot.read("contacts", contact, ["firstname", "email"])
            emails = (await self.jobber.run(EMAILS, id=client))["client"]["emails"]
            change = {"firstName": person.get("firstname")}
            if emails:
                change["emailsToEdit"] = [{"id": emails[0]["id"], "address": person.get("email")}]
            await self.jobber.run(EDIT_CLIENT, id=client, input=change)

    # The field

    async def on_jobber(self, event):
        event = event["data"]["webHookEvent"]
        topic, number = event["topic"], event["itemId"]
        if topic.startswith("JOB_"):
            job = number
        elif topic in ("VISIT_CREATE", "VISIT_UPDATE", "VISIT_COMPLETE"):
            job = ((await self.jobber.run(OF_VISIT, id=number))["visit"] or {}).get("job")
        elif topic in ("TIMESHEET_CREATE", "TIMESHEET_UPDATE"):
            job = ((await self.jobber.run(OF_ENTRY, id=number))["timeSheetEntry"] or {}).get("job")
        else:
            return
        if job:
            await self.show_job(job if isinstance(job, str) else job["id"])

    async def show_job(self, number):
        """Shows the work on the deal, and bills it once it is over."""
        async with self.store.links() as links:
            deal = await links.owner("job", number)
            company = deal and await links.get("company", deal)
        if not company:
            raise Unknown(f"job {number}")
        async with self.store.locked(company) as links:
            job = (await self.jobber.run(JOB, id=number))["job"]
            visits = sorted(
                (visit for visit in job["visits"]["nodes"] if visit["startAt"]), key=lambda visit: visit["startAt"])
            visit = next((visit for visit in visits if not visit["isComplete"]), visits[-1] if visits else None)
            seconds = sum(
                entry["finalDuration"] for entry in job["timeSheetEntries"]["nodes"] if not entry["ticking"])
            shown = {
                "plumbline_labor_hours": str(decimal.Decimal(seconds) / 3600),
                "plumbline_job_status": "completed" if job["completedAt"] else "scheduled" if visit else "unscheduled"}
            if visit:
                shown |= {
                    "plumbline_scheduled_start": visit["startAt"], "plumbline_scheduled_end": visit["endAt"]}
            if job["completedAt"]:
                shown["dealstage"] = "closedwon"
            await self.hubspot.update("deals", deal, shown)
            if job["completedAt"]:
                await self.bill(links, deal, company, job)

    # The books

    async def bill(self, links, deal, company, job):
        if await links.get("invoice", deal):
            return
        customer = await links.get("customer", company)
        if not customer:
            firm, _ = await self.hubspot.read("companies", company, ["name"])
            customer = await self.make_customer(firm["name"])
            await links.put("customer", company, customer)
        lines = []
        for line in job["lineItems"]["nodes"]:
            amount = decimal.Decimal(str(line["quantity"])) * decimal.Decimal(str(line["unitPrice"]))
            lines.append({
                "DetailType": "SalesItemLineDetail", "Amount": float(amount), "Description": line["name"],
                "SalesItemLineDetail": {
                    "ItemRef": {"value": "1"}, "Qty": line["quantity"], "UnitPrice": line["unitPrice"],
                    "TaxCodeRef": {"value": "NON"}}})
        made = await self.quickbooks.ask(
            "POST", "invoice",
            {"CustomerRef": {"value": customer}, "Line": lines, "CustomerMemo": {"value": job["title"]}})
        await links.put("invoice", deal, made["Invoice"]["Id"])

    async def make_customer(self, name):
        # Names are unique there: what an earlier try has made is found again.
        quoted = name.replace("'", "\\'")
        query = urllib.parse.quote(f"select * from Customer where DisplayName = '{quoted}'")
        found = (await self.quickbooks.ask("GET", f"query?query={query}"))["QueryResponse"].get("Customer")
        if found:
            return found[0]["Id"]
        return (await self.quickbooks.ask("POST", "customer", {"DisplayName": name}))["Customer"]["Id"]

    async def on_quickbooks(self, event):
        kind, number = event["type"].split(".")[1], event["intuitentityid"]
        if kind == "invoice":
            await self.show_invoice(number)
        elif kind == "payment":
            payment = (await self.quickbooks.ask("GET", f"payment/{number}"))["Payment"]
            for line in payment.get("Line", []):
                for linked in line.get("LinkedTxn", []):
                    if linked["TxnType"] == "Invoice":
                        await self.show_invoice(linked["TxnId"])

    async def show_invoice(self, number):
        async with self.store.links() as links:
            deal = await links.owner("invoice", number)
            company = deal and await links.get("company", deal)
            job = deal and await links.get("job", deal)
        if not company or not job:
            raise Unknown(f"invoice {number}")
        async with self.store.locked(company):
            # Amounts are read as they are written, never as floating-point numbers.
            answer = await self.quickbooks.ask("GET", f"invoice/{number}")
            invoice = json.loads(json.dumps(answer["Invoice"]), parse_float=decimal.Decimal)
            total, balance = decimal.Decimal(invoice["TotalAmt"]), decimal.Decimal(invoice["Balance"])
            status = "paid" if balance == 0 else "posted" if balance == total else "partly_paid"
            if len(self.fields) < len(JOB_FIELDS):
                raise Transient("the custom fields are not known")
            await self.hubspot.update(
                "deals", deal,
                {
                    "plumbline_invoice_number": invoice["DocNumber"], "plumbline_invoice_status": status,
                    "plumbline_invoice_total": f"{total:.2f}", "plumbline_invoice_balance": f"{balance:.2f}"})
            values = zip(JOB_FIELDS, [invoice["DocNumber"], status, f"{balance:.2f}"])
            await self.jobber.run(
                EDIT_JOB, id=job,
                input={"customFields": [
                    {"customFieldConfigurationId": self.fields[name], "valueText": value} for name, value in values]})
            await self.hubspot.update("companies", company, {"plumbline_balance": f"{balance:.2f}"})


def kind_group(kind):
    return {"companies": "companyinformation", "deals": "dealinformation"}[kind]
