import Foundation
import Model

/// What stands at the beginning of a backup: a tar archive with this, the files, and at the end the list of files.
struct BackupHeader: Hashable {
    /// Raised when an older build could not read it.
    static let format = 1
    /// Its name in the archive.
    static let name = "martlet-backup.json"

    /// The newest schema that the database in it has.
    var schema: Int
    /// Where the artifact store was; artifacts' places in the database begin with it.
    var artifactsRoot: String
    /// When it was made.
    var createdAt: Instant
    /// Version of the program that made it.
    var version: String

    var json: JSONValue {
        [
            "format": .number(Double(Self.format)), "schema": .number(Double(schema)),
            "artifacts_root": .string(artifactsRoot), "created_at": .string(createdAt.rfc3339Milliseconds),
            "martlet": .string(version),
        ]
    }

    init(schema: Int, artifactsRoot: String, createdAt: Instant, version: String) {
        self.schema = schema
        self.artifactsRoot = artifactsRoot
        self.createdAt = createdAt
        self.version = version
    }

    /// Reads it.
    /// - Throws: ``PlatformError`` if the file is no backup, or one of a newer version.
    init(_ bytes: [UInt8], file: String) throws {
        let json = try? JSONValue(json: String(decoding: bytes, as: UTF8.self))
        guard let json, let format = json["format"]?.exactInteger, let schema = json["schema"]?.exactInteger,
            let root = json["artifacts_root"]?.string, root.hasPrefix("/")
        else { throw Self.notABackup(file) }
        guard format <= Self.format else {
            throw PlatformError(
                .failedPrecondition,
                "\(file) has the format \(format), but this build reads formats up to \(Self.format): use the newer Martlet."
            )
        }
        self.schema = schema
        artifactsRoot = root
        createdAt = json["created_at"]?.string.flatMap { Instant(rfc3339: $0) } ?? .epoch
        version = json["martlet"]?.string ?? ""
    }

    static func notABackup(_ file: String) -> PlatformError {
        .invalid("\(file) is not a backup of Martlet: it does not begin with \(name).")
    }
}

/// One file of a backup, as its list has it.
struct BackupEntry: Hashable {
    /// Name of the list in the archive.
    static let listName = "martlet-backup-files.jsonl"

    /// Path in the archive.
    var path: String
    /// Bytes in it.
    var size: Int
    /// Permission bits.
    var mode: Int
    /// SHA-256 in lower-case hexadecimal digits.
    var digest: String

    var json: JSONValue {
        [
            "path": .string(path), "size": .number(Double(size)), "mode": .number(Double(mode)),
            "sha256": .string(digest),
        ]
    }

    init(path: String, size: Int, mode: Int, digest: String) {
        self.path = path
        self.size = size
        self.mode = mode
        self.digest = digest
    }

    /// Reads a line of the list; `nil` for what is none.
    init?(line: Substring) {
        guard let json = try? JSONValue(json: String(line)), let path = json["path"]?.string,
            let size = json["size"]?.exactInteger, let mode = json["mode"]?.exactInteger,
            let digest = json["sha256"]?.string
        else { return nil }
        self.init(path: path, size: size, mode: mode, digest: digest)
    }
}
