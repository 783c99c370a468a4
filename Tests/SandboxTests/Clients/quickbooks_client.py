"""Runs python-quickbooks and Intuit's OAuth client against the sandbox: quickbooks_client.py BASE_URL"""

import json
import os
import sys
import urllib.parse
import urllib.request
import warnings

os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
warnings.simplefilter("ignore")

import intuitlib.client
from intuitlib.client import AuthClient
from intuitlib.enums import Scopes
from intuitlib.exceptions import AuthClientError
from quickbooks import QuickBooks, exceptions
from quickbooks.batch import batch_create, batch_delete, batch_update
from quickbooks.cdc import change_data_capture
from quickbooks.objects import (
    Account, Attachable, AttachableRef, Bill, CompanyInfo, CreditMemo, Customer, Employee, Estimate, Invoice, Item,
    Payment, PaymentLine, Preferences, TaxCode, Term, TimeActivity,
)
from quickbooks.objects.base import EmailAddress, LinkedTxn, PhoneNumber, Ref
from quickbooks.objects.detailline import SalesItemLine, SalesItemLineDetail

from checks import Checks

base = sys.argv[1]
checks = Checks()
QuickBooks.sandbox_api_url_v3 = base + "/v3"


def discovery(environment, session=None):
    return json.load(urllib.request.urlopen(base + "/.well-known/openid_sandbox_configuration"))


intuitlib.client.get_discovery_doc = discovery


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


def connect():
    auth = AuthClient("sandbox-client-id", "sandbox-client-secret", "http://localhost/callback", "sandbox")
    url = auth.get_authorization_url([Scopes.ACCOUNTING])
    try:
        urllib.request.build_opener(NoRedirect).open(url)
        location = ""
    except urllib.error.HTTPError as error:
        location = error.headers["Location"]
    answer = urllib.parse.parse_qs(urllib.parse.urlparse(location).query)
    checks.check("the consent brings code and realm", "code" in answer and "realmId" in answer, location)
    auth.get_bearer_token(answer["code"][0], realm_id=answer["realmId"][0])
    checks.equal("an access token lasts an hour", auth.expires_in, 3600)
    checks.raises(
        "a code works once", AuthClientError, lambda: auth.get_bearer_token(answer["code"][0]))
    before = auth.refresh_token
    auth.refresh()
    checks.check("a refresh rolls the refresh token", auth.refresh_token != before)
    client = QuickBooks(auth_client=auth, refresh_token=auth.refresh_token, company_id=auth.realm_id, minorversion=75)
    return auth, client


def customers(qb):
    customer = Customer()
    customer.DisplayName = "Alder Roofing"
    customer.CompanyName = "Alder Roofing"
    customer.PrimaryEmailAddr = EmailAddress()
    customer.PrimaryEmailAddr.Address = "office@alder.example"
    customer.Notes = "keep me"
    customer.save(qb=qb)
    read = Customer.get(customer.Id, qb=qb)
    checks.equal("a customer is created and read", (read.DisplayName, read.SyncToken), ("Alder Roofing", "0"))
    read.PrimaryPhone = PhoneNumber()
    read.PrimaryPhone.FreeFormNumber = "555-0100"
    updated = read.save(qb=qb)
    checks.equal("an update counts the token up", updated.SyncToken, "1")
    stale = checks.raises("a stale token is refused", exceptions.QuickbooksException, lambda: read.save(qb=qb))
    checks.equal("with code 5010", stale and stale.error_code, 5010)
    twin = Customer()
    twin.DisplayName = "alder roofing"
    taken = checks.raises("a name is taken once", exceptions.QuickbooksException, lambda: twin.save(qb=qb))
    checks.equal("with code 6240", taken and taken.error_code, 6240)
    checks.check("that names the holder", taken and "Id=" + customer.Id in taken.detail, taken)
    vendor_like = Employee()
    vendor_like.DisplayName = "Alder Roofing"
    taken = checks.raises("also across kinds", exceptions.QuickbooksException, lambda: vendor_like.save(qb=qb))
    checks.equal("with the same code", taken and taken.error_code, 6240)
    site = Customer()
    site.DisplayName = "12 Elm St"
    site.Job = True
    site.ParentRef = Ref()
    site.ParentRef.value = customer.Id
    site = site.save(qb=qb)
    checks.equal("a sub-customer is qualified", site.FullyQualifiedName, "Alder Roofing:12 Elm St")
    unknown = checks.raises(
        "an unknown id is not found", exceptions.ObjectNotFoundException, lambda: Customer.get("99999", qb=qb))
    checks.equal("with code 610", unknown and unknown.error_code, 610)
    url = "{0}/company/{1}/customer".format(qb.api_url, qb.company_id)
    sparse = qb.post(
        url, json.dumps({"Id": customer.Id, "SyncToken": "1", "sparse": True, "CompanyName": "Alder & Sons"}))
    checks.equal("a sparse update keeps the rest", sparse["Customer"].get("Notes"), "keep me")
    full = qb.post(url, json.dumps({"Id": customer.Id, "SyncToken": "2", "DisplayName": "Alder Roofing"}))
    checks.check("a full update clears the rest", "Notes" not in full["Customer"], full)
    odd = checks.raises(
        "an unknown property is refused", exceptions.ValidationException,
        lambda: qb.post(url, json.dumps({"DisplayName": "x", "Colour": "red"})))
    checks.equal("with code 2010", odd and odd.error_code, 2010)
    checks.equal("a quoted name is found", len(Customer.filter(DisplayName="Alder Roofing", qb=qb)), 1)
    return customer


