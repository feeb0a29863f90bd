import Model

/// One thing that a component of KFP 1.x asked the pages to show.
///
/// Source: KFP, output viewers: `outputs` of the file `mlpipeline-ui-metadata`.
package struct Visualization: Hashable, Sendable {
    /// What is to be shown.
    package enum Kind: Hashable, Sendable {
        /// Rows of true category, predicted category and count.
        case confusionMatrix(labels: [String], axes: [String])
        /// Rows of rates; the places of the columns, that of the threshold `nil` if there is none.
        case rocCurve(falsePositives: Int, truePositives: Int, threshold: Int?)
        case table(heads: [String])
        case markdown
        case webApp
        /// Not shown, and why.
        case notShown(String)
    }

    /// Where the content is.
    package enum Source: Hashable, Sendable {
        /// In the file itself.
        case inline(String)
        /// A place in a store.
        case place(String)
    }

    /// What is to be shown.
    package let kind: Kind
    /// Where the content is.
    package let source: Source

    /// Bytes of the file that are read; a plot within it takes some megabytes.
    static let bytesMax = 8 << 20
    /// Things of one file that are shown.
    private static let countMax = 40

    /// Whether an output of this name is such a file: `mlpipeline-ui-metadata`, with any signs between the words.
    package static func isFile(named name: String) -> Bool { plain(name) == "mlpipeline-ui-metadata" }

    /// A name as Kubeflow compares it. Source: KFP UI, which finds the artifact in the same way.
    static func plain(_ name: String) -> String {
        String(name.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
    }

    /// Reads a file.
    /// - Throws: `invalidArgument` when it is not of this kind; single outputs that are wrong say so when they are shown.
    package static func all(in bytes: some Collection<UInt8>) throws -> [Self] {
        let outputs = try list("outputs", of: bytes)
        return outputs.prefix(countMax).map(Self.init)
    }

    /// A list in a file of JSON.
    /// - Throws: `invalidArgument` when it is none, or has no such list.
    static func list(_ name: String, of bytes: some Collection<UInt8>) throws -> [JSONValue] {
        let document: JSONValue
        do {
            document = try JSONValue(json: Array(bytes))
        } catch {
            throw PlatformError.invalid("expected JSON: \(error)")
        }
        guard let list = document[name]?.array else {
            throw PlatformError.invalid("\(name): expected a list, found none.")
        }
        return list
    }

    private init(_ output: JSONValue) {
        let text = output["source"]?.string ?? ""
        source = output["storage"]?.string == "inline" ? .inline(text) : .place(text)
        kind = text.isEmpty ? .notShown("source: expected a text, found none.") : Self.kind(output)
    }

    private static func kind(_ output: JSONValue) -> Kind {
        let columns = (output["schema"]?.array ?? []).map { $0["name"]?.string ?? "" }
        switch output["type"]?.string ?? "" {
        case "confusion_matrix":
            let labels = (output["labels"]?.array ?? []).map { $0.string ?? $0.jsonText }
            if labels.isEmpty { return .notShown("labels: expected the categories, found none.") }
            return .confusionMatrix(labels: labels, axes: Array(columns.prefix(2)))
        case "roc":
            guard let rate = columns.firstIndex(of: "fpr"), let recall = columns.firstIndex(of: "tpr") else {
                return .notShown("schema: expected columns named fpr and tpr, found \(columns).")
            }
            let threshold = columns.firstIndex { $0.hasPrefix("threshold") }
            return .rocCurve(falsePositives: rate, truePositives: recall, threshold: threshold)
        case "table":
            let format = output["format"]?.string ?? "csv"
            if format != "csv" { return .notShown("format: expected csv, found \(format.prefix(80)).") }
            return .table(heads: (output["header"]?.array ?? []).map { $0.string ?? $0.jsonText })
        case "markdown": return .markdown
        case "web-app": return .webApp
        case "tensorboard":
            let place = output["source"]?.string ?? ""
            return .notShown(
                "TensorBoard is not served here; run it with: tensorboard --logdir \(place.prefix(400))"
            )
        case let type: return .notShown("type: there is no view for '\(type.prefix(80))'.")
        }
    }
}
