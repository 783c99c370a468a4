"""Runs HubSpot's own Python client against the sandbox: hubspot_client.py BASE_URL TOKEN"""

import json
import sys
import urllib.request

from hubspot import HubSpot
from hubspot.crm import companies, contacts, deals, line_items, objects, pipelines, properties
from hubspot.crm.associations import v4 as associations
from hubspot.crm.objects import notes
from hubspot.utils.signature import Signature

from checks import Checks

base, token = sys.argv[1], sys.argv[2]
checks = Checks()
hubspot = HubSpot(access_token=token, host=base)


def body(error):
    return json.loads(error.body)


def properties_api():
    group = properties.PropertyGroupCreate(name="plumbline", label="Plumbline", display_order=1)
    hubspot.crm.properties.groups_api.create("companies", group)
    created = hubspot.crm.properties.core_api.create(
        "companies",
        properties.PropertyCreate(
            name="plumbline_id", label="Plumbline id", type="string", field_type="text", group_name="plumbline",
            has_unique_value=True))
    checks.check("a unique property is created", created.has_unique_value is True, created)
    known = hubspot.crm.properties.core_api.get_all("companies")
    checks.check("it is listed", any(p.name == "plumbline_id" for p in known.results))
    error = checks.raises(
        "the same name twice is refused", properties.ApiException,
        lambda: hubspot.crm.properties.core_api.create(
            "companies",
            properties.PropertyCreate(
                name="plumbline_id", label="again", type="string", field_type="text", group_name="plumbline")))
    checks.equal("as existing already", error and error.status, 409)
    batch = hubspot.crm.properties.batch_api.create(
        "deals",
        properties.BatchInputPropertyCreate(
            inputs=[
                properties.PropertyCreate(
                    name="job_number", label="Job number", type="string", field_type="text",
                    group_name="dealinformation"),
                properties.PropertyCreate(
                    name="job_status", label="Job status", type="enumeration", field_type="select",
                    group_name="dealinformation",
                    options=[properties.OptionInput(label="Scheduled", value="scheduled", hidden=False, display_order=0)]),
            ]))
    checks.equal("two properties are created at once", len(batch.results), 2)


def objects_api():
    api = hubspot.crm.companies.basic_api
    company = api.create(
        companies.SimplePublicObjectInputForCreate(
            properties={"name": "Alder Roofing", "domain": "alder.example", "plumbline_id": "c-1"}))
    checks.equal("a company is created", company.properties["name"], "Alder Roofing")
    read = api.get_by_id(company.id, properties=["name", "plumbline_id", "phone"])
    checks.equal("its unique value is read", read.properties["plumbline_id"], "c-1")
    checks.check("an unset property reads as null", read.properties["phone"] is None, read.properties)
    by_value = api.get_by_id("c-1", id_property="plumbline_id")
    checks.equal("it is found by its unique value", by_value.id, company.id)
    updated = api.update(company.id, companies.SimplePublicObjectInput(properties={"phone": "+1 555 0100"}))
    checks.equal("it is updated", updated.properties["phone"], "+1 555 0100")
    error = checks.raises(
        "an unknown property is refused", companies.ApiException,
        lambda: api.update(company.id, companies.SimplePublicObjectInput(properties={"colour": "red"})))
    checks.equal("with its code", error and body(error)["errors"][0]["code"], "PROPERTY_DOESNT_EXIST")
    error = checks.raises(
        "a read-only property is refused", companies.ApiException,
        lambda: api.update(company.id, companies.SimplePublicObjectInput(properties={"hs_object_id": "1"})))
    checks.equal("as read-only", error and body(error)["errors"][0]["code"], "READ_ONLY_VALUE")
    error = checks.raises(
        "a value outside the enumeration is refused", companies.ApiException,
        lambda: api.update(company.id, companies.SimplePublicObjectInput(properties={"industry": "MAGIC"})))
    checks.equal("as an invalid option", error and body(error)["errors"][0]["code"], "INVALID_OPTION")
    error = checks.raises(
        "a taken unique value is refused", companies.ApiException,
        lambda: api.create(
            companies.SimplePublicObjectInputForCreate(properties={"name": "Copy", "plumbline_id": "c-1"})))
    checks.equal("as invalid", error and error.status, 400)
    error = checks.raises("an unknown id is not found", companies.ApiException, lambda: api.get_by_id("999"))
    checks.equal("with its category", error and body(error)["category"], "OBJECT_NOT_FOUND")

    contact = hubspot.crm.contacts.basic_api.create(
        contacts.SimplePublicObjectInputForCreate(
            properties={"email": "Ann@Alder.example", "firstname": "Ann", "lastname": "Alder"},
            associations=[
                contacts.PublicAssociationsForObject(
                    to=contacts.PublicObjectId(id=company.id),
                    types=[contacts.AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=1)])
            ]))
    checks.equal("an e-mail address is kept in lower case", contact.properties["email"], "ann@alder.example")
    error = checks.raises(
        "a second contact with the address is refused", contacts.ApiException,
        lambda: hubspot.crm.contacts.basic_api.create(
            contacts.SimplePublicObjectInputForCreate(properties={"email": "ann@alder.example"})))
    checks.equal("as a conflict", error and error.status, 409)
    checks.check("that names the other", error and contact.id in body(error)["message"], error)
    with_links = hubspot.crm.contacts.basic_api.get_by_id(contact.id, associations=["companies"])
    checks.equal(
        "the link made at creation is read", with_links.associations["companies"].results[0].id, company.id)
    return company, contact


