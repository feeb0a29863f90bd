import FoundationEssentials
import Model
package import Pods

/// Secrets and config maps of a machine without a cluster: `<root>/<kind>/<name>/<key>`, readable by their owner only.
package struct LocalObjects: ObjectStore {
    private let root: String

    /// Makes the store; folders come with the first value.
    /// - Parameter root: absolute path.
    package init(root: String) {
        self.root = root
    }

    package func object(_ kind: ObjectKind, named name: String) throws -> [String: [UInt8]]? {
        let folder = try folder(kind, name)
        guard Disk.isFolder(folder) else { return nil }
        var values: [String: [UInt8]] = [:]
        for key in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
            values[key] = try Disk.read(folder + "/" + key, from: 0, bytesMax: Limits.objectBytesMax) ?? []
        }
        return values
    }

    /// The names of all objects of a kind, sorted.
    package func names(of kind: ObjectKind) throws -> [String] {
        let folder = "\(root)/\(Self.folderName(kind))"
        return Disk.isFolder(folder)
            ? try FileManager.default.contentsOfDirectory(atPath: folder).sorted() : []
    }

    /// Sets values of an object, which is made if need be; other values of it stay.
    /// - Throws: `invalidArgument` for a name or key Kubernetes would refuse, or a value over ``Limits/objectBytesMax``.
    package func set(_ values: [String: [UInt8]], of kind: ObjectKind, named name: String) throws {
        let folder = try folder(kind, name)
        for (key, value) in values {
            try Self.check(key, "key")
            if value.count > Limits.objectBytesMax {
                throw PlatformError(
                    .tooLarge,
                    "The value of '\(key)' has \(value.count) bytes; at most \(Limits.objectBytesMax) are allowed."
                )
            }
        }
        try Disk.makeFolder(root)
        try Disk.makeFolder("\(root)/\(Self.folderName(kind))")
        try Disk.makeFolder(folder)
        for (key, value) in values { try Disk.write(value, to: folder + "/" + key) }
    }

    /// Removes an object.
    /// - Returns: whether there was one.
    package func remove(_ kind: ObjectKind, named name: String) throws -> Bool {
        let folder = try folder(kind, name)
        guard Disk.isFolder(folder) else { return false }
        try FileManager.default.removeItem(atPath: folder)
        return true
    }

    private func folder(_ kind: ObjectKind, _ name: String) throws -> String {
        try Self.check(name, "name of a \(kind.rawValue)")
        return "\(root)/\(Self.folderName(kind))/\(name)"
    }

    private static func folderName(_ kind: ObjectKind) -> String {
        switch kind {
        case .secret: "secrets"
        case .configMap: "config-maps"
        }
    }

    /// Source: Kubernetes, names of objects and keys of their data; it also keeps every path inside the store.
    private static func check(_ text: String, _ what: String) throws {
        let allowed = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || [0x2D, 0x2E, 0x5F].contains(byte)
        }
        guard allowed, !text.isEmpty, text.count <= 253, !text.hasPrefix(".") else {
            throw PlatformError.invalid(
                "'\(text.prefix(80))' cannot be the \(what): use 1 to 253 letters, digits, '-', '_' or '.', not starting with '.'."
            )
        }
    }
}
