/// Whom a container runs as. Source: KFP `SecurityContext`; Kubernetes `SecurityContext`.
package struct SecurityContext: Hashable, Sendable {
    /// User number, 0 to 2^31-1; `nil` for the image's.
    package var runAsUser: Int?
    /// Group number, 0 to 2^31-1; `nil` for the image's.
    package var runAsGroup: Int?
    /// Whether to refuse an image that would run as root; `nil` when the pipeline says nothing.
    package var runAsNonRoot: Bool?

    init(reading reader: inout SpecReader) {
        let numbers = 0...Int(Int32.max)
        runAsUser = reader.integer("runAsUser", in: numbers)
        runAsGroup = reader.integer("runAsGroup", in: numbers)
        runAsNonRoot = reader.bool("runAsNonRoot")
        if runAsUser == 0, runAsNonRoot == true {
            reader.report("runAsUser", "0 is root, which runAsNonRoot forbids")
        }
    }
}