def deals_api(company):
    api = hubspot.crm.deals.basic_api
    deal = api.create(
        deals.SimplePublicObjectInputForCreate(
            properties={"dealname": "Roof", "amount": "1200.50", "dealstage": "appointmentscheduled", "pipeline": "default"}))
    won = api.update(deal.id, deals.SimplePublicObjectInput(properties={"dealstage": "closedwon"}))
    checks.equal("a won deal is closed", won.properties["hs_is_closed_won"], "true")
    history = api.get_by_id(deal.id, properties_with_history=["dealstage"])
    stages = [entry.value for entry in history.properties_with_history["dealstage"]]
    checks.equal("its stages are remembered, the newest first", stages, ["closedwon", "appointmentscheduled"])
    error = checks.raises(
        "an unknown stage is refused", deals.ApiException,
        lambda: api.update(deal.id, deals.SimplePublicObjectInput(properties={"dealstage": "nowhere"})))
    checks.equal("as an invalid option", error and body(error)["errors"][0]["code"], "INVALID_OPTION")
    line = hubspot.crm.line_items.basic_api.create(
        line_items.SimplePublicObjectInputForCreate(
            properties={"name": "Shingles", "quantity": "3", "price": "10.50"},
            associations=[
                line_items.PublicAssociationsForObject(
                    to=line_items.PublicObjectId(id=deal.id),
                    types=[line_items.AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=20)])
            ]))
    checks.equal("a line item's amount is computed", line.properties["amount"], "31.5")
    task = hubspot.crm.objects.tasks.basic_api.create(
        objects.SimplePublicObjectInputForCreate(
            properties={"hs_task_subject": "Check scope", "hs_timestamp": "2026-11-21T08:00:00Z"}))
    checks.equal("a task is created", task.properties["hs_task_subject"], "Check scope")
    error = checks.raises(
        "a note without a time is refused", notes.ApiException,
        lambda: hubspot.crm.objects.notes.basic_api.create(
            objects.SimplePublicObjectInputForCreate(properties={"hs_note_body": "hello"})))
    checks.equal("as invalid", error and error.status, 400)
    default = hubspot.crm.pipelines.pipelines_api.get_by_id("deals", "default")
    checks.check("the default pipeline has its stages", len(default.stages) >= 7, default)
    owners = hubspot.crm.owners.owners_api.get_page()
    checks.check("there are owners", len(owners.results) > 0)
    return deal


