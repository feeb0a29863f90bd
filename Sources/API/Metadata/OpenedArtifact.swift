import Model
import Services
import Wire

extension ArtifactService.Opened {
    /// What kind of content a file has.
    func contentType(of file: StoredFile) async throws -> ContentType {
        contentType(beginning: try await file.read(from: 0, bytesMax: 4096))
    }

    /// What kind of content begins like this.
    func contentType(beginning: [UInt8]) -> ContentType {
        ContentType(
            schemaTitle: path.isEmpty ? artifact.schemaTitle : nil,
            fileName: fileName,
            beginning: beginning
        )
    }

    /// Names this content, for ranges and caches: by its digest, unless it was written to since that was taken.
    func entityTag(of file: StoredFile) -> String {
        if path.isEmpty, let digest = artifact.digest, file.modifiedAt <= artifact.createdAt {
            return "\"\(digest)\""
        }
        return "\"\(file.size)-\(file.modifiedAt.milliseconds)\""
    }
}
