/** A session of fhir-kit-client, as its manual shows it; prints one JSON object.
 *
 * node fhir_kit_session.mjs CLIENT ADDRESS HEADERS NOTICE
 *   CLIENT  the client's module; HEADERS and NOTICE (to be created) are JSON
 */
const [, , module, baseUrl, headers, notice] = process.argv;
const { Client } = await import(module);
const client = new Client({ baseUrl, customHeaders: JSON.parse(headers) });
const ids = (bundle) => (bundle.entry ?? []).map((entry) => entry.resource.id);
const told = {};

async function pages(bundle) {
    const seen = [];
    for (let page = bundle; page; page = await client.nextPage({ bundle: page })) {
        seen.push(ids(page));
    }
    return seen;
}

async function refusal(question) {
    try {
        await question();
        return null;
    } catch (error) {
        return [error.response.status, error.response.data.resourceType];
    }
}

const resourceType = "Invoice";
const capabilities = await client.capabilityStatement();
told.version = capabilities.fhirVersion;
told.kinds = capabilities.rest[0].resource.map((resource) => resource.type);

// search, count, elements
const search = { resourceType, searchParams: { _count: 2, _sort: "identifier" } };
const first = await client.search(search);
told.pages = await pages(first);
const second = await client.nextPage({ bundle: first });
const before = await client.prevPage({ bundle: second });
told.previous = before ? ids(before) : null;
const only = (searchParams) => client.search({ resourceType, searchParams });
told.count = (await only({ _summary: "count" })).total;
told.found = ids(await only({ identifier: "IV-3", status: "issued" }));
told.several = ids(await only({ identifier: ["IV-1,IV-2"] }));
const [part] = (await only({ identifier: "IV-1", _elements: "status" })).entry;
told.part = Object.keys(part.resource).sort();
told.wrong = await refusal(() => only({ colour: "red" }));

// by POST, over pages
const options = { postSearch: true };
told.posted = await pages(
    await client.search({
        resourceType,
        searchParams: { _count: "2", _sort: "-identifier" },
        options,
    })
);

// read, vread, history, references
const [id] = told.pages[0];
const bill = await client.read({ resourceType, id });
told.total = bill.totalGross.value;
const version = bill.meta.versionId;
const same = await client.vread({ resourceType, id, version });
told.same = JSON.stringify(same) === JSON.stringify(bill);
told.history = ids(await client.history({ resourceType, id }));
told.changes = (await client.history({ resourceType })).entry.length;
const facility = await client.resolve({ reference: bill.recipient.reference });
told.facility = facility.name;
const whole = await only({ _id: id, _include: "Invoice:issuer" });
const issuer = await client.resolve({
    reference: bill.issuer.reference,
    context: whole,
});
told.issuer = issuer.resourceType;
told.unknown = await refusal(() => client.read({ resourceType, id: "nothing" }));

// created once, whoever asks how often
const body = JSON.parse(notice);
const kind = { resourceType: "PaymentNotice", body };
const created = await client.create(kind);
told.created = created.amount.value;
told.again = (await client.create(kind)).id === created.id;
const once = { "If-None-Exist": "identifier=urn:bank|0815" };
told.once = (await client.create({ ...kind, options: { headers: once } })).id;
told.once = told.once === created.id;
told.paid = (await client.resolve({ reference: body.request.reference })).id;
const more = { ...body, identifier: [{ system: "urn:bank", value: "0816" }] };
more.amount = { ...body.amount, value: 900 };
told.refused = await refusal(() => client.create({ ...kind, body: more }));
told.deleted = await refusal(() => client.delete({ resourceType, id }));
console.log(JSON.stringify(told));
