/// Something in an artifact that is a folder.
package struct ArtifactEntry: Hashable, Sendable {
    /// What it can be; anything else is not shown.
    package enum Kind: Hashable, Sendable {
        /// A file of so many bytes.
        case file(size: Int)
        case folder
        /// A link to something else in the same artifact, by the text that is in it, which is relative.
        case link(to: String)
    }

    /// Its name in the folder, without a slash.
    package var name: String
    /// What it is.
    package var kind: Kind
    /// When it was last written.
    package var modifiedAt: Instant

    /// Makes an entry.
    package init(name: String, kind: Kind, modifiedAt: Instant) {
        self.name = name
        self.kind = kind
        self.modifiedAt = modifiedAt
    }
}
