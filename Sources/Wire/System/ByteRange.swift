/// Which bytes of a representation are asked for. Source: RFC 9110, section 14.
package enum ByteRange: Hashable, Sendable {
    /// All of it: nothing else was asked for, or nothing that has to be understood.
    case whole
    /// These bytes; never empty.
    case part(Range<Int>)
    /// None of the bytes asked for exist.
    case unsatisfiable

    /// Reads a `Range` header.
    ///
    /// Several ranges at once, other units and what cannot be read are passed over, as the RFC allows.
    /// - Parameters:
    ///   - header: such as `bytes=0-99`, `bytes=100-` or `bytes=-50`.
    ///   - size: how many bytes there are.
    package init(_ header: String?, size: Int) {
        self = .whole
        guard let header, header.lowercased().hasPrefix("bytes=") else { return }
        let parts = header.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false)
            .map { $0.filter { $0 != " " } }
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }) else {
            return
        }
        // A number too large for us is beyond the end in any case.
        let numbers = parts.map { $0.isEmpty ? nil : Int($0) ?? Int.max }
        switch (numbers[0], numbers[1]) {
        case (nil, nil): return
        case (nil, let suffix?):
            self = suffix == 0 || size == 0 ? .unsatisfiable : .part(max(0, size - suffix)..<size)
        case (let first?, let last):
            if let last, last < first { return }
            self = first >= size ? .unsatisfiable : .part(first..<min(last ?? size - 1, size - 1) + 1)
        }
    }
}
