/// The rules for names in Kubernetes. Source: RFC 1123, and Kubernetes' "Object Names and IDs".
enum KubernetesName {
    static let expectation =
        "Kubernetes name: expected 1 to 253 of a-z, 0-9, '-' and '.', a letter or digit at both ends"
    static let labelExpectation =
        "Kubernetes label: expected 1 to 63 of a-z, 0-9 and '-', a letter or digit at both ends"

    /// Whether a text can name an object such as a secret.
    static func isName(_ text: String) -> Bool {
        text.utf8.count <= 253
            && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy(isWord)
    }

    /// Whether a text can name a container or a volume within a pod.
    static func isLabel(_ text: String) -> Bool { text.utf8.count <= 63 && isWord(text) }

    private static func isWord(_ text: some StringProtocol) -> Bool {
        guard let first = text.utf8.first, let last = text.last?.utf8.last else { return false }
        return isAlphanumeric(first) && isAlphanumeric(last)
            && text.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
