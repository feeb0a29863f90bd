import Model

/// The part of a URL after `?`, decoded: `name=value` pairs joined by `&`.
///
/// Names in camel case find their snake-case twin (`pageSize` is `page_size`), as in request bodies.
package struct QueryString: Hashable, Sendable {
    private var values: [String: String] = [:]
    private var lists: [String: [String]] = [:]

    /// Reads the text after `?`; an empty text has no parameters.
    /// - Parameter repeated: the parameters that may be given several times, see ``list(_:)``.
    /// - Throws: ``PlatformError`` with `invalidArgument` for a broken escape or a parameter given twice.
    package init(_ text: some StringProtocol, repeated: Set<String> = []) throws {
        let repeated = repeated.union(repeated.map(lowerCamelCase))
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = percentDecoded(parts[0], plusIsSpace: true),
                let value = percentDecoded(parts.count > 1 ? parts[1] : "", plusIsSpace: true)
            else {
                throw PlatformError.invalid(
                    "query parameter \(parts[0].prefix(80)): a % must be followed by two hexadecimal digits "
                        + "and the result must be UTF-8; write a plain % as %25"
                )
            }
            if repeated.contains(name) {
                lists[lowerCamelCase(name), default: []].append(value)
                continue
            }
            guard values.updateValue(value, forKey: name) == nil else {
                throw PlatformError.invalid("query parameter \(name) is given twice; give it once")
            }
        }
    }

    /// The value of a parameter; `nil` if it is missing or empty, which KFP does not tell apart.
    package subscript(name: String) -> String? {
        guard let value = values[name] ?? values[lowerCamelCase(name)], !value.isEmpty else { return nil }
        return value
    }

    /// The values of a parameter that may be given several times, in order.
    /// - Throws: ``PlatformError`` with `invalidArgument` for an empty value and for more than ``Limits/idsMax``.
    package func list(_ name: String) throws -> [String] {
        let values = lists[lowerCamelCase(name)] ?? []
        guard values.count <= Limits.idsMax else {
            throw PlatformError.invalid(
                "\(name): given \(values.count) times, at most \(Limits.idsMax) are allowed"
            )
        }
        guard !values.contains("") else {
            throw PlatformError.invalid("\(name): a value is empty; leave it out")
        }
        return values
    }

    /// A whole number that is not negative; `nil` if the parameter is missing.
    /// - Throws: ``PlatformError`` with `invalidArgument`.
    package func count(_ name: String) throws -> Int? {
        guard let text = self[name] else { return nil }
        guard let number = Int(text), number >= 0 else {
            throw PlatformError.invalid(
                "\(name): expected a whole number from 0 up, found \"\(text.prefix(80))\""
            )
        }
        return number
    }

    /// What ``flag(_:)`` takes.
    static let flags = ["true", "True", "TRUE", "t", "T", "1", "false", "False", "FALSE", "f", "F", "0"]

    /// A truth value; false if the parameter is missing. Python clients write `True`.
    /// Source: grpc-gateway, which reads what Go's `strconv.ParseBool` does.
    /// - Throws: ``PlatformError`` with `invalidArgument`.
    package func flag(_ name: String) throws -> Bool {
        switch self[name] {
        case nil, "false", "False", "FALSE", "f", "F", "0": return false
        case "true", "True", "TRUE", "t", "T", "1": return true
        case .some(let text):
            throw PlatformError.invalid("\(name): expected true or false, found \"\(text.prefix(80))\"")
        }
    }

    /// Writes parameters, in the order given, leaving out those that are `nil` or empty; `?` is not included.
    package static func text(_ items: KeyValuePairs<String, String?>) -> String {
        items.compactMap { name, value in
            guard let value, !value.isEmpty else { return nil }
            return "\(percentEncoded(name))=\(percentEncoded(value))"
        }.joined(separator: "&")
    }
}
