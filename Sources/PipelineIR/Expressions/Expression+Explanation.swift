package import Model

extension Expression {
    /// The text with parameters under their short names: `flip-Output == 'heads'`.
    package var summary: String {
        let scalars = Array(text.unicodeScalars)
        var summary = String.UnicodeScalarView()
        var position = 0
        for reading in readings where reading.reference.parameterName != nil {
            summary.append(contentsOf: scalars[position..<reading.range.lowerBound])
            summary.append(contentsOf: reading.reference.shortName.unicodeScalars)
            position = reading.range.upperBound
        }
        summary.append(contentsOf: scalars[position...])
        return String(summary)
    }

    /// ``summary`` and the values behind it: `flip-Output == 'heads', where flip-Output is 'tails'`.
    package func explanation(_ variables: [String: JSONValue]) -> String {
        let values = valuesRead(variables)
        return values.isEmpty ? summary : "\(summary), where \(values)"
    }

    /// The values that it reads: `flip-Output is 'tails', n is 3`; long values are cut.
    package func valuesRead(_ variables: [String: JSONValue]) -> String {
        references.map { reference in
            switch reference.value(in: variables) {
            case nil: "\(reference.shortName) is missing"
            case .string(let text): "\(reference.shortName) is '\(shortened(text, to: 80))'"
            case let value?: "\(reference.shortName) is \(shortened(value.jsonText, to: 80))"
            }
        }.joined(separator: ", ")
    }
}
