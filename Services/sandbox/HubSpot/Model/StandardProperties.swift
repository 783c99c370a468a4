/// The properties that every portal has, as far as integrations use them.
enum StandardProperties {
    /// The group's name for a kind of object.
    static func groupName(_ kind: ObjectKind) -> String {
        switch kind.plural {
        case "contacts": "contactinformation"
        case "companies": "companyinformation"
        case "deals": "dealinformation"
        case "tickets": "ticketinformation"
        default: kind.singular + "_information"
        }
    }

    /// All standard properties of a kind.
    static func of(_ kind: ObjectKind) -> [PropertyDefinition] {
        let group = groupName(kind)
        let own = lines[kind.plural] ?? ""
        var definitions = (common + own).split(separator: "\n").compactMap { definition(String($0), group: group) }
        definitions.append(readOnly(kind.createdProperty, .datetime, group))
        definitions.append(readOnly(kind.modifiedProperty, .datetime, group))
        if kind.createdProperty != "createdate" { definitions.append(readOnly("createdate", .datetime, group)) }
        // A contact has both properties; only `lastmodifieddate` follows its changes (the classic trap).
        if kind.modifiedProperty == "lastmodifieddate" {
            definitions.append(readOnly("hs_lastmodifieddate", .datetime, group))
        }
        if let index = definitions.firstIndex(where: { $0.name == "email" }), kind.plural == "contacts" {
            definitions[index].hasUniqueValue = true
        }
        return definitions
    }

    private static func readOnly(_ name: String, _ type: PropertyDefinition.ValueType, _ group: String)
        -> PropertyDefinition
    {
        var property = PropertyDefinition(name: name, label: name, type: type, fieldType: "date", groupName: group)
        property.isReadOnly = true
        property.isHubSpotDefined = true
        return property
    }

    /// One line is `name type[!] [option=label|…]`; `!` marks a read-only value, `+` several choices.
    private static func definition(_ line: String, group: String) -> PropertyDefinition? {
        let parts = line.split(separator: " ", maxSplits: 2).map(String.init)
        guard parts.count >= 2 else { return nil }
        let marks = parts[1].suffix { !$0.isLetter }
        let typeName = String(parts[1].dropLast(marks.count))
        let isText = typeName == "text" || typeName == "phone"
        guard let type = isText ? .string : PropertyDefinition.ValueType(rawValue: typeName) else { return nil }
        let fieldType =
            switch (typeName, type) {
            case ("text", _): "textarea"
            case ("phone", _): "phonenumber"
            case (_, .string): "text"
            case (_, .number): "number"
            case (_, .date), (_, .datetime): "date"
            case (_, .bool): "booleancheckbox"
            case (_, .enumeration): marks.contains("+") ? "checkbox" : "select"
            }
        var property = PropertyDefinition(
            name: parts[0], label: parts[0], type: type, fieldType: fieldType, groupName: group)
        property.isHubSpotDefined = true
        property.isReadOnly = marks.contains("!")
        property.isFormField = !property.isReadOnly
        if parts.count == 3 {
            property.options = parts[2].split(separator: "|").enumerated().map { index, option in
                let pair = option.split(separator: "=", maxSplits: 1).map(String.init)
                return .init(
                    label: pair.last ?? "", value: pair.first ?? "", description: nil, displayOrder: index,
                    isHidden: false)
            }
        }
        return property
    }

    private static let common = """
        hs_object_id number!
        hs_object_source string!
        hs_object_source_id string!
        hs_object_source_label string!
        hs_merged_object_ids string!
        hs_created_by_user_id number!
        hs_updated_by_user_id number!
        hubspot_owner_id string
        hubspot_owner_assigneddate datetime!
        hubspot_team_id string!
        hs_all_owner_ids string!
        hs_unique_creation_key string!

        """

    private static let leadStages =
        "subscriber=Subscriber|lead=Lead|marketingqualifiedlead=Marketing Qualified Lead|"
        + "salesqualifiedlead=Sales Qualified Lead|opportunity=Opportunity|customer=Customer|evangelist=Evangelist|other=Other"

