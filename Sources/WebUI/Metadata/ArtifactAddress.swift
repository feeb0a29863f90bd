package import Model
import Wire

/// What the page of an artifact shows, as its address says it.
package struct ArtifactAddress: Hashable, Sendable {
    /// The ways to look at an artifact.
    package enum Tab: String, Hashable, Sendable, CaseIterable {
        case content
        case lineage
    }

    /// Which way lineage is followed.
    package enum Way: String, Hashable, Sendable, CaseIterable {
        case both
        case upstream
        case downstream
    }

    /// The artifact.
    package var id: ArtifactID
    /// The way to look at it.
    package var tab = Tab.content
    /// A place within an artifact that is a folder, with slashes.
    package var path: String?
    /// Whether scripts in HTML may run, shut off from everything.
    package var runsScripts = false
    /// Which of several pages in one file a frame shows, from 0; see ``Visualization``.
    package var part: Int?
    /// Which way lineage is followed.
    package var way = Way.both
    /// How many tasks far lineage is followed.
    package var depth = 3

    /// The page of an artifact as it first opens.
    package init(_ id: ArtifactID) {
        self.id = id
    }

    /// Reads an address.
    /// - Throws: `invalidArgument` for what is not one of ours.
    package init(_ id: ArtifactID, query: WebForm) throws {
        self.init(id)
        tab = try query.choice("tab") ?? .content
        path = query["path"]
        runsScripts = query["scripts"] == "on"
        part = try query.count("part")
        way = try query.choice("way") ?? .both
        depth = try query.count("depth") ?? 3
    }

    /// The same page, changed.
    package func with(_ change: (inout Self) -> Void) -> Self {
        var copy = self
        change(&copy)
        return copy
    }

    /// The address as a link.
    package var href: String {
        address(
            "/artifacts/" + percentEncoded(id.text),
            [
                "tab": tab == .content ? nil : tab.rawValue, "path": path,
                "scripts": runsScripts ? "on" : nil,
                "way": way == .both ? nil : way.rawValue, "depth": depth == 3 ? nil : String(depth),
            ]
        )
    }

    /// The bytes of the place, for programs and pictures.
    package var contentHref: String {
        address("/apis/v2beta1/artifacts/\(percentEncoded(id.text))/content", ["path": path])
    }

    /// The bytes of the place, to be saved.
    package var downloadHref: String {
        address(
            "/apis/v2beta1/artifacts/\(percentEncoded(id.text))/content",
            ["path": path, "disposition": "attachment"]
        )
    }

    /// HTML as a page of its own, for a frame.
    package var frameHref: String {
        address(
            "/artifacts/\(percentEncoded(id.text))/frame",
            ["path": path, "part": part.map(String.init), "scripts": runsScripts ? "on" : nil]
        )
    }
}
