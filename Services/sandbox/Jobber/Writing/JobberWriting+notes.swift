import SandboxGraphQL

extension JobberWriting {
    /// What can be done with the notes of each kind of record that carries them.
    static let noteMutations: [String: Mutation] = {
        var all: [String: Mutation] = [:]
        for owner in ["Client", "Job", "Quote", "Request", "Invoice"] {
            let name = owner.lowercased()
            all["\(name)CreateNote"] = noteCreation(owner, name)
            all["\(name)EditNote"] = noteEdit(owner, name)
            all["\(name)DeleteNote"] = noteDeletion(owner, name)
            all["\(name)NoteAddAttachment"] = noteAttachment(owner)
        }
        return all
    }()

    private static func noteCreation(_ owner: String, _ name: String) -> Mutation {
        { writing, arguments throws(JobberUserErrors) in
            let parent = try writing.find(arguments.text("\(name)Id"), owner, "\(name)Id")
            let note = try writing.createNote(arguments.object("input") ?? [:], "\(owner)Note", on: parent)
            return [name: .record(parent), "\(name)Note": .record(note)]
        }
    }

    private static func noteEdit(_ owner: String, _ name: String) -> Mutation {
        { writing, arguments throws(JobberUserErrors) in
            let input = arguments.object("input") ?? [:]
            let note = try writing.find(input.text("noteId"), "\(owner)Note", "input", "noteId")
            try writing.editNote(note, input)
            return [name: .record(writing.store.record(note.text("parentId"))), "\(name)Note": .record(note)]
        }
    }

    private static func noteDeletion(_ owner: String, _ name: String) -> Mutation {
        { writing, arguments throws(JobberUserErrors) in
            let id = arguments.object("input")?.text("noteId")
            let note = try writing.find(id, "\(owner)Note", "input", "noteId")
            let parent = writing.store.record(note.text("parentId"))
            writing.delete(note)
            if let parent { writing.tellAboutNotes(of: parent) }
            return [name: .record(parent), "deletedNote": .record(note)]
        }
    }

    private static func noteAttachment(_ owner: String) -> Mutation {
        { writing, arguments throws(JobberUserErrors) in
            let note = try writing.find(arguments.text("noteId"), "\(owner)Note", "noteId")
            let attachments = arguments.objects("noteAddAttachmentAttributes")
            try writing.checkAttachments(attachments)
            let files = writing.files(attachments, "\(owner)Note")
            writing.update(note) { $0["files"] = .list((note["files"]?.list ?? []) + files) }
            if let parent = writing.store.record(note.text("parentId")) { writing.tellAboutNotes(of: parent) }
            return ["attachmentsToBeAdded": .leaf(.list(files.compactMap { $0["fileName"] }))]
        }
    }

    @discardableResult
    func createNote(_ input: GraphQLObject, _ kind: String, on parent: JobberRecord) throws(JobberUserErrors)
        -> JobberRecord
    {
        try checkNote(input)
        let attachments = input.objects("attachments")
        let note = create(
            kind,
            [
                "parentId": .string(parent.id), "message": input["message"] ?? "", "pinned": input["pinned"] ?? false,
                "linkedTo": input["linkedTo"] ?? .null, "files": .list(files(attachments, kind)),
            ])
        tellAboutNotes(of: parent)
        return note
    }

    func checkNote(_ input: GraphQLObject) throws(JobberUserErrors) {
        let attachments = input.objects("attachments")
        guard !(input.text("message") ?? "").isEmpty || !attachments.isEmpty else {
            throw JobberUserErrors("A note needs a message or an attachment", "input", "message")
        }
        try checkAttachments(attachments)
    }

    private func editNote(_ note: JobberRecord, _ input: GraphQLObject) throws(JobberUserErrors) {
        try checkAttachments(input.objects("attachmentsToAdd"))
        let added = files(input.objects("attachmentsToAdd"), note.collection)
        let gone = Set(input.texts("attachmentsToDelete"))
        let isChanged = update(note) { fields in
            fields.copy(["message", "pinned", "linkedTo"], from: input)
            fields["files"] = .list(
                (note["files"]?.list ?? []).filter { !gone.contains($0["id"]?.string ?? "") } + added)
            if fields != note.fields {
                fields["lastEditedAt"] = nowValue
                fields["lastEditedById"] = .optional(viewer.userID)
            }
        }
        guard isChanged else { return }
        if let parent = store.record(note.text("parentId")) { tellAboutNotes(of: parent) }
    }

    /// A note counts as a change of what it stands at.
    private func tellAboutNotes(of parent: JobberRecord) {
        touch(parent)
        announce("\(parent.collection.uppercased())_UPDATE", parent)
    }

    private func checkAttachments(_ inputs: [GraphQLObject]) throws(JobberUserErrors) {
        for input in inputs where input.text("url") == nil && input.text("signedBlobId") == nil {
            throw JobberUserErrors("An attachment needs a url or a signedBlobId", "input", "attachments")
        }
    }

    private func files(_ inputs: [GraphQLObject], _ kind: String) -> [GraphQLValue] {
        inputs.map { input in
            let url = input.text("url") ?? "https://files.getjobber.com/\(input.text("signedBlobId") ?? "")"
            let name = url.split(separator: "/").last.map { String($0.prefix { $0 != "?" }) } ?? "file"
            return [
                "__typename": .string("\(kind)File"), "id": store.nextID("\(kind)File"), "fileName": .string(name),
                "contentType": .string(Self.contentType(of: name)), "fileSize": 0, "status": "READY",
                "thumbnailUrl": .string(url), "url": .string(url), "createdAt": nowValue, "updatedAt": nowValue,
            ]
        }
    }

    private static func contentType(of name: String) -> String {
        switch name.lowercased().split(separator: ".").last {
        case "jpg", "jpeg": "image/jpeg"
        case "png": "image/png"
        case "pdf": "application/pdf"
        default: "application/octet-stream"
        }
    }
}
