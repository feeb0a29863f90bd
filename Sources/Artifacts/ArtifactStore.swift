package import Model

/// Where artifacts' bytes are kept.
package protocol ArtifactStore: Sendable {
    /// The URI under which an attempt's outputs go, as programs see it, without a trailing slash.
    ///
    /// A function of its arguments: `<root>/<pipeline name>/<run>/<task path>/<attempt>`. Every component is made safe
    /// as a file name, so no name can lead out of the store.
    func folder(pipelineName: String, runID: RunID, path: TaskPath, attempt: Int) -> String

    /// Puts the file or folder at `source` (a path of this machine) where `uri` says, replacing what is there.
    /// - Throws: ``PlatformError`` if the URI is not in this store or the source cannot be read.
    func put(contentsOf source: String, to uri: String) async throws

    /// Removes everything a run has written.
    func remove(pipelineName: String, runID: RunID) async throws
}
