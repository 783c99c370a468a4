/// A kind of entity: its names, what can be done with it, and the fields that it takes.
struct EntityKind: Sendable {
    /// What a field holds.
    enum FieldType: Character, Sendable {
        case string = "s"
        case number = "n"
        case integer = "i"
        case flag = "b"
        case date = "d"
        case instant = "t"
        case reference = "r"
        case object = "o"
        case list = "l"
    }

    struct Field: Sendable {
        let type: FieldType
        let maximum: Int?
        /// Whether the value is QuickBooks' own: what a client sends is ignored.
        let isReadOnly: Bool
    }

    /// The name in bodies, such as `Invoice`; paths have it in lower case.
    let name: String
    let fields: [String: Field]
    /// Whether entities are made inactive instead of deleted.
    let isNameList: Bool
    /// Whether DisplayName is unique among customers, vendors and employees.
    let isPerson: Bool
    let canCreate: Bool
    let canDelete: Bool
    let canVoid: Bool
    /// Whether changes are announced by webhooks.
    let isAnnounced: Bool
    let firstID: Int

    /// People share their ids, and so do transactions.
    var idSpace: String { isPerson ? "people" : fields["TotalAmt"] != nil ? "transactions" : name }

    var path: String { name.lowercased() }

    private init(
        _ name: String, _ specification: String, firstID: Int, isNameList: Bool = false, isPerson: Bool = false,
        canCreate: Bool = true, canDelete: Bool = false, canVoid: Bool = false, isAnnounced: Bool = true
    ) {
        self.name = name
        self.firstID = firstID
        self.isNameList = isNameList
        self.isPerson = isPerson
        self.canCreate = canCreate
        self.canDelete = canDelete
        self.canVoid = canVoid
        self.isAnnounced = isAnnounced
        var fields: [String: Field] = [:]
        for word in (Self.everywhere + " " + specification).split(whereSeparator: \.isWhitespace) {
            let parts = word.split(separator: ":")
            guard let letter = parts.last?.first, let type = FieldType(rawValue: letter) else { continue }
            let rest = parts.last?.dropFirst() ?? ""
            fields[String(parts[0])] = Field(
                type: type, maximum: Int(rest.filter(\.isNumber)), isReadOnly: rest.contains("-"))
        }
        self.fields = fields
    }

    static let byPath: [String: EntityKind] = Dictionary(uniqueKeysWithValues: all.map { ($0.path, $0) })
    static let byName: [String: EntityKind] = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    // Each word is `name:type`, the type's letter as in FieldType, then the greatest length, then `-` for read-only.
    private static let everywhere =
        "Id:s SyncToken:s MetaData:o domain:s- sparse:b status:s- CustomField:l AttachableRef:l"

    private static let person = """
        Title:s16 GivenName:s100 MiddleName:s100 FamilyName:s100 Suffix:s16 FullyQualifiedName:s- CompanyName:s100 \
        DisplayName:s500 PrintOnCheckName:s110 Active:b PrimaryPhone:o AlternatePhone:o Mobile:o Fax:o PrimaryEmailAddr:o \
        WebAddr:o OtherContactInfo:l DefaultTaxCodeRef:r V4IDPseudonym:s- Organization:b IntuitId:s UserId:s Notes:s2000 \
        BillAddr:o ShipAddr:o OtherAddr:o CurrencyRef:r AcctNum:s100
        """

    private static let sale = """
        DocNumber:s21 TxnDate:d DepartmentRef:r CurrencyRef:r ExchangeRate:n PrivateNote:s4000 TxnStatus:s LinkedTxn:l Line:l \
        TxnTaxDetail:o TxnSource:s TransactionLocationType:s AutoDocNumber:b CustomerRef:r CustomerMemo:o BillAddr:o ShipAddr:o \
        ShipFromAddr:o FreeFormAddress:b ClassRef:r SalesTermRef:r DueDate:d PONumber:s15 ShipMethodRef:r ShipDate:d \
        TrackingNum:s31 GlobalTaxCalculation:s TotalAmt:n- HomeTotalAmt:n- ApplyTaxAfterDiscount:b PrintStatus:s EmailStatus:s \
        BillEmail:o BillEmailCc:o BillEmailBcc:o ARAccountRef:r Balance:n- HomeBalance:n- PaymentMethodRef:r PaymentRefNum:s21 \
        DepositToAccountRef:r DeliveryInfo:o TaxExemptionRef:r ProjectRef:r RecurDataRef:r TxnApprovalInfo:o Tag:l \
        DiscountRate:n DiscountAmt:n ShippingTaxIncludedInTotalTax:b TotalCostAmount:n- HomeTotalCostAmount:n-
        """

