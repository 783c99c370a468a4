import CanonicalModel

/// A client's phones and e-mail addresses, of which the main contact has one of each kind.
///
/// The mobile number is the first that Jobber describes as mobile; the phone is the primary one of the others; the
/// e-mail address is the primary one. All that is beyond these stays as it is.
enum JobberMethods {
    static func phone(in client: JSONValue) -> PatchValue { JobberObject.text(mainPhone(client)?["number"].string) }
    static func mobile(in client: JSONValue) -> PatchValue { JobberObject.text(mobilePhone(client)?["number"].string) }
    static func email(in client: JSONValue) -> PatchValue { JobberObject.text(mainEmail(client)?["address"].string) }

    /// The parts of a `ClientEditInput` that bring the wanted values about; an empty text takes one away.
    ///
    /// - Parameters:
    ///   - wanted: `phone`, `mobile` and `email`, as far as they shall change.
    ///   - client: the phones and e-mail addresses with their ids.
    static func edits(_ wanted: JSONValue, of client: JSONValue) -> JSONObject {
        var input = JSONObject()
        func add(_ edit: (key: String, value: JSONValue)?) {
            guard let edit else { return }
            input[edit.key] = .array((input[edit.key]?.array ?? []) + [edit.value])
        }
        add(
            edit(
                wanted["phone"].string, mainPhone(client), "phones", "number",
                new: ["description": "MAIN", "primary": true]))
        add(
            edit(
                wanted["mobile"].string, mobilePhone(client), "phones", "number",
                new: ["description": "MOBILE", "primary": false]))
        add(
            edit(
                wanted["email"].string, mainEmail(client), "emails", "address",
                new: ["description": "MAIN", "primary": true]))
        return input
    }

    private static func edit(
        _ wanted: String?, _ present: JSONValue?, _ list: String, _ name: String, new: JSONValue
    ) -> (key: String, value: JSONValue)? {
        guard let wanted, wanted != present?[name].string ?? "" else { return nil }
        guard let id = present?["id"].string else {
            var created = new
            created[name] = .string(wanted)
            return ("\(list)ToAdd", created)
        }
        if wanted.isEmpty { return ("\(list)ToDelete", .string(id)) }
        return ("\(list)ToEdit", ["id": .string(id), name: .string(wanted)])
    }

    private static func mainPhone(_ client: JSONValue) -> JSONValue? {
        primary((client["phones"].array ?? []).filter { !isMobile($0) })
    }

    private static func mobilePhone(_ client: JSONValue) -> JSONValue? {
        (client["phones"].array ?? []).first(where: isMobile)
    }

    private static func mainEmail(_ client: JSONValue) -> JSONValue? { primary(client["emails"].array ?? []) }

    private static func primary(_ list: [JSONValue]) -> JSONValue? {
        list.first { $0["primary"].bool == true } ?? list.first
    }

    private static func isMobile(_ phone: JSONValue) -> Bool {
        phone["description"].string?.uppercased() == "MOBILE"
    }
}
