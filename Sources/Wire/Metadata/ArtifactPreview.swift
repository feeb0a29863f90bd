import FoundationEssentials
package import Model

/// The first look at an artifact; ours, KFP has no such answer. See `docs/artifacts.md`.
package enum ArtifactPreview {
    /// A file: its size, its type and its beginning, as `text` if it is one and else as base64 in `data`.
    /// - Parameter path: the place within the artifact; none for the artifact itself.
    package static func file(
        _ id: ArtifactID,
        path: [String],
        size: Int,
        type: ContentType,
        beginning: some Collection<UInt8>
    ) -> JSONValue {
        let text = type.isText ? ContentType.wholeText(beginning) : nil
        return message(
            [
                "artifact_id": .string(id.text), "path": .string(path.joined(separator: "/")),
                "text": text.map { .string($0) },
                "data": text == nil ? .string(Data(beginning).base64EncodedString()) : nil,
            ],
            always: [
                "kind": "FILE", "size": int64Text(size), "media_type": .string(type.name),
                "is_text": .bool(text != nil), "truncated": .bool(beginning.count < size),
            ]
        )
    }

    /// A folder: its entries, as many as a person reads.
    package static func folder(_ id: ArtifactID, path: [String], _ entries: [ArtifactEntry]) -> JSONValue {
        message(
            [
                "artifact_id": .string(id.text), "path": .string(path.joined(separator: "/")),
                "entries": .array(entries.prefix(Limits.previewEntriesMax).map(json)),
            ],
            always: [
                "kind": "FOLDER", "entry_count": .number(Double(entries.count)),
                "truncated": .bool(entries.count > Limits.previewEntriesMax),
            ]
        )
    }

    private static func json(_ entry: ArtifactEntry) -> JSONValue {
        var members: [String: JSONValue] = [
            "name": .string(entry.name), "modified_at": entry.modifiedAt.wireExact,
        ]
        switch entry.kind {
        case .file(let size):
            members["kind"] = "FILE"
            members["size"] = int64Text(size)
        case .folder: members["kind"] = "FOLDER"
        case .link(let target):
            members["kind"] = "LINK"
            members["target"] = .string(target)
        }
        return .object(members)
    }
}
