import FoundationEssentials
import Model

/// Reads a compiled pipeline, or compiles one that is Python.
enum PipelineFile {
    /// What a pipeline's file may be called, for completion in shells.
    static let extensions = ["yaml", "yml", "json", "py"]

    /// Reads `FILE.yaml`, `FILE.json` or `FILE.py`.
    /// - Throws: ``PlatformError`` with `invalidArgument`, naming the file and what is wrong with it.
    static func document(at path: String) async throws -> PipelineSpecDocument {
        if path.hasSuffix(".py") {
            return try await PythonCompiler.compile(path) { try document(text: try text(at: $0), path: path) }
        }
        return try document(text: text(at: path), path: path)
    }

    /// Reads the one or two YAML documents of a package: the pipeline spec and the platform spec.
    /// - Parameter path: the file's name for messages.
    static func document(text: String, path: String) throws -> PipelineSpecDocument {
        var documents = try YAMLReader.documents(text, path: path)
        let platform = documents.firstIndex { $0["platforms"] != nil }.map { documents.remove(at: $0) }
        guard documents.count == 1, documents[0].object != nil else {
            throw PlatformError.invalid(
                "\(path) is not a compiled pipeline: expected one pipeline spec and at most one "
                    + "platform spec, found \(documents.count) others; compile Python with `kfp dsl compile`"
            )
        }
        var document = PipelineSpecDocument(combined: documents[0])
        guard document.pipelineSpec["pipelineInfo"] != nil || document.pipelineSpec["root"] != nil else {
            throw PlatformError.invalid(
                "\(path) is not a compiled pipeline: it has neither pipelineInfo nor root; "
                    + "compile Python with `kfp dsl compile`"
            )
        }
        if let platform { document.platformSpec = platform }
        return document
    }

    /// A text file's content.
    /// - Throws: ``PlatformError`` with `invalidArgument` when it cannot be read.
    static func text(at path: String) throws -> String {
        let data: Data
        do {
            data = try Data(contentsOf: URL(filePath: path))
        } catch {
            let exists = FileManager.default.fileExists(atPath: path)
            throw PlatformError(
                .invalidArgument,
                "\(path): " + (exists ? "cannot be read" : "no such file"),
                cause: "\(error)"
            )
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw PlatformError.invalid("\(path) is not text in UTF-8")
        }
        return text
    }
}