    static let all: [EntityKind] = [
        EntityKind(
            "Customer",
            person + """
                 Taxable:b ContactName:s AltContactName:s Job:b BillWithParent:b RootCustomerRef:r ParentRef:r Level:i- \
                CustomerTypeRef:r SalesTermRef:r PaymentMethodRef:r Balance:n- OpenBalanceDate:d BalanceWithJobs:n- \
                CreditLimit:n OverDueBalance:n- PreferredDeliveryMethod:s ResaleNum:s16 ARAccountRef:r \
                PrimaryTaxIdentifier:s20 TaxExemptionReasonId:s IsProject:b ClientEntityId:s- Source:s- BusinessNumber:s
                """, firstID: 1, isNameList: true, isPerson: true),
        EntityKind(
            "Vendor",
            person + """
                 ContactName:s TaxIdentifier:s20 BusinessNumber:s ParentRef:r VendorTypeRef:r TermRef:r Balance:n- BillRate:n \
                CreditLimit:n Vendor1099:b APAccountRef:r CostRate:n Source:s-
                """, firstID: 1, isNameList: true, isPerson: true),
        EntityKind(
            "Employee",
            person + """
                 EmployeeType:s EmployeeNumber:s SSN:s PrimaryAddr:o BillableTime:b BillRate:n BirthDate:d Gender:s HiredDate:d \
                ReleasedDate:d CostRate:n HireDate:d
                """, firstID: 1, isNameList: true, isPerson: true),
        EntityKind(
            "Item",
            """
            Name:s100 Sku:s100 Description:s4000 Active:b SubItem:b ParentRef:r Level:i- FullyQualifiedName:s- Taxable:b \
            SalesTaxIncluded:b PercentBased:b UnitPrice:n RatePercent:n Type:s IncomeAccountRef:r PurchaseDesc:s4000 \
            PurchaseTaxIncluded:b PurchaseCost:n ExpenseAccountRef:r AssetAccountRef:r PrefVendorRef:r TrackQtyOnHand:b \
            QtyOnHand:n ReorderPoint:n ManPartNum:s31 SalesTaxCodeRef:r PurchaseTaxCodeRef:r InvStartDate:d \
            PrintGroupedItems:b ItemGroupDetail:o ItemCategoryType:s TaxClassificationRef:r ClassRef:r Source:s- \
            SpecialItem:b AvgCost:n- QtyOnPurchaseOrder:n- QtyOnSalesOrder:n- DeferredRevenue:b ServiceType:s
            """, firstID: 1, isNameList: true),
        EntityKind(
            "Invoice",
            sale + """
                 Deposit:n AllowIPNPayment:b AllowOnlinePayment:b AllowOnlineCreditCardPayment:b AllowOnlineACHPayment:b \
                AllowOnlinePayPalPayment:b EInvoiceStatus:s InvoiceLink:s- invoiceStatus:s- callToAction:s- InvoiceEx:o
                """, firstID: 101, canDelete: true, canVoid: true),
        EntityKind(
            "Estimate", sale + " ExpirationDate:d AcceptedBy:s AcceptedDate:d", firstID: 101, canDelete: true),
        EntityKind(
            "CreditMemo", sale + " RemainingCredit:n- InvoiceRef:r", firstID: 101, canDelete: true),
        EntityKind(
            "SalesReceipt", sale, firstID: 101, canDelete: true, canVoid: true),
        EntityKind(
            "Payment",
            """
            TxnDate:d CurrencyRef:r ExchangeRate:n PrivateNote:s4000 TxnStatus:s LinkedTxn:l Line:l TxnSource:s CustomerRef:r \
            ARAccountRef:r DepositToAccountRef:r PaymentMethodRef:r PaymentRefNum:s21 PaymentType:s CheckPayment:o \
            CreditCardPayment:o TotalAmt:n UnappliedAmt:n- ProcessPayment:b DocNumber:s21 TransactionLocationType:s ProjectRef:r
            """, firstID: 101, canDelete: true, canVoid: true),
        EntityKind(
            "TimeActivity",
            """
            TimeZone:s TxnDate:d NameOf:s EmployeeRef:r VendorRef:r OtherNameRef:r CustomerRef:r DepartmentRef:r ItemRef:r \
            ClassRef:r PayrollItemRef:r ProjectRef:r BillableStatus:s Taxable:b HourlyRate:n CostRate:n Hours:i Minutes:i \
            Seconds:i BreakHours:i BreakMinutes:i BreakSeconds:i StartTime:t EndTime:t Description:s4000 TimeChargeId:i-
            """, firstID: 11_001, canDelete: true),
        EntityKind(
            "Attachable",
            """
            FileName:s1000 FileAccessUri:s- TempDownloadUri:s- Size:i- ContentType:s100 Category:s Lat:s Long:s PlaceName:s \
            Note:s2000 Tag:s2000 ThumbnailFileAccessUri:s- ThumbnailTempDownloadUri:s-
            """, firstID: 1_000_001, canDelete: true, isAnnounced: false),
        EntityKind(
            "Account",
            """
            Name:s100 SubAccount:b ParentRef:r Description:s100 FullyQualifiedName:s- AccountAlias:s Active:b Classification:s \
            AccountType:s AccountSubType:s AcctNum:s7 CurrentBalance:n- CurrentBalanceWithSubAccounts:n- CurrencyRef:r \
            TaxCodeRef:r TxnLocationType:s OnlineBankingEnabled:b OpeningBalance:n OpeningBalanceDate:d
            """, firstID: 1, isNameList: true),
        EntityKind(
            "Class", "Name:s100 SubClass:b ParentRef:r FullyQualifiedName:s- Active:b", firstID: 200_001,
            isNameList: true),
        EntityKind(
            "Department", "Name:s100 SubDepartment:b ParentRef:r FullyQualifiedName:s- Active:b Address:o", firstID: 1,
            isNameList: true),
        EntityKind(
            "Term",
            "Name:s31 Active:b Type:s DiscountPercent:n DueDays:i DiscountDays:i DayOfMonthDue:i DueNextMonthDays:i DiscountDayOfMonth:i",
            firstID: 1, isNameList: true),
        EntityKind("PaymentMethod", "Name:s31 Active:b Type:s", firstID: 1, isNameList: true),
        EntityKind(
            "TaxCode",
            "Name:s100 Description:s Active:b Hidden:b Taxable:b TaxGroup:b SalesTaxRateList:o PurchaseTaxRateList:o TaxCodeConfigType:s",
            firstID: 2, isNameList: true, canCreate: false, isAnnounced: false),
        EntityKind(
            "TaxRate",
            "Name:s100 Description:s Active:b RateValue:n AgencyRef:r TaxReturnLineRef:r EffectiveTaxRate:l SpecialTaxType:s DisplayType:s",
            firstID: 3, isNameList: true, canCreate: false, isAnnounced: false),
        EntityKind(
            "CompanyInfo",
            """
            CompanyName:s LegalName:s CompanyAddr:o CustomerCommunicationAddr:o LegalAddr:o CompanyEmailAddr:o \
            CustomerCommunicationEmailAddr:o CompanyURL:o PrimaryPhone:o CompanyFileName:s CompanyStartDate:d EmployerId:s \
            FiscalYearStartMonth:s TaxYearStartMonth:s QBVersion:s Country:s Email:o WebAddr:o SupportedLanguages:s \
            DefaultTimeZone:s NameValue:l
            """, firstID: 1, canCreate: false, isAnnounced: false),
        EntityKind(
            "Preferences",
            """
            AccountingInfoPrefs:o ProductAndServicesPrefs:o SalesFormsPrefs:o EmailMessagesPrefs:o VendorAndPurchasesPrefs:o \
            TimeTrackingPrefs:o TaxPrefs:o CurrencyPrefs:o ReportPrefs:o OtherPrefs:o
            """, firstID: 1, canCreate: false),
    ]
}
