import Foundation
import SandboxKit

extension Company {
    /// The rules of a time activity: whose time, how long, for whom.
    func prepareTime(_ fields: inout JSONObject, _ context: WriteContext) throws(QuickBooksFault) {
        guard let name = fields["NameOf"]?.stringValue else { throw .missing("NameOf") }
        switch name {
        case "Employee":
            guard fields["EmployeeRef"] != nil else { throw .missing("EmployeeRef") }
            try check("EmployeeRef", of: "Employee", in: &fields)
        case "Vendor":
            guard fields["VendorRef"] != nil else { throw .missing("VendorRef") }
            try check("VendorRef", of: "Vendor", in: &fields)
        default:
            throw QuickBooksFault(
                "2170", "Invalid Enumeration", "Invalid Enumeration : NameOf \(name)", element: "NameOf")
        }
        try check("CustomerRef", of: "Customer", in: &fields)
        try check("ItemRef", of: "Item", in: &fields)
        try check("ClassRef", of: "Class", in: &fields)
        try check("DepartmentRef", of: "Department", in: &fields)
        let status = fields["BillableStatus"]?.stringValue ?? "NotBillable"
        guard ["Billable", "NotBillable", "HasBeenBilled"].contains(status) else {
            throw QuickBooksFault(
                "2170", "Invalid Enumeration", "Invalid Enumeration : BillableStatus \(status)",
                element: "BillableStatus")
        }
        if status == "Billable", fields["CustomerRef"] == nil { throw .missing("CustomerRef") }
        fields["BillableStatus"] = .string(status)
        if let start = fields["StartTime"]?.stringValue.flatMap({ SandboxInstant(iso8601: $0) }),
            let end = fields["EndTime"]?.stringValue.flatMap({ SandboxInstant(iso8601: $0) })
        {
            guard end > start else { throw .business("EndTime must be after StartTime") }
            // Start and end stand in for a duration.
            guard fields["Hours"] == nil, fields["Minutes"] == nil else {
                throw .business("Give either Hours and Minutes or StartTime and EndTime")
            }
        } else {
            guard fields["Hours"] != nil || fields["Minutes"] != nil else { throw .missing("Hours") }
            guard (0...8_760).contains(fields["Hours"]?.intValue ?? 0) else {
                throw .badValue("Hours", "must be from 0 to 8760")
            }
            guard (0...59).contains(fields["Minutes"]?.intValue ?? 0) else {
                throw .badValue("Minutes", "must be from 0 to 59")
            }
            if fields["Hours"] == nil { fields["Hours"] = 0 }
            if fields["Minutes"] == nil { fields["Minutes"] = 0 }
        }
        if fields["TxnDate"] == nil { fields["TxnDate"] = .string(date(context.now)) }
    }

    /// The rules of an attachment: a file or a note, on entities that exist.
    func prepareAttachable(_ fields: inout JSONObject, old: EntityRecord?) throws(QuickBooksFault) {
        guard fields["FileName"] != nil || fields["Note"] != nil else { throw .missing("FileName") }
        for link in fields["AttachableRef"]?.arrayValue ?? [] {
            guard let type = link["EntityRef"]?["type"]?.stringValue,
                let id = link["EntityRef"]?["value"]?.stringValue
                    ?? link["EntityRef"]?["value"]?.intValue.map(String.init)
            else { throw .missing("AttachableRef.EntityRef") }
            guard let kind = EntityKind.byPath[type.lowercased()], live(kind.name, id) != nil else {
                throw .invalidReference("EntityRef", "\(type) \(id)")
            }
        }
        for kept in ["Size", "FileAccessUri", "TempDownloadUri"] {
            if let value = old?.fields[kept] { fields[kept] = value }
        }
    }
}
