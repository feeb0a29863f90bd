import Model
import Services
import Wire

/// Draws what is in an artifact, by its kind; of large ones the beginning.
struct ContentDrawing {
    /// How much is shown.
    enum Room {
        /// A page of its own.
        case page
        /// Beside other things.
        case panel

        var isPage: Bool { self == .page }
        /// Rows of a table, entries of a folder.
        var rowsMax: Int { isPage ? 200 : 8 }
        /// Columns of a table.
        var columnsMax: Int { isPage ? 60 : 8 }
        /// Bytes of plain text.
        var textMax: Int { isPage ? 64 << 10 : 2 << 10 }

        /// Bytes that have to be read to show a kind.
        func bytesMax(_ kind: ContentKind) -> Int {
            switch kind {
            case .html, .picture, .binary: 0
            case .notebook: isPage ? 4 << 20 : 0
            case .markdown, .json: isPage ? 512 << 10 : 32 << 10
            case .table: isPage ? 256 << 10 : 32 << 10
            case .text: textMax
            }
        }
    }

    let address: ArtifactAddress
    let room: Room
    let name: String

    /// Draws a file.
    /// - Parameter bytes: its beginning, as many as ``Room/bytesMax(_:)`` says, if there are as many.
    func draw(_ kind: ContentKind, _ type: ContentType, _ bytes: [UInt8], size: Int, _ html: inout HTML) {
        var body = HTML()
        var note: String?
        switch kind {
        case .html: frame(&body)
        case .picture:
            body.element(
                "img",
                ["class": "picture", "src": address.contentHref, "alt": "\(name), a picture"]
            )
        case .binary: note = "There is no view for this kind of file."
        case .notebook where !room.isPage: break
        case .markdown:
            body.element("div", ["class": "markdown"]) { $0.add(MarkdownText.html(Self.text(bytes))) }
        case .notebook, .json: note = json(kind, bytes, isWhole: bytes.count >= size, &body)
        case .table(let separator): note = table(bytes, separator, isWhole: bytes.count >= size, &body)
        case .text: plain(bytes, &body)
        }
        if note == nil, kind.isRead, bytes.count < size {
            note = "The first \(bytesText(bytes.count)) of \(bytesText(size)) are shown."
        }
        facts([type.name, bytesText(size)], kind, &html)
        html.add(body)
        if let note { html.element("p", ["class": "quiet"]) { $0.add(note) } }
    }

    /// Draws a folder.
    func draw(_ entries: [ArtifactEntry], now: Instant, _ html: inout HTML) {
        facts([counted(entries.count, "entry").replacing("entrys", with: "entries")], .binary, &html)
        let base = address.path.map { $0 + "/" } ?? ""
        let limit = room.isPage ? Limits.previewEntriesMax : room.rowsMax
        html.element("ul", ["class": "entries", "data-rows": ""]) { html in
            for entry in entries.prefix(limit) {
                let place = address.with {
                    $0.path = base + entry.name
                    $0.tab = .content
                }
                html.element("li") { html in
                    var (name, detail) = (entry.name, "")
                    switch entry.kind {
                    case .file(let size): detail = bytesText(size)
                    case .folder: name += "/"
                    case .link(let target): detail = "→ \(target)"
                    }
                    html.element("a", ["class": "main", "href": place.href]) { $0.add(name) }
                    html.element("span", ["class": "push quiet num"]) { $0.add(detail) }
                    html.element("span", ["class": "quiet"]) {
                        $0.add(TimeView(entry.modifiedAt, now: now).text)
                    }
                }
            }
        }
        if entries.count > limit {
            html.element("p", ["class": "quiet"]) { $0.add("\(entries.count - limit) more are not shown.") }
        }
    }

    /// Says in a line what it is, and how to get it.
    func facts(_ words: [String], _ kind: ContentKind, _ html: inout HTML) {
        html.element("p", ["class": "row content-facts"]) { html in
            html.element("span", ["class": "quiet"]) { $0.add(words.joined(separator: " · ")) }
            html.element("a", ["href": address.downloadHref]) { $0.add("Download") }
            if !room.isPage { html.element("a", ["href": address.href]) { $0.add("Whole view") } }
            if kind == .html { switchOfScripts(&html) }
        }
    }

