import Model
import Yams

/// Reads pipeline files: YAML or JSON into JSON values.
enum DocumentReader {
    /// Reads one or two documents.
    static func document(_ bytes: [UInt8], named fileName: String) throws -> PipelineSpecDocument {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let line =
                1
                + (bytes.split(separator: 10, omittingEmptySubsequences: false)
                    .firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0)
            throw PlatformError.invalid("\(fileName): line \(line) is not UTF-8 text.")
        }
        if text.allSatisfy(\.isWhitespace) { throw PlatformError.invalid("\(fileName): the file is empty.") }
        var documents =
            try fileName.lowercased().hasSuffix(".json")
            ? [json(bytes, named: fileName)] : yaml(text, named: fileName)
        documents.removeAll { $0 == .null }
        switch documents.count {
        case 1: return PipelineSpecDocument(combined: documents[0])
        case 2: return PipelineSpecDocument(pipelineSpec: documents[0], platformSpec: documents[1])
        case 0: throw PlatformError.invalid("\(fileName): the file holds no document.")
        default:
            throw PlatformError.invalid(
                "\(fileName): found \(documents.count) documents, expected the pipeline spec and at "
                    + "most one platform spec."
            )
        }
    }

    private static func json(_ bytes: [UInt8], named fileName: String) throws -> JSONValue {
        do {
            return try JSONValue(json: bytes)
        } catch {
            throw PlatformError.invalid("\(fileName) is not valid JSON: \(error)")
        }
    }

    private static func yaml(_ text: String, named fileName: String) throws -> [JSONValue] {
        do {
            // Windows editors begin a file with a byte order mark; the parser would take it for content.
            let hasMark = text.unicodeScalars.first == "\u{FEFF}"
            let parser = try Parser(yaml: hasMark ? String(text.unicodeScalars.dropFirst()) : text)
            var documents: [JSONValue] = []
            var budget = Limits.documentValuesMax
            while let root = try parser.nextRoot() {
                documents.append(try convert(root, depth: 0, &budget))
                // Enough to say that there are too many.
                if documents.count > 8 { break }
            }
            return documents
        } catch let error as YamlError {
            throw PlatformError.invalid("\(fileName) is not valid YAML: \(describe(error))")
        } catch let error as PlatformError {
            throw PlatformError(error.code, "\(fileName): \(error.message)")
        }
    }

    private static func describe(_ error: YamlError) -> String {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            "line \(mark.line), column \(mark.column): \(problem)"
        case .duplicatedKeysInMapping(let keys, let context):
            "\(place(context.mark)): \(occursTwice(keys.first ?? ""))"
        case .reader(let problem, let offset, _, let text):
            offset.map { "line \(1 + text.prefix($0).count(where: \.isNewline)): \(problem)" } ?? problem
        case .memory, .no, .writer, .emitter, .representer, .dataCouldNotBeDecoded: "it cannot be read"
        }
    }

    /// - Parameter budget: values still allowed; aliases make small texts large.
    private static func convert(_ node: Node, depth: Int, _ budget: inout Int) throws -> JSONValue {
        budget -= 1
        if budget < 0 {
            throw PlatformError.invalid(
                "\(place(node.mark)): with its aliases expanded the document has more than "
                    + "\(Limits.documentValuesMax) values up to here."
            )
        }
        if depth >= Limits.jsonDepthMax, node.scalar == nil {
            throw PlatformError.invalid(
                "\(place(node.mark)): more than \(Limits.jsonDepthMax) lists and objects lie within "
                    + "each other."
            )
        }
        switch node {
        case .scalar(let scalar): return try convert(scalar)
        case .sequence(let sequence):
            var elements: [JSONValue] = []
            for element in sequence { elements.append(try convert(element, depth: depth + 1, &budget)) }
            return .array(elements)
        case .mapping(let mapping):
            var members: [String: JSONValue] = [:]
            for (key, value) in mapping {
                guard case .scalar(let name) = key else {
                    throw PlatformError.invalid("\(place(key.mark)): a mapping's key must be plain text.")
                }
                // To YAML `1` and `"1"` are two keys, to JSON they are one.
                guard members[name.string] == nil else {
                    throw PlatformError.invalid("\(place(key.mark)): \(occursTwice(name.string))")
                }
                members[name.string] = try convert(value, depth: depth + 1, &budget)
            }
            return .object(members)
        case .alias: throw PlatformError.invalid("\(place(node.mark)): an alias leads nowhere.")
        }
    }

    private static func convert(_ scalar: Node.Scalar) throws -> JSONValue {
        guard scalar.style == .plain || scalar.style == .any else { return .string(scalar.string) }
        let node = Node.scalar(scalar)
        switch node.tag {
        case Tag(.null): return .null
        case Tag(.bool): return node.bool.map { .bool($0) } ?? .string(scalar.string)
        case Tag(.int):
            return (node.int.map(Double.init) ?? node.float).map { .number($0) } ?? .string(scalar.string)
        case Tag(.float):
            guard let number = node.float else { return .string(scalar.string) }
            guard number.isFinite else {
                throw PlatformError.invalid("\(place(scalar.mark)): \(scalar.string) is not a finite number.")
            }
            return .number(number)
        default: return .string(scalar.string)
        }
    }

    private static func occursTwice(_ key: String) -> String {
        "the key '\(key.prefix(80))' occurs twice in one mapping"
    }

    private static func place(_ mark: Mark?) -> String {
        mark.map { "line \($0.line), column \($0.column)" } ?? "an unknown place"
    }
}
