import SandboxKit

/// One record of each kind, joined with each other.
enum JobberWorld {
    static let everything: JSON = [
        "records": [
            [
                "type": "User", "ref": "user",
                "fields": ["firstName": "Sam", "lastName": "Crew", "email": "sam@example.com"],
            ],
            [
                "type": "CustomFieldConfiguration", "ref": "text",
                "fields": ["appliesTo": "ALL_CLIENTS", "name": "A", "valueType": "TEXT"],
            ],
            [
                "type": "CustomFieldConfiguration", "ref": "number",
                "fields": ["appliesTo": "ALL_JOBS", "name": "B", "valueType": "NUMERIC", "unit": "m"],
            ],
            [
                "type": "CustomFieldConfiguration",
                "fields": ["appliesTo": "ALL_JOBS", "name": "C", "valueType": "AREA", "unit": "m"],
            ],
            [
                "type": "CustomFieldConfiguration",
                "fields": ["appliesTo": "ALL_JOBS", "name": "D", "valueType": "LINK"],
            ],
            [
                "type": "CustomFieldConfiguration",
                "fields": [
                    "appliesTo": "ALL_JOBS", "name": "E", "valueType": "DROPDOWN", "dropdownOptions": ["x", "y"],
                    "defaultValue": "x",
                ],
            ],
            [
                "type": "CustomFieldConfiguration",
                "fields": ["appliesTo": "ALL_JOBS", "name": "F", "valueType": "TRUE_FALSE", "defaultValue": true],
            ],
            [
                "type": "Client", "ref": "client",
                "fields": [
                    "firstName": "Ann", "lastName": "Lee", "phones": [["number": "5550100123"]],
                    "emails": [["address": "ann@example.com"]], "tags": [["label": "vip"]],
                    "billingAddress": [
                        "street1": "1 Main St", "street2": "", "city": "Berlin", "province": "OH",
                        "postalCode": "44610",
                        "country": "US", "latitude": "0.0", "longitude": "0.0",
                    ],
                ],
            ],
            [
                "type": "Contact", "ref": "contact",
                "fields": ["clientId": "@client", "firstName": "Bo", "phones": [["number": "1"]]],
            ],
            ["type": "TaxRate", "ref": "tax", "fields": ["name": "State", "tax": 7]],
            ["type": "TaxRate", "ref": "group", "fields": ["name": "All", "componentIds": ["@tax"]]],
            [
                "type": "Property", "ref": "property",
                "fields": [
                    "clientId": "@client", "taxRateId": "@group", "contactIds": ["@contact"],
                    "address": ["street1": "1 Main St", "city": "Berlin"],
                ],
            ],
            ["type": "ProductOrService", "ref": "product", "fields": ["name": "Valve", "defaultUnitCost": 35]],
            [
                "type": "Request", "ref": "request",
                "fields": ["clientId": "@client", "propertyId": "@property", "title": "Help"],
            ],
            [
                "type": "Assessment",
                "fields": [
                    "requestId": "@request", "clientId": "@client", "propertyId": "@property", "allDay": false,
                    "clientConfirmed": false, "isDefaultTitle": true, "startAt": "2026-06-01T09:00:00Z",
                    "endAt": "2026-06-01T10:00:00Z",
                ],
            ],
            [
                "type": "Quote", "ref": "quote",
                "fields": [
                    "clientId": "@client", "propertyId": "@property", "requestId": "@request", "taxRateId": "@tax",
                    "deposit": ["rate": 10, "type": "Percent"],
                    "lineItems": [["name": "Valve", "quantity": 2, "unitPrice": 35, "productOrServiceId": "@product"]],
                ],
            ],
            [
                "type": "Job", "ref": "job",
                "fields": [
                    "propertyId": "@property", "quoteId": "@quote", "requestId": "@request", "title": "Fix",
                    "arrivalWindow": ["durationInMinutes": 60], "visitRule": "FREQ=WEEKLY", "salespersonId": "@user",
                    "lineItems": [["name": "Valve", "quantity": 2, "unitPrice": 35, "unitCost": 10]],
                ],
            ],
            [
                "type": "Visit", "ref": "visit",
                "fields": [
                    "jobId": "@job", "startAt": "2026-06-02T09:00:00Z", "endAt": "2026-06-02T10:00:00Z",
                    "assignedUserIds": ["@user"],
                ],
            ],
            [
                "type": "Invoice", "ref": "invoice",
                "fields": [
                    "clientId": "@client", "jobIds": ["@job"], "visitIds": ["@visit"], "taxRateId": "@tax",
                    "lineItems": [["name": "Work", "quantity": 1, "unitPrice": 100, "totalPrice": 100]],
                ],
            ],
            [
                "type": "PaymentRecord", "ref": "payment",
                "fields": ["kind": "Cash", "amount": 10, "invoiceId": "@invoice", "clientId": "@client"],
            ],
            [
                "type": "PaymentRecord",
                "fields": [
                    "kind": "Check", "amount": 5, "quoteId": "@quote", "clientId": "@client",
                    "adjustmentType": "DEPOSIT",
                    "paymentType": "CHEQUE",
                ],
            ],
            [
                "type": "TimeSheetEntry", "ref": "time",
                "fields": ["userId": "@user", "jobId": "@job", "visitId": "@visit", "startAt": "2026-06-01T09:00:00Z"],
            ],
            [
                "type": "Expense", "ref": "expense",
                "fields": [
                    "title": "Fee", "total": 5, "date": "2026-06-01T09:00:00Z", "linkedJobId": "@job",
                    "enteredById": "@user",
                ],
            ],
            [
                "type": "JobNote",
                "fields": [
                    "parentId": "@job", "message": "Done", "linkedTo": ["invoices": true],
                    "files": [
                        [
                            "__typename": "JobNoteFile", "fileName": "a.jpg", "contentType": "image/jpeg",
                            "fileSize": 1,
                            "status": "READY", "thumbnailUrl": "https://example.com/a", "url": "https://example.com/a",
                            "createdAt": "2026-06-01T09:00:00Z", "updatedAt": "2026-06-01T09:00:00Z",
                        ]
                    ],
                ],
            ],
            [
                "type": "ClientNote",
                "fields": ["parentId": "@client", "message": "Gate code", "linkedTo": ["jobs": true]],
            ],
            [
                "type": "Vehicle", "ref": "vehicle",
                "fields": [
                    "name": "Van",
                    "liveState": [
                        "speed": 0,
                        "currentPosition": ["latitude": 1, "longitude": 2, "timestamp": "2026-06-01T09:00:00Z"],
                    ],
                ],
            ],
            [
                "type": "PayoutRecord", "ref": "payout",
                "fields": [
                    "identifier": "po_1", "arrivalDate": "2026-06-01T09:00:00Z", "created": "2026-06-01T09:00:00Z",
                    "currency": "usd", "feeAmount": 1, "grossAmount": 10, "netAmount": 9, "payoutMethod": "standard",
                    "status": "paid", "type": "bank_account",
                ],
            ],
        ]
    ]

    /// The root fields that answer one record, with the id to ask for.
    static func roots(_ ids: JSON) -> [(field: String, id: JSON)] {
        [
            ("client", "client"), ("property", "property"), ("request", "request"), ("quote", "quote"), ("job", "job"),
            ("visit", "visit"), ("invoice", "invoice"), ("timeSheetEntry", "time"), ("expense", "expense"),
            ("product", "product"), ("user", "user"), ("payoutRecord", "payout"),
        ].map { ($0.0, ids[$0.1] ?? .null) }
    }

    /// The root fields that answer lists.
    static let lists = [
        "clients", "clientEmails", "properties", "requests", "quotes", "jobs", "visits", "invoices", "timeSheetEntries",
        "expenses", "products", "users", "taxRates", "vehicles", "paymentRecords", "customFieldConfigurations",
        "similarClients", "account",
    ]
}