def batches_api():
    api = hubspot.crm.companies.batch_api
    inputs = [
        companies.SimplePublicObjectBatchInputForCreate(
            properties={"name": "Batch %d" % i, "plumbline_id": "b-%d" % i}, object_write_trace_id=str(i))
        for i in range(5)
    ]
    created = api.create(companies.BatchInputSimplePublicObjectBatchInputForCreate(inputs=inputs))
    checks.equal("five companies are created at once", len(created.results), 5)
    mixed = api.create(
        companies.BatchInputSimplePublicObjectBatchInputForCreate(
            inputs=[
                companies.SimplePublicObjectBatchInputForCreate(
                    properties={"name": "New", "plumbline_id": "b-9"}, object_write_trace_id="new"),
                companies.SimplePublicObjectBatchInputForCreate(
                    properties={"name": "Taken", "plumbline_id": "b-1"}, object_write_trace_id="taken"),
            ]))
    checks.equal("a traced batch succeeds in part", (len(mixed.results), mixed.num_errors), (1, 1))
    checks.equal("and says which failed", mixed.errors[0].context["objectWriteTraceId"], ["taken"])
    upserted = api.upsert(
        companies.BatchInputSimplePublicObjectBatchInputUpsert(
            inputs=[
                companies.SimplePublicObjectBatchInputUpsert(
                    id_property="plumbline_id", id="b-1", properties={"city": "Salem"}),
                companies.SimplePublicObjectBatchInputUpsert(
                    id_property="plumbline_id", id="b-77", properties={"name": "By upsert"}),
            ]))
    checks.equal("an upsert says what is new", [result.new for result in upserted.results], [False, True])
    read = api.read(
        companies.BatchReadInputSimplePublicObjectId(
            id_property="plumbline_id", properties=["name"], properties_with_history=[],
            inputs=[companies.SimplePublicObjectId(id="b-2"), companies.SimplePublicObjectId(id="nobody")]))
    checks.equal("a batch read finds what there is", (len(read.results), read.num_errors), (1, 1))
    error = checks.raises(
        "more than a hundred inputs are refused", companies.ApiException,
        lambda: api.read(
            companies.BatchReadInputSimplePublicObjectId(
                properties=[], properties_with_history=[],
                inputs=[companies.SimplePublicObjectId(id=str(i)) for i in range(101)])))
    checks.equal("as invalid", error and error.status, 400)
    api.archive(
        companies.BatchInputSimplePublicObjectId(inputs=[companies.SimplePublicObjectId(id=created.results[4].id)]))
    checks.raises(
        "an archived company is gone", companies.ApiException,
        lambda: hubspot.crm.companies.basic_api.get_by_id(created.results[4].id))
    page = hubspot.crm.companies.basic_api.get_page(limit=3)
    following = hubspot.crm.companies.basic_api.get_page(limit=3, after=page.paging.next.after)
    checks.check("pages do not overlap", not {r.id for r in page.results} & {r.id for r in following.results})
    everything = hubspot.crm.companies.get_all()
    checks.equal("all pages together have all companies", len(everything), 1 + 5 + 1 + 1 - 1)


def search_api():
    api = hubspot.crm.companies.search_api
    found = api.do_search(
        companies.PublicObjectSearchRequest(
            filter_groups=[
                companies.FilterGroup(
                    filters=[companies.Filter(property_name="name", operator="CONTAINS_TOKEN", value="batch")])
            ],
            sorts=[{"propertyName": "hs_lastmodifieddate", "direction": "ASCENDING"}], properties=["name"], limit=2))
    checks.equal("a search counts all and shows a page", (found.total, len(found.results)), (4, 2))
    rest = api.do_search(
        companies.PublicObjectSearchRequest(
            filter_groups=[
                companies.FilterGroup(
                    filters=[companies.Filter(property_name="name", operator="CONTAINS_TOKEN", value="batch")])
            ],
            limit=2, after=found.paging.next.after))
    checks.equal("the next page has the rest", len(rest.results), 2)
    error = checks.raises(
        "paging ends at ten thousand", companies.ApiException,
        lambda: api.do_search(companies.PublicObjectSearchRequest(filter_groups=[], limit=100, after="9950")))
    checks.equal("as invalid", error and error.status, 400)


