import ArgumentParser
import Model
import Yams

/// How something is shown.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    /// For people.
    case table
    /// For programs: what the server sent, with sorted keys.
    case json
    /// The same as YAML.
    case yaml

    /// Renders one answer.
    /// - Parameters:
    ///   - json: the answer.
    ///   - table: the answer for people; only made when wanted.
    func render(_ json: JSONValue, table: () throws -> String) throws -> String {
        switch self {
        case .table: try table()
        case .json: json.prettyText + "\n"
        case .yaml: try Yams.serialize(node: yamlNode(json), width: -1, allowUnicode: true)
        }
    }
}

/// The option that goes with everything that is listed.
struct OutputOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: "How to show it: table, json or yaml.")
    var output: OutputFormat = .table
}

/// JSON as a YAML node with sorted keys; text that would read as something else gets quotes.
private func yamlNode(_ value: JSONValue) -> Node {
    switch value {
    case .null: return Node("null", Tag(.null))
    case .bool(let value): return Node(value ? "true" : "false", Tag(.bool))
    case .number(let value): return Node(decimalText(value), Tag(value.rounded() == value ? .int : .float))
    case .string(let value): return text(value)
    case .array(let elements): return Node(elements.map(yamlNode))
    case .object(let members):
        return Node(members.sorted { $0.key < $1.key }.map { (text($0.key), yamlNode($0.value)) })
    }
}

private func text(_ value: String) -> Node {
    let plain = Node(value)
    let reads = plain.tag.rawValue
    return reads == Tag.Name.str.rawValue ? plain : Node(value, Tag(.str), .doubleQuoted)
}
