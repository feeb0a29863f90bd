import Model
import Yams

/// Turns YAML into JSON and counts the values, because aliases can make a small file an enormous value.
struct YAMLReader {
    private var count = 0

    /// The documents of a text; empty ones are left out.
    /// - Parameter path: the file's name for messages.
    /// - Throws: ``PlatformError`` with `invalidArgument`, naming the file and what is wrong with it.
    static func documents(_ text: String, path: String) throws -> [JSONValue] {
        var reader = YAMLReader()
        do {
            var nodes = try compose_all(yaml: text)
            var documents: [JSONValue] = []
            while let node = nodes.next() { documents.append(try reader.value(node, depth: 0)) }
            // A text that cannot be read ends the sequence like the last document does.
            if let error = nodes.error { throw error }
            return documents.filter { !$0.isNull }
        } catch let error as YamlError {
            throw PlatformError.invalid("\(path) is not YAML: \(error)")
        } catch let error as PlatformError {
            throw PlatformError.invalid("\(path): \(error.message)")
        }
    }

    private mutating func value(_ node: Node, depth: Int) throws -> JSONValue {
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