    private static let engagement = """
        hs_timestamp datetime
        hs_attachment_ids string
        hs_body_preview string!
        hs_activity_type string

        """

    private static let lines: [String: String] = [
        "contacts": """
        email string
        firstname string
        lastname string
        phone phone
        mobilephone phone
        fax phone
        company string
        jobtitle string
        salutation string
        website string
        address string
        city string
        state string
        zip string
        country string
        hs_language string
        hs_timezone string
        notes text
        message text
        date_of_birth string
        preferred_channels string
        hs_additional_emails string!
        hs_email_domain string!
        hs_full_name_or_email string!
        hs_is_contact bool!
        hs_calculated_phone_number string!
        associatedcompanyid number!
        num_notes number!
        num_associated_deals number!
        lifecyclestage enumeration \(leadStages)
        hs_lead_status enumeration NEW=New|OPEN=Open|IN_PROGRESS=In progress|OPEN_DEAL=Open deal|UNQUALIFIED=Unqualified|\
        ATTEMPTED_TO_CONTACT=Attempted to contact|CONNECTED=Connected|BAD_TIMING=Bad timing
        """,
        "companies": """
        name string
        domain string
        website string
        phone phone
        address string
        address2 string
        city string
        state string
        zip string
        country string
        description text
        about_us text
        timezone string
        numberofemployees number
        annualrevenue number
        founded_year string
        is_public bool
        hs_parent_company_id number!
        num_associated_contacts number!
        num_associated_deals number!
        lifecyclestage enumeration \(leadStages)
        type enumeration PROSPECT=Prospect|PARTNER=Partner|RESELLER=Reseller|VENDOR=Vendor|OTHER=Other
        industry enumeration CONSTRUCTION=Construction|REAL_ESTATE=Real Estate|FACILITIES_SERVICES=Facilities Services|\
        BUILDING_MATERIALS=Building Materials|UTILITIES=Utilities|RETAIL=Retail|HOSPITALITY=Hospitality|\
        HOSPITAL_HEALTH_CARE=Hospital & Health Care|EDUCATION_MANAGEMENT=Education Management|\
        COMPUTER_SOFTWARE=Computer Software|RESTAURANTS=Restaurants|INSURANCE=Insurance
        """,
        "deals": """
        dealname string
        amount number
        dealstage string
        pipeline string
        closedate datetime
        description text
        dealtype enumeration newbusiness=New Business|existingbusiness=Existing Business
        deal_currency_code enumeration USD=US Dollar|CAD=Canadian Dollar|EUR=Euro|GBP=Pound Sterling|AUD=Australian Dollar|\
        CHF=Swiss Franc|MXN=Mexican Peso
        hs_priority enumeration low=Low|medium=Medium|high=High
        hs_next_step string
        closed_lost_reason text
        closed_won_reason text
        hs_is_closed bool!
        hs_is_closed_won bool!
        hs_closed_amount number!
        hs_deal_stage_probability number!
        amount_in_home_currency number!
        num_associated_contacts number!
        """,
        "tickets": """
        subject string
        content text
        hs_pipeline string
        hs_pipeline_stage string
        hs_ticket_category enumeration+ PRODUCT_ISSUE=Product Issue|BILLING_ISSUE=Billing Issue|FEATURE_REQUEST=Feature Request|\
        GENERAL_INQUIRY=General Inquiry
        hs_ticket_priority enumeration LOW=Low|MEDIUM=Medium|HIGH=High|URGENT=Urgent
        source_type enumeration CHAT=Chat|EMAIL=Email|FORM=Form|PHONE=Phone
        hs_resolution text
        closed_date datetime!
        """,
        "products": """
        name string
        description text
        price number
        hs_sku string
        hs_cost_of_goods_sold number
        hs_url string
        hs_product_type enumeration inventory=Inventory|non_inventory=Non-inventory|service=Service
        hs_recurring_billing_period string
        hs_price_usd number
        hs_price_eur number
        hs_active bool
        tax number
        """,
        "line_items": """
        name string
        description text
        hs_product_id string
        hs_sku string
        quantity number
        price number
        discount number
        hs_discount_percentage number
        amount number!
        hs_pre_discount_amount number!
        hs_total_discount number!
        hs_cost_of_goods_sold number
        hs_tax_rate_group_id string
        hs_tax_amount number!
        hs_line_item_currency_code string
        hs_position_on_quote number
        hs_recurring_billing_period string
        recurringbillingfrequency string
        tax number
        """,
        "quotes": """
        hs_title string
        hs_expiration_date date
        hs_status enumeration DRAFT=Draft|PENDING_APPROVAL=Pending approval|APPROVAL_NOT_NEEDED=Approval not needed|\
        APPROVED=Approved|REJECTED=Rejected|PENDING_BUYER_ACTION=Pending buyer action|ACCEPTED=Accepted
        hs_quote_amount number!
        hs_quote_number string!
        hs_quote_link string!
        hs_public_url_key string!
        hs_slug string
        hs_currency string
        hs_language string
        hs_locale string
        hs_template_type string
        hs_terms text
        hs_comments text
        hs_purchase_orders_number string
        hs_sender_firstname string
        hs_sender_lastname string
        hs_sender_email string
        hs_sender_company_name string
        hs_esign_enabled bool
        hs_esign_date datetime!
        hs_esign_num_signers_completed number!
        hs_esign_num_signers_required number!
        hs_sign_status string!
        hs_payment_enabled bool
        hs_payment_status string!
        hs_approver_id string!
        """,
        "quote_template": """
        hs_name string
        hs_active bool
        """,
        "notes": engagement + "hs_note_body text",
        "tasks": engagement + """
            hs_task_subject string
            hs_task_body text
            hs_task_status enumeration NOT_STARTED=Not started|IN_PROGRESS=In progress|WAITING=Waiting|COMPLETED=Completed|\
            DEFERRED=Deferred
            hs_task_priority enumeration NONE=None|LOW=Low|MEDIUM=Medium|HIGH=High
            hs_task_type enumeration TODO=To-do|EMAIL=Email|CALL=Call
            hs_task_reminders string
            hs_task_completion_date datetime!
            """,
        "calls": engagement + """
            hs_call_title string
            hs_call_body text
            hs_call_duration number
            hs_call_direction enumeration INBOUND=Inbound|OUTBOUND=Outbound
            hs_call_status string
            """,
        "emails": engagement + """
            hs_email_subject string
            hs_email_text text
            hs_email_html text
            hs_email_direction enumeration EMAIL=Sent|INCOMING_EMAIL=Received|FORWARDED_EMAIL=Forwarded
            hs_email_status enumeration SENT=Sent|SENDING=Sending|SCHEDULED=Scheduled|FAILED=Failed|BOUNCED=Bounced
            """,
        "meetings": engagement + """
            hs_meeting_title string
            hs_meeting_body text
            hs_meeting_location string
            hs_meeting_start_time datetime
            hs_meeting_end_time datetime
            hs_meeting_outcome string
            """,
        "invoices": """
        hs_title string
        hs_currency string
        hs_number string
        hs_due_date date
        hs_invoice_date date
        hs_invoice_status enumeration draft=Draft|open=Open|paid=Paid|voided=Voided
        hs_amount_billed number!
        hs_balance_due number!
        hs_external_status string
        """,
    ]
}

extension Substring {
    fileprivate func suffix(while predicate: (Character) -> Bool) -> Substring {
        var start = endIndex
        while start > startIndex, predicate(self[index(before: start)]) { start = index(before: start) }
        return self[start...]
    }
}

extension String {
    fileprivate func suffix(_ predicate: (Character) -> Bool) -> Substring {
        self[...].suffix(while: predicate)
    }
}