def associations_api(company, contact, deal):
    api = hubspot.crm.associations.v4.basic_api
    api.create(
        "deals", deal.id, "companies", company.id,
        [associations.AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=5)])
    page = api.get_page("deals", deal.id, "companies")
    types = {link.type_id for link in page.results[0].association_types}
    checks.equal("a primary link brings the plain one", types, {5, 341})
    back = api.get_page("companies", company.id, "deals")
    checks.equal("and can be followed back", str(back.results[0].to_object_id), deal.id)
    error = checks.raises(
        "a type id of the other direction is refused", associations.ApiException,
        lambda: api.create(
            "deals", deal.id, "companies", company.id,
            [associations.AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=6)]))
    checks.equal("as invalid", error and error.status, 400)
    batch = hubspot.crm.associations.v4.batch_api.create(
        "deals", "contacts",
        associations.BatchInputPublicAssociationMultiPost(
            inputs=[
                associations.PublicAssociationMultiPost(
                    _from=associations.PublicObjectId(id=deal.id), to=associations.PublicObjectId(id=contact.id),
                    types=[associations.AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=3)])
            ]))
    checks.equal("links are made in batches", batch.status, "COMPLETE")
    read = hubspot.crm.associations.v4.batch_api.get_page(
        "deals", "contacts",
        associations.BatchInputPublicFetchAssociationsBatchRequest(
            inputs=[associations.PublicFetchAssociationsBatchRequest(id=deal.id)]))
    checks.equal("and read in batches", str(read.results[0].to[0].to_object_id), contact.id)
    api.archive("deals", deal.id, "contacts", contact.id)
    checks.equal("an archived link is gone", api.get_page("deals", deal.id, "contacts").results, [])


def merge(contact):
    other = hubspot.crm.contacts.basic_api.create(
        contacts.SimplePublicObjectInputForCreate(properties={"email": "a.alder@example.com", "phone": "555"}))
    survivor = hubspot.crm.contacts.basic_api.merge(
        contacts.PublicMergeInput(primary_object_id=contact.id, object_id_to_merge=other.id))
    checks.equal("a merge keeps the primary", survivor.id, contact.id)
    checks.equal("with what it lacked", survivor.properties["phone"], "555")
    checks.equal(
        "the other id answers with the survivor", hubspot.crm.contacts.basic_api.get_by_id(other.id).id, contact.id)


def credentials():
    stranger = HubSpot(access_token="unknown", host=base)
    error = checks.raises(
        "an unknown token is refused", companies.ApiException, lambda: stranger.crm.companies.basic_api.get_page())
    checks.equal("as unauthenticated", error and error.status, 401)
    issue = urllib.request.Request(base + "/_sandbox/tokens/issue", method="POST", data=b"{}")
    issued = json.load(urllib.request.urlopen(issue))
    client = HubSpot(host=base)
    tokens = client.oauth.tokens_api.create(
        grant_type="refresh_token", refresh_token=issued["refreshToken"], client_id=issued["clientId"],
        client_secret=issued["clientSecret"])
    checks.equal("a refresh gives half an hour", tokens.expires_in, 1800)
    checks.equal("and keeps the refresh token", tokens.refresh_token, issued["refreshToken"])
    fresh = HubSpot(access_token=tokens.access_token, host=base)
    checks.check("the new token works", len(fresh.crm.companies.basic_api.get_page().results) > 0)
    described = client.oauth.access_tokens_api.get(tokens.access_token)
    checks.equal("the token tells its portal", described.hub_id, issued["portalId"])


properties_api()
company, contact = objects_api()
deal = deals_api(company)
batches_api()
search_api()
associations_api(company, contact, deal)
merge(contact)
credentials()
checks.finish()
