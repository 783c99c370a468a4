import SandboxKit

extension Company {
    /// What a new company has: accounts, terms, tax codes, methods, one service item, its own description.
    mutating func loadDefaults(now: SandboxInstant) {
        let accounts: [(String, String, String, String)] = [
            ("Services", "Income", "ServiceFeeIncome", "Revenue"),
            ("Sales of Product Income", "Income", "SalesOfProductIncome", "Revenue"),
            ("Cost of Goods Sold", "Cost of Goods Sold", "SuppliesMaterialsCogs", "Expense"),
            ("Inventory Asset", "Other Current Asset", "Inventory", "Asset"),
            ("Accounts Receivable (A/R)", "Accounts Receivable", "AccountsReceivable", "Asset"),
            ("Undeposited Funds", "Other Current Asset", "UndepositedFunds", "Asset"),
            ("Checking", "Bank", "Checking", "Asset"),
            ("Discounts given", "Income", "DiscountsRefundsGiven", "Revenue"),
            ("Sales Tax Payable", "Other Current Liability", "SalesTaxPayable", "Liability"),
            ("Purchases", "Expense", "SuppliesMaterials", "Expense"),
        ]
        for (name, type, subType, classification) in accounts {
            insert(
                "Account",
                [
                    "Name": .string(name), "FullyQualifiedName": .string(name), "Active": true,
                    "AccountType": .string(type), "AccountSubType": .string(subType),
                    "Classification": .string(classification), "SubAccount": false, "CurrentBalance": 0,
                    "CurrencyRef": currency,
                ], now: now)
        }
        for (name, days) in [("Due on receipt", 0), ("Net 15", 15), ("Net 30", 30), ("Net 60", 60)] {
            insert(
                "Term", ["Name": .string(name), "Active": true, "Type": "STANDARD", "DueDays": .int(days)], now: now)
        }
        for name in ["Cash", "Check", "Credit Card", "Bank Transfer"] {
            let type: JSON = name == "Credit Card" ? "CREDIT_CARD" : "NON_CREDIT_CARD"
            insert("PaymentMethod", ["Name": .string(name), "Active": true, "Type": type], now: now)
        }
        let rate = insert(
            "TaxRate",
            [
                "Name": "California", "Description": "Sales Tax", "Active": true, "RateValue": 8,
                "AgencyRef": ["value": "1"],
            ],
            now: now)
        insert(
            "TaxCode",
            [
                "Name": "California", "Description": "California", "Active": true, "Taxable": true, "TaxGroup": true,
                "Hidden": false,
                "SalesTaxRateList": [
                    "TaxRateDetail": [
                        [
                            "TaxRateRef": ["value": .string(String(rate)), "name": "California"],
                            "TaxTypeApplicable": "TaxOnAmount", "TaxOrder": 0,
                        ]
                    ]
                ],
                "PurchaseTaxRateList": ["TaxRateDetail": []],
            ], now: now)
        insert(
            "Item",
            [
                "Name": "Services", "FullyQualifiedName": "Services", "Active": true, "Taxable": false, "UnitPrice": 0,
                "Type": "Service", "IncomeAccountRef": ["value": "1", "name": "Services"], "PurchaseCost": 0,
                "TrackQtyOnHand": false,
            ], now: now)
        loadDescription(now: now)
    }

    var currency: JSON {
        let names = [
            "USD": "United States Dollar", "CAD": "Canadian Dollar", "GBP": "British Pound Sterling", "EUR": "Euro",
        ]
        return [
            "value": .string(settings.homeCurrency),
            "name": .string(names[settings.homeCurrency] ?? settings.homeCurrency),
        ]
    }

    private mutating func loadDescription(now: SandboxInstant) {
        let address: JSON = [
            "Id": "1", "Line1": "123 Sierra Way", "City": "San Pablo", "CountrySubDivisionCode": "CA",
            "PostalCode": "94806",
        ]
        insert(
            "CompanyInfo",
            [
                "CompanyName": "Sandbox Contracting", "LegalName": "Sandbox Contracting LLC", "CompanyAddr": address,
                "CustomerCommunicationAddr": address, "LegalAddr": address,
                "PrimaryPhone": ["FreeFormNumber": "(555) 010-0199"],
                "CompanyStartDate": "2020-01-01", "FiscalYearStartMonth": "January",
                "Country": .string(settings.country),
                "Email": ["Address": "office@example.com"], "SupportedLanguages": "en",
                "DefaultTimeZone": "America/Los_Angeles",
                "NameValue": [
                    ["Name": "IndustryType", "Value": "Contracting"],
                    ["Name": "OfferingSku", "Value": "QuickBooks Online Plus"],
                ],
            ], now: now)
        insert(
            "Preferences",
            [
                "AccountingInfoPrefs": [
                    "UseAccountNumbers": false, "TrackDepartments": true, "ClassTrackingPerTxn": false,
                    "ClassTrackingPerTxnLine": true, "CustomerTerminology": "Customers",
                    "FirstMonthOfFiscalYear": "January",
                ],
                "ProductAndServicesPrefs": [
                    "ForSales": true, "ForPurchase": true, "QuantityWithPriceAndRate": true, "QuantityOnHand": true,
                ],
                "SalesFormsPrefs": [
                    "CustomField": [
                        [
                            "CustomField": [
                                [
                                    "Name": "SalesFormsPrefs.SalesCustomName1", "Type": "StringType",
                                    "StringValue": "Job",
                                ],
                                [
                                    "Name": "SalesFormsPrefs.SalesCustomName2", "Type": "StringType",
                                    "StringValue": "Crew",
                                ],
                                [
                                    "Name": "SalesFormsPrefs.SalesCustomName3", "Type": "StringType",
                                    "StringValue": "Reference",
                                ],
                            ]
                        ],
                        [
                            "CustomField": [
                                [
                                    "Name": "SalesFormsPrefs.UseSalesCustom1", "Type": "BooleanType",
                                    "BooleanValue": true,
                                ],
                                [
                                    "Name": "SalesFormsPrefs.UseSalesCustom2", "Type": "BooleanType",
                                    "BooleanValue": true,
                                ],
                                [
                                    "Name": "SalesFormsPrefs.UseSalesCustom3", "Type": "BooleanType",
                                    "BooleanValue": true,
                                ],
                            ]
                        ],
                    ],
                    "CustomTxnNumbers": false, "AllowDeposit": true, "AllowDiscount": true,
                    "DefaultTerms": ["value": "3"],
                    "AllowEstimates": true, "AllowShipping": false, "AllowServiceDate": true,
                ],
                "TaxPrefs": ["UsingSalesTax": true, "PartnerTaxEnabled": true, "TaxGroupCodeRef": ["value": "2"]],
                "CurrencyPrefs": [
                    "MultiCurrencyEnabled": false, "HomeCurrency": ["value": .string(settings.homeCurrency)],
                ],
                "TimeTrackingPrefs": ["UseServices": true, "BillCustomers": true, "ShowBillRateToAll": false],
            ], now: now)
    }

    /// Puts an entity in without rules, history or webhooks: only for what a new company has.
    @discardableResult
    private mutating func insert(_ kind: String, _ fields: JSONObject, now: SandboxInstant) -> Int {
        let id = EntityKind.byName[kind].map { nextID($0) } ?? 0
        let record = EntityRecord(id: id, createdAt: now, updatedAt: now, fields: fields)
        tables[kind]?.put(record)
        if let name = fields["Name"]?.stringValue {
            names[kind, default: [:]][name.lowercased()] = id
            heldNames[kind, default: [:]][id] = name.lowercased()
        }
        return id
    }
}