    /// Leads to the page on which scripts in HTML run, or back.
    func switchOfScripts(_ html: inout HTML) {
        html.element("a", ["href": address.with { $0.runsScripts.toggle() }.href]) {
            $0.add(
                address.runsScripts
                    ? "Show it without its scripts" : "Run its scripts, shut off from everything"
            )
        }
    }

    /// The frame has an origin of its own whatever is in it, and scripts only if somebody asked for them.
    func frame(_ html: inout HTML) {
        html.element(
            "iframe",
            [
                "class": "artifact", "src": address.frameHref, "title": "\(name), artifact \(address.id)",
                "loading": "lazy",
                "sandbox": address.runsScripts ? "allow-scripts" : "", "referrerpolicy": "no-referrer",
            ]
        )
    }

    private func plain(_ bytes: [UInt8], _ html: inout HTML) {
        var text = LogText()
        var lines = text.html(of: bytes)
        lines.add(text.rest())
        html.element("pre", ["class": "code", "tabindex": "0", "aria-label": name]) {
            if bytes.isEmpty { $0.add("(empty)") } else { $0.add(lines) }
        }
    }

    private func table(_ bytes: [UInt8], _ separator: UInt8, isWhole: Bool, _ html: inout HTML) -> String? {
        let beginning = Self.text(bytes)
        let text = DelimitedText(
            beginning,
            separator: DelimitedText.separator(of: beginning, named: separator, isWhole: isWhole),
            isWhole: isWhole,
            rowsMax: room.rowsMax + 1
        )
        guard let heads = text.rows.first else {
            plain(bytes.prefix(room.textMax).map(\.self), &html)
            return nil
        }
        var table = TableDrawing(heads: Array(heads.prefix(room.columnsMax)))
        table.rows = text.rows.dropFirst().map { Array($0.prefix(room.columnsMax)) }
        table.draw(label: name, &html)
        let columns = heads.count > room.columnsMax ? " and \(room.columnsMax) of \(heads.count) columns" : ""
        if !text.isCut, columns.isEmpty { return nil }
        return "The first \(table.rows.count) rows\(columns) are shown."
    }

    /// JSON as a table if it is a list of objects, else as it is; a notebook as one.
    private func json(_ kind: ContentKind, _ bytes: [UInt8], isWhole: Bool, _ html: inout HTML) -> String? {
        guard isWhole, let document = try? JSONValue(json: bytes) else {
            plain(Array(bytes.prefix(room.textMax)), &html)
            return isWhole ? "This is not well-formed JSON." : nil
        }
        if kind == .notebook, NotebookDrawing.draw(document, &html) { return nil }
        let rows = document.array?.compactMap(\.object) ?? []
        if rows.isEmpty || rows.count != document.array?.count {
            plain(Array(document.prettyText.utf8.prefix(room.textMax)), &html)
            return nil
        }
        let heads = Set(rows.prefix(room.rowsMax).flatMap(\.keys)).sorted().prefix(room.columnsMax)
        var table = TableDrawing(heads: Array(heads))
        table.rows = rows.prefix(room.rowsMax).map { row in
            heads.map { head in row[head].map { $0.string ?? $0.jsonText } ?? "" }
        }
        table.note = rows.count > room.rowsMax ? "The first \(room.rowsMax) of \(rows.count) are shown." : nil
        table.draw(label: name, &html)
        return nil
    }

    private static func text(_ bytes: [UInt8]) -> String {
        ContentType.wholeText(bytes) ?? String(decoding: bytes, as: UTF8.self)
    }
}

/// How a file is shown.
enum ContentKind: Hashable, Sendable {
    case html
    case markdown
    case picture
    case table(separator: UInt8)
    case json
    case notebook
    case text
    case binary

    /// Finds out how to show a file.
    init(_ type: ContentType, fileName: String) {
        switch type.name {
        case "text/html", "application/xhtml+xml": self = .html
        case "text/markdown": self = .markdown
        // As the source of a picture an SVG runs nothing and loads nothing.
        case "image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml": self = .picture
        case "text/csv": self = .table(separator: UInt8(ascii: ","))
        case "text/tab-separated-values": self = .table(separator: UInt8(ascii: "\t"))
        case "application/json": self = .json
        case _ where !type.isText: self = .binary
        case _ where fileName.lowercased().hasSuffix(".ipynb"): self = .notebook
        default: self = .text
        }
    }

    /// Whether the page itself has to read it.
    var isRead: Bool {
        switch self {
        case .html, .picture, .binary: false
        default: true
        }
    }
}