def items(qb):
    item = Item()
    item.Name = "Roof inspection"
    item.Type = "Service"
    item.UnitPrice = 120
    item.IncomeAccountRef = Account.all(qb=qb)[0].to_ref()
    item = item.save(qb=qb)
    checks.equal("an item is created", item.Name, "Roof inspection")
    lacking = Item()
    lacking.Name = "No account"
    lacking.Type = "Service"
    missing = checks.raises("an item needs an account", exceptions.ValidationException, lambda: lacking.save(qb=qb))
    checks.equal("with code 2020", missing and missing.error_code, 2020)
    return item


def line(item, quantity, price, amount=None):
    entry = SalesItemLine()
    entry.Amount = amount if amount is not None else quantity * price
    entry.SalesItemLineDetail = SalesItemLineDetail()
    entry.SalesItemLineDetail.ItemRef = item.to_ref()
    entry.SalesItemLineDetail.Qty = quantity
    entry.SalesItemLineDetail.UnitPrice = price
    return entry


def invoices(qb, customer, item):
    invoice = Invoice()
    invoice.CustomerRef = customer.to_ref()
    invoice.Line = [line(item, 2, 120), line(item, 1, 60)]
    invoice = invoice.save(qb=qb, request_id="create-1")
    checks.equal("an invoice sums its lines", (float(invoice.TotalAmt), float(invoice.Balance)), (300.0, 300.0))
    checks.check("and gets a number", invoice.DocNumber, invoice.DocNumber)
    again = Invoice()
    again.CustomerRef = customer.to_ref()
    again.Line = [line(item, 2, 120), line(item, 1, 60)]
    again = again.save(qb=qb, request_id="create-1")
    checks.equal("the same request id gives the same invoice", again.Id, invoice.Id)
    wrong = Invoice()
    wrong.CustomerRef = customer.to_ref()
    wrong.Line = [line(item, 2, 120, amount=239)]
    refused = checks.raises("an amount must be its product", exceptions.QuickbooksException, lambda: wrong.save(qb=qb))
    checks.equal("with code 6070", refused and refused.error_code, 6070)
    wrong.Line = [line(item, 1, 10)]
    wrong.DocNumber = invoice.DocNumber
    refused = checks.raises("a number is taken once", exceptions.QuickbooksException, lambda: wrong.save(qb=qb))
    checks.equal("with code 6140", refused and refused.error_code, 6140)
    wrong.DocNumber = None
    wrong.Line[0].SalesItemLineDetail.ItemRef.value = "98765"
    refused = checks.raises("an item must exist", exceptions.QuickbooksException, lambda: wrong.save(qb=qb))
    checks.equal("with code 2500", refused and refused.error_code, 2500)

    payment = Payment()
    payment.CustomerRef = customer.to_ref()
    payment.TotalAmt = 100
    applied = PaymentLine()
    applied.Amount = 100
    link = LinkedTxn()
    link.TxnId = invoice.Id
    link.TxnType = "Invoice"
    applied.LinkedTxn = [link]
    payment.Line = [applied]
    payment = payment.save(qb=qb)
    paid = Invoice.get(invoice.Id, qb=qb)
    checks.equal("a payment lowers the balance", float(paid.Balance), 200.0)
    checks.equal("and is linked", paid.LinkedTxn[0].TxnId, payment.Id)
    owing = Customer.get(customer.Id, qb=qb)
    checks.equal("the customer owes the rest", float(owing.Balance), 200.0)
    payment.void(qb=qb)
    checks.equal("a voided payment gives it back", float(Invoice.get(invoice.Id, qb=qb).Balance), 300.0)
    sent = Invoice.get(invoice.Id, qb=qb)
    sent.send(qb=qb, send_to="ann@alder.example")
    checks.equal("a sent invoice says so", Invoice.get(invoice.Id, qb=qb).EmailStatus, "EmailSent")
    checks.check("it has a PDF", Invoice.get(invoice.Id, qb=qb).download_pdf(qb=qb).startswith(b"%PDF"))
    voided = Invoice.get(invoice.Id, qb=qb)
    voided.void(qb=qb)
    voided = Invoice.get(invoice.Id, qb=qb)
    checks.equal("a voided invoice is worth nothing", (float(voided.TotalAmt), float(voided.Balance)), (0.0, 0.0))
    checks.check("and says so", "Voided" in voided.PrivateNote, voided.PrivateNote)

    estimate = Estimate()
    estimate.CustomerRef = customer.to_ref()
    estimate.Line = [line(item, 1, 500)]
    estimate = estimate.save(qb=qb)
    checks.equal("an estimate is pending", estimate.TxnStatus, "Pending")
    memo = CreditMemo()
    memo.CustomerRef = customer.to_ref()
    memo.Line = [line(item, 1, 25)]
    memo = memo.save(qb=qb)
    checks.equal("a credit memo is open", float(memo.RemainingCredit), 25.0)
    return invoice


