import Model

extension SpecReader {
    /// Whole seconds, 0 to 2^31-1, the range of Kubernetes' deadlines; 0 counts as absent.
    mutating func seconds(_ field: String) -> Duration? {
        integer(field, in: 0...Int(Int32.max)).flatMap { $0 > 0 ? .seconds($0) : nil }
    }

    /// An amount such as `5Gi`, as its author wrote it.
    mutating func quantity(_ field: String) -> String? {
        guard let found = text(field) else { return nil }
        if Quantity(found) != nil { return found }
        report(field, "expected an amount such as 5Gi, found '\(found.prefix(100))'")
        return nil
    }

    /// An amount that must be there.
    mutating func requiredQuantity(_ field: String) -> String {
        required(field, "expected an amount such as 5Gi") { $0.quantity(field) } ?? ""
    }

    /// Amounts by name.
    mutating func quantities(_ field: String) -> [String: String] {
        let amounts = texts(field)
        for (name, amount) in amounts.sorted(by: { $0.key < $1.key }) where Quantity(amount) == nil {
            report(
                "\(field).\(name)",
                "expected an amount such as 500m or 2Gi, found '\(amount.prefix(100))'"
            )
        }
        return amounts
    }

    /// Access modes, of which there must be one.
    mutating func accessModes(_ field: String) -> [VolumeClaim.AccessMode] {
        required(field, "expected a list such as [\"ReadWriteOnce\"]") { reader in
            let modes: [VolumeClaim.AccessMode] = reader.choices(field)
            return modes.isEmpty ? nil : modes
        } ?? []
    }

    /// A text that must be there.
    mutating func requiredText(_ field: String) -> String {
        required(field, "expected a text that is not empty") { $0.text(field) } ?? ""
    }

    /// Reads a field that must be there; a field that is there but wrong is reported once.
    private mutating func required<Value>(
        _ field: String,
        _ expectation: String,
        _ read: (inout SpecReader) -> Value?
    ) -> Value? {
        let before = problems.count
        if let found = read(&self) { return found }
        if problems.count == before { report(field, "is missing: \(expectation)") }
        return nil
    }

    /// The name of an environment variable.
    mutating func variableName(_ field: String) -> String {
        let name = requiredText(field)
        if name.contains("=") || name.contains("\0") {
            report(field, "'\(name.prefix(100))' is no name of a variable: it holds '=' or a zero byte")
        }
        return name
    }

    /// A path in a container; like Kubernetes, a relative one is taken from the root.
    mutating func mountPath() -> String {
        let path = requiredText("mountPath")
        if path.contains(":") || path.contains("\0") {
            report("mountPath", "'\(path.prefix(200))' holds ':' or a zero byte, which no mount path may")
        }
        return path.isEmpty || path.hasPrefix("/") ? path : "/" + path
    }

    /// The name of a volume of the pod. Source: Kubernetes `Volume.name`, a DNS label.
    mutating func volumeName() -> String {
        let name = requiredText("volumeName")
        if !name.isEmpty, !KubernetesName.isLabel(name) {
            report("volumeName", "'\(name.prefix(100))' is no \(KubernetesName.labelExpectation)")
        }
        return name
    }

    /// A value that comes from a parameter, or from a literal in the field that older compilers wrote.
    mutating func deferred(_ parameter: String, orLiteral field: String) -> DeferredValue? {
        required(parameter, "expected it or '\(field)'") { reader in
            let literal = reader.text(field)
            if let value = reader.deferred(parameter) { return value }
            return literal.map { DeferredValue(.constant(.string($0)), path: reader.place(field)) }
        }
    }

    /// A value that comes from a parameter, if the field is there.
    mutating func deferred(_ parameter: String) -> DeferredValue? {
        let path = place(parameter)
        return message(parameter) { reader in
            let binding = ParameterBinding(reading: &reader)
            if binding.selector != nil {
                reader.report("parameterExpressionSelector", "is not supported in platform settings")
            }
            if binding.source == .missing, reader.problems.isEmpty {
                reader.report(
                    "",
                    "expected 'taskOutputParameter', 'runtimeValue' or 'componentInputParameter'"
                )
            }
            return DeferredValue(binding.source, path: path)
        }
    }
}
