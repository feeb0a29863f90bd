/// What is found of one tree of a damaged file by going down from its root.
struct DamagedTree {
    /// What the tree should hold.
    enum Content {
        case tableWithRowid
        /// An index, or a table without rowid, which is one.
        case index
    }

    /// How many rows or entries were met, those that cannot be read included.
    private(set) var cellCount = 0
    /// Those of them that cannot be read.
    private(set) var unreadableCount = 0
    /// Places in the tree that should be pages of it, and are not.
    private(set) var damagedPageCount = 0

    /// Whether everything was met that there is.
    var isWhole: Bool { damagedPageCount == 0 }

    /// Goes through a tree, page by page.
    /// - Parameters:
    ///   - met: pages that belong to some tree; those of this one are added.
    ///   - visit: what to do with each cell that can be read; answers whether it makes sense there.
    init(
        _ file: DamagedFile,
        root: Int,
        _ content: Content,
        met: inout Set<Int>,
        visit: (Int64?, SQLiteRecord) throws -> Bool
    ) rethrows {
        var open = [root]
        while let number = open.popLast() {
            guard !met.contains(number), let page = file.page(number),
                page.kind.isTable == (content == .tableWithRowid)
            else {
                damagedPageCount += 1
                continue
            }
            met.insert(number)
            open += page.children.reversed()
            try take(page.cells, visit)
        }
    }

    /// A page whose place in the tree is not known.
    init(_ page: DamagedFile.Page, visit: (Int64?, SQLiteRecord) throws -> Bool) rethrows {
        try take(page.cells, visit)
    }

    private mutating func take(
        _ cells: [DamagedFile.Cell],
        _ visit: (Int64?, SQLiteRecord) throws -> Bool
    ) rethrows {
        for cell in cells {
            cellCount += 1
            guard let record = cell.record, try visit(cell.rowid, record) else {
                unreadableCount += 1
                continue
            }
        }
    }
}
