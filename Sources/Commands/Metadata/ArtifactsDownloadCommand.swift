import ArgumentParser
import FoundationEssentials
import Model
import Wire

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// `martlet artifacts download`.
struct ArtifactsDownloadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "download",
        abstract: "Save an artifact as a file; a folder as a tar archive.",
        discussion: """
            Examples:
              martlet artifacts download 7c1d
              martlet artifacts download 7c1d --to model.bin
              martlet artifacts download 7c1d --path weights/part-0.bin
              martlet artifacts download 7c1d --to - | tar -x
            """
    )

    @Argument(help: "The artifact: id or beginning of the id.")
    var artifact: String

    @Option(
        help: ArgumentHelp(
            "Where to save it; - for standard output. (default: its own name, here)",
            valueName: "file"
        )
    )
    var to: String?

    @Option(help: "A file or folder in an artifact that is a folder.")
    var path: String?

    @Flag(help: "Replace the file if there is one.")
    var force = false

    @OptionGroup var server: ClientConfiguration

    func run() async throws {
        let client = try server.client
        let artifact = try Artifact(json: try await client.artifactJSON(meant: artifact))
        let parameters = ["artifact_id": artifact.id.text]
        let query = QueryString.text(["path": path])
        if to == "-" {
            return try await client.download(.getArtifactContent, parameters, query: query) {
                try Console.output.write($0)
            }
        }
        // Says what it is, or why there is nothing to be had, before a file is made.
        let preview = try await client.json(
            .getArtifactPreview,
            parameters,
            query: QueryString.text(["path": path, "bytes": "1"])
        )
        let target = to ?? Self.fileName(artifact, path, isFolder: preview["kind"] == "FOLDER")
        if !force, FileManager.default.fileExists(atPath: target) {
            throw PlatformError.invalid(
                "there is a file \(target) already; --force replaces it, --to names another"
            )
        }
        let size = try await save(to: target) { write in
            try await client.download(.getArtifactContent, parameters, query: query, write)
        }
        try Console.output.line("\(printable(target)) (\(byteText(size)))")
    }

    /// The last part of the place, as a name that stays in this folder.
    static func fileName(_ artifact: Artifact, _ path: String?, isFolder: Bool) -> String {
        let place = path.flatMap { $0.isEmpty ? nil : $0 } ?? artifact.uri
        let last = place.split(separator: "/").last.map(String.init) ?? ""
        let name = last.isEmpty || last == "." || last == ".." ? artifact.id.text : last
        return isFolder ? name + ".tar" : name
    }

    /// Writes a file beside its place and moves it there once it is whole.
    private func save(
        to target: String,
        _ fill: (([UInt8]) throws -> Void) async throws -> Void
    ) async throws -> Int {
        let unfinished = target + ".part"
        let descriptor = open(unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Self.failure(unfinished) }
        let file = Console(descriptor: descriptor)
        var size = 0
        do {
            defer { close(descriptor) }
            try await fill { bytes in
                do { try file.write(bytes) } catch is OutputClosed { throw Self.failure(unfinished) }
                size += bytes.count
            }
        } catch {
            unlink(unfinished)
            throw error
        }
        guard rename(unfinished, target) == 0 else { throw Self.failure(target) }
        return size
    }

    private static func failure(_ path: String) -> PlatformError {
        .invalid("cannot write \(path): \(strerror(errno).map { String(cString: $0) } ?? "error \(errno)")")
    }
}

/// A number of bytes as people read it: `512 B`, `1.5 MB`.
func byteText(_ count: Int) -> String {
    var (value, unit) = (Double(count), 0)
    let units = ["B", "kB", "MB", "GB", "TB", "PB"]
    while value >= 999.5, unit < units.count - 1 { (value, unit) = (value / 1000, unit + 1) }
    let text =
        value >= 10 || unit == 0 ? String(Int(value.rounded())) : decimalText((value * 10).rounded() / 10)
    return text + " " + units[unit]
}
