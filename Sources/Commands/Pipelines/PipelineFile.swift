import FoundationEssentials
import Model
import Yams

/// Reads a compiled pipeline, or compiles one that is Python.
enum PipelineFile {
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
        var documents: [JSONValue] = []
        do {
            var reader = YAMLReader()
            for node in try compose_all(yaml: text) { documents.append(try reader.value(node, depth: 0)) }
        } catch let error as YamlError {
            throw PlatformError.invalid("\(path) is not YAML: \(error)")
        } catch let error as PlatformError {
            throw PlatformError.invalid("\(path): \(error.message)")
        }
        documents.removeAll { $0.isNull }
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

/// Turns YAML nodes into JSON and counts them, because aliases can make a small file an enormous value.
private struct YAMLReader {
    private var count = 0

    mutating func value(_ node: Node, depth: Int) throws -> JSONValue {
        count += 1
        guard count <= Limits.documentValuesMax, depth <= Limits.jsonDepthMax else {
            throw PlatformError.invalid(
                "more than \(Limits.documentValuesMax) values or \(Limits.jsonDepthMax) levels; "
                    + "is it a compiled pipeline?"
            )
        }
        switch node {
        case .scalar: return scalar(node)
        case .sequence(let sequence):
            var elements: [JSONValue] = []
            for element in sequence { elements.append(try value(element, depth: depth + 1)) }
            return .array(elements)
        case .mapping(let mapping):
            var members: [String: JSONValue] = [:]
            for (key, element) in mapping {
                guard let name = key.scalar?.string else {
                    throw PlatformError.invalid("a key that is not a text cannot be part of a pipeline")
                }
                members[name] = try value(element, depth: depth + 1)
            }
            return .object(members)
        case .alias:
            throw PlatformError.invalid("an alias without an anchor")
        }
    }

    private func scalar(_ node: Node) -> JSONValue {
        switch node.tag.rawValue {
        case Tag.Name.null.rawValue: return .null
        case Tag.Name.bool.rawValue: if let value = node.bool { return .bool(value) }
        case Tag.Name.int.rawValue, Tag.Name.float.rawValue:
            if let value = node.float ?? node.int.map(Double.init), value.isFinite { return .number(value) }
        default: break
        }
        return .string(node.scalar?.string ?? "")
    }
}
