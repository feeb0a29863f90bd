import Model
import Wire

/// The fields of a form or of a query string, in order; a name may come several times.
/// Source: WHATWG URL, `application/x-www-form-urlencoded`.
package struct WebForm: Hashable, Sendable {
    private var fields: [(name: String, value: String)]

    /// Reads fields.
    /// - Throws: `invalidArgument` when an escape is broken.
    package init(_ text: some StringProtocol) throws {
        fields = try text.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = percentDecoded(parts[0], plusIsSpace: true),
                let value = percentDecoded(parts.count > 1 ? parts[1] : "", plusIsSpace: true)
            else {
                throw PlatformError.invalid(
                    "The address or form has a broken field, '\(pair.prefix(80))': a % must be followed by two "
                        + "hexadecimal digits and the result must be UTF-8."
                )
            }
            return (name, value)
        }
    }

    /// Makes fields; what is `nil` is left out.
    init(_ fields: KeyValuePairs<String, String?>) {
        self.fields = fields.compactMap { name, value in value.map { (name, $0) } }
    }

    /// The first value of a field; `nil` when it is missing or empty.
    package subscript(name: String) -> String? {
        fields.first { $0.name == name && !$0.value.isEmpty }?.value
    }

    /// Every value of a field.
    package func all(_ name: String) -> [String] {
        fields.filter { $0.name == name }.map(\.value)
    }

    /// The experiment that a page is about; addresses of the original call it `experimentId`. Source: KFP UI.
    var experiment: String? { self["experiment"] ?? self["experimentId"] }

    /// The fields whose names are wanted, in the same order.
    func filter(_ isWanted: (_ name: String) throws -> Bool) rethrows -> WebForm {
        var form = self
        form.fields = try fields.filter { try isWanted($0.name) }
        return form
    }

    /// Whether a field is there, be it empty.
    package func has(_ name: String) -> Bool { fields.contains { $0.name == name } }

    /// A whole number from 0 up; `nil` when it is missing.
    /// - Throws: `invalidArgument` for anything else.
    package func count(_ name: String) throws -> Int? {
        guard let text = self[name] else { return nil }
        guard let number = Int(text), number >= 0 else {
            throw PlatformError.invalid(
                "\(name): expected a whole number from 0 up, found '\(text.prefix(80))'."
            )
        }
        return number
    }

    /// One of a few words; `nil` when it is missing.
    /// - Throws: `invalidArgument` for any other.
    package func choice<Choice>(_ name: String) throws -> Choice?
    where Choice: RawRepresentable<String> & CaseIterable {
        guard let text = self[name] else { return nil }
        guard let choice = Choice(rawValue: text) else {
            let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw PlatformError.invalid("\(name): expected one of \(known), found '\(text.prefix(80))'.")
        }
        return choice
    }

    /// The states that a list is narrowed to, in capitals or not; none when they are missing.
    /// - Throws: `invalidArgument` for any that is unknown.
    package func states<State>() throws -> [State] where State: RawRepresentable<String> & CaseIterable {
        try all("state").filter { !$0.isEmpty }.map { text in
            guard let state = State(rawValue: text.uppercased()) else {
                let known = State.allCases.map(\.rawValue).joined(separator: ", ")
                throw PlatformError.invalid("state: expected one of \(known), found '\(text.prefix(80))'.")
            }
            return state
        }
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.fields.elementsEqual(right.fields, by: ==)
    }

    package func hash(into hasher: inout Hasher) {
        for (name, value) in fields {
            hasher.combine(name)
            hasher.combine(value)
        }
    }
}

/// A path with a query; what is `nil` or empty is left out.
package func address(_ path: String, _ fields: KeyValuePairs<String, String?>) -> String {
    let query = QueryString.text(fields)
    return query.isEmpty ? path : path + "?" + query
}

/// The same of a list that is narrowed to some states.
func address<State: RawRepresentable<String>>(
    _ path: String,
    _ fields: KeyValuePairs<String, String?>,
    states: [State]
) -> String {
    let place = address(path, fields)
    guard !states.isEmpty else { return place }
    let query = states.map { "state=" + percentEncoded($0.rawValue) }.joined(separator: "&")
    return place + (place.contains("?") ? "&" : "?") + query
}