def lists(qb, customer, item):
    checks.check("there are tax codes", len(TaxCode.all(qb=qb)) > 0)
    checks.check("there are terms", len(Term.all(qb=qb)) > 0)
    checks.check("the company has a name", CompanyInfo.get(qb.company_id, qb=qb).CompanyName)
    checks.check("there are preferences", Preferences.get(qb=qb).SalesFormsPrefs is not None)
    worker = Employee()
    worker.GivenName, worker.FamilyName = "Wes", "Pine"
    worker = worker.save(qb=qb)
    time = TimeActivity()
    time.NameOf = "Employee"
    time.EmployeeRef = worker.to_ref()
    time.CustomerRef = customer.to_ref()
    time.ItemRef = item.to_ref()
    time.Hours, time.Minutes = 2, 30
    time.BillableStatus = "Billable"
    time.HourlyRate = 80
    time = time.save(qb=qb)
    checks.equal("time is recorded", (time.Hours, time.Minutes), (2, 30))
    note = Attachable()
    note.Note = "Leave the gate shut"
    note.AttachableRef = [AttachableRef()]
    note.AttachableRef[0].EntityRef = customer.to_ref()
    note = note.save(qb=qb)
    checks.check("a note is attached", note.Id)
    picture = Attachable()
    picture.FileName, picture.ContentType = "roof.txt", "text/plain"
    picture._FileBytes = b"a picture"
    picture = picture.save(qb=qb)
    checks.equal("a file is uploaded whole", picture.Size, 9)
    content = urllib.request.urlopen(picture.TempDownloadUri).read()
    checks.equal("and can be fetched", content, b"a picture")


