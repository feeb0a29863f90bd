package import Model

/// Where artifacts' bytes are kept.
///
/// What fails for want of something that comes back, such as descriptors or room, says by ``PlatformError/retry`` when
/// to try again.
package protocol ArtifactStore: Sendable {
    /// The URI under which an attempt's outputs go, as programs see it, without a trailing slash.
    ///
    /// A function of its arguments: `<root>/<pipeline name>/<run>/<task path>/<attempt>`. Every component is made safe
    /// as a file name, so no name can lead out of the store.
    func folder(pipelineName: String, runID: RunID, path: TaskPath, attempt: Int) -> String

    /// Puts the file or folder at `source` (a path of this machine) where `uri` says, replacing what is there.
    /// - Throws: ``PlatformError`` if the URI is not in this store or the source cannot be read.
    func put(contentsOf source: String, to uri: String) async throws

    /// Names the bytes at `uri`: equal for equal content, wherever it is.
    ///
    /// Of a folder, names, contents and links count. Needs no more memory for larger content.
    /// - Parameter bytesMax: how much is read at most, all files and names together.
    /// - Returns: `sha256:` and lower-case hexadecimal digits; `nil` when the content cannot be told: nothing
    ///   is there, it is larger than `bytesMax`, not (wholly) in this store, or not all plain files that can
    ///   be read.
    /// - Throws: ``PlatformError`` if reading fails.
    func digest(of uri: String, bytesMax: Int) async throws -> String?

    /// Whether there is something at `uri`; a place that cannot be seen from here is taken to have something.
    /// - Throws: ``PlatformError`` if looking fails.
    func exists(_ uri: String) async throws -> Bool

    /// Opens what is at `uri`, or at a place within it if that is a folder.
    ///
    /// Never leads out of the store, nor out of the artifact: links that do are as good as missing.
    /// - Parameter path: names of folders and, at last, of the file; none for the artifact itself. Each is one
    ///   plain file name.
    /// - Throws: ``PlatformError``: `notFound` if nothing is there, or the bytes are not this store's, with a
    ///   sentence that says which; `tooLarge` for a folder of more than ``Limits/folderEntriesMax`` entries.
    func open(_ uri: String, path: [String]) async throws -> ArtifactContent

    /// The place below which everything is that a run has written; see ``folder(pipelineName:runID:path:attempt:)``.
    func folder(pipelineName: String, runID: RunID) -> String

    /// Removes what is at a place and below it, but for what is to be kept. Repeating is harmless.
    /// - Parameters:
    ///   - place: below which everything may go, such as the folder of a run.
    ///   - uris: what stays: these places with all below them; one above `place` keeps everything.
    /// - Returns: bytes of the files removed.
    /// - Throws: ``PlatformError``; `invalidArgument` if the place is not in this store.
    func remove(_ place: String, keeping uris: [String]) async throws -> Int
}
