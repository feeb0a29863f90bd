import Crypto
package import Model
package import PipelineIR

/// A pipeline that was handed in: read, checked, and named by its content.
package struct PipelinePackage: Sendable {
    /// As it was handed in, unknown fields included.
    package let document: PipelineSpecDocument
    /// The typed spec.
    package let spec: PipelineSpec
    /// The spec made ready to run.
    package let graph: TaskGraph
    /// What it asks of the platform.
    package let platform: PlatformSpec

    /// Name of the content: equal documents have equal names and are stored once.
    package var specID: String {
        var hash = SHA256()
        hash.update(data: document.pipelineSpec.jsonBytes)
        hash.update(data: [0])
        hash.update(data: document.platformSpec?.jsonBytes ?? [])
        return hash.finalize().hexadecimal
    }

    /// Checks a document.
    /// - Throws: `invalidArgument` with the path of everything that is wrong.
    package init(_ document: PipelineSpecDocument) throws {
        self.document = document
        do {
            spec = try PipelineSpec(json: document.pipelineSpec)
            graph = try TaskGraph(spec)
            platform = try document.platformSpec.map { try PlatformSpec(json: $0) } ?? PlatformSpec()
        } catch {
            throw PlatformError.invalid("The pipeline spec is not valid: \(error)")
        }
    }

    /// Reads an uploaded file: YAML with one or two documents, JSON, or a zip or tar.gz with such YAML in it.
    /// - Throws: `invalidArgument` for anything that is no pipeline, `tooLarge` over
    ///   ``Limits/uploadBytesMax``, packed or unpacked.
    package init(file bytes: [UInt8], named fileName: String) throws {
        if bytes.count > Limits.uploadBytesMax {
            throw PlatformError(
                .tooLarge,
                "The file has \(bytes.count) bytes; at most \(Limits.uploadBytesMax) (32 MiB) are allowed."
            )
        }
        if let pipeline = try PipelineArchive.pipeline(in: bytes, named: fileName) {
            let name = "\(pipeline.name) in \(fileName)"
            try self.init(try DocumentReader.document(pipeline.bytes, named: name))
            return
        }
        try self.init(try DocumentReader.document(bytes, named: fileName))
    }

    /// Refuses what this build cannot execute yet.
    package func checkSupported() throws {
        let unsupported = graph.unsupported
        guard let first = unsupported.first else { return }
        let kinds = Set(unsupported.map(\.message)).sorted().joined(separator: ", ")
        throw PlatformError.invalid("not supported yet: \(kinds); first found at \(first.path)")
    }
}