def queries(qb, customer):
    for number in range(5):
        other = Customer()
        other.DisplayName = "Quarry %d" % number
        other.save(qb=qb)
    owner = Customer()
    owner.DisplayName = "O'Hara"
    owner.save(qb=qb)
    checks.equal("an escaped quote is found", Customer.query("select * from Customer where DisplayName = 'O\\'Hara'", qb=qb)[0].DisplayName, "O'Hara")
    found = Customer.query(
        "select * from Customer where DisplayName like 'Quarry%' order by DisplayName desc startposition 2 maxresults 3", qb=qb)
    checks.equal("like, order and paging", [c.DisplayName for c in found], ["Quarry 3", "Quarry 2", "Quarry 1"])
    checks.equal("a count", Customer.count("DisplayName like 'Quarry%'", qb=qb), 5)
    found = Customer.choose([customer.Id, found[0].Id], field="Id", qb=qb)
    checks.equal("in", len(found), 2)
    gone = found[1]
    gone.Active = False
    gone = gone.save(qb=qb)
    checks.check("an inactive customer shows it", gone.DisplayName.endswith("(deleted)"), gone.DisplayName)
    checks.equal("and is left out", Customer.count("DisplayName like 'Quarry%'", qb=qb), 4)
    checks.equal(
        "unless asked for", len(Customer.query("select * from Customer where Active in (true, false) and DisplayName like 'Quarry%'", qb=qb)), 5)
    checks.equal("nothing is an empty answer", Customer.query("select * from Customer where DisplayName = 'nobody'", qb=qb), [])
    for text in ["select * from Customer where Id = '1' or Id = '2'", "select Colour from Customer", "selekt", "select * from Nothing"]:
        checks.raises("refused: " + text, exceptions.QuickbooksException, lambda: qb.query(text))


def batches(qb):
    fresh = []
    for number in range(3):
        customer = Customer()
        customer.DisplayName = "Batch %d" % number
        fresh.append(customer)
    taken = Customer()
    taken.DisplayName = "Alder Roofing"
    result = batch_create(fresh + [taken], qb=qb)
    checks.equal("a batch succeeds in part", (len(result.successes), len(result.faults)), (3, 1))
    checks.equal("and says why", result.faults[0].Error[0].code, "6240")
    for customer in result.successes:
        customer.Notes = "by batch"
    changed = batch_update(result.successes, qb=qb)
    checks.equal("a batch updates", len(changed.successes), 3)
    crowd = []
    for number in range(35):
        customer = Customer()
        customer.DisplayName = "Crowd %d" % number
        crowd.append(customer)
    checks.equal("more than thirty go in two", len(batch_create(crowd, qb=qb).successes), 35)
    items = [{"bId": str(n), "operation": "query", "Query": "select * from Customer"} for n in range(31)]
    checks.raises(
        "more than thirty at once are refused", exceptions.QuickbooksException,
        lambda: qb.batch_operation(json.dumps({"BatchItemRequest": items})))


def changes(qb, since):
    captured = change_data_capture([Customer, Invoice, Bill][:2], since, qb=qb)
    checks.check("changed customers are captured", len(captured.Customer) > 5)
    checks.check("changed invoices are captured", len(captured.Invoice) > 0)
    ancient = checks.raises(
        "more than thirty days back is refused", exceptions.QuickbooksException,
        lambda: change_data_capture([Customer], "2020-01-01T00:00:00-08:00", qb=qb))
    checks.check("with a reason", ancient is not None)


def disconnection(auth, qb):
    stranger = QuickBooks(auth_client=auth, refresh_token=auth.refresh_token, company_id="1", minorversion=75)
    checks.raises("another company is forbidden", exceptions.QuickbooksException, lambda: Customer.all(qb=stranger))
    auth.revoke()
    checks.raises("a revoked connection ends", exceptions.QuickbooksException, lambda: Customer.all(qb=qb))
    checks.raises("its refresh token too", AuthClientError, lambda: auth.refresh())


started = "2026-01-01T00:00:00-08:00"
clock = json.load(urllib.request.urlopen(base + "/_sandbox/clock"))
started = clock["now"]
auth, qb = connect()
customer = customers(qb)
item = items(qb)
invoices(qb, customer, item)
lists(qb, customer, item)
queries(qb, customer)
batches(qb)
changes(qb, started)
disconnection(auth, qb)
checks.finish()
