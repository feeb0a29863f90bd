import Model

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The pages of a database file that SQLite cannot read any more, as far as they make sense.
///
/// Every page is looked at by itself, so one that is damaged costs its own rows and no others.
/// Source: SQLite file format, https://www.sqlite.org/fileformat2.html#b_tree_pages.
final class DamagedFile {
    /// What a page of a tree holds.
    enum Kind: UInt8 {
        case innerIndex = 2
        case innerTable = 5
        case leafIndex = 10
        case leafTable = 13

        var isTable: Bool { self == .innerTable || self == .leafTable }
        var isInner: Bool { self == .innerIndex || self == .innerTable }
        fileprivate var headerSize: Int { isInner ? 12 : 8 }
    }

    /// One row, or the entry of an index.
    struct Cell {
        /// `nil` in indexes, and in tables without rowid.
        let rowid: Int64?
        /// `nil` if it cannot be read.
        let record: SQLiteRecord?
    }

    /// A page of a tree.
    struct Page {
        let kind: Kind
        let cells: [Cell]
        /// Pages below it, from left to right.
        let children: [Int]
    }

    /// Absolute path.
    let path: String
    /// How many pages there are, or should be where the file ends too early; they are numbered from 1.
    let pageCount: Int
    /// How many of them are there.
    private let presentPageCount: Int
    /// Pages met so far that hold what did not fit into others.
    private(set) var overflow: Set<Int> = []
    private let file: Int32
    private let pageSize: Int
    /// Bytes of a page that hold something.
    private let usable: Int

    /// Opens a file. A header that makes no sense is taken for the one that SQLite writes by default.
    /// - Throws: ``PlatformError`` naming the file, if it cannot be opened.
    init(path: String) throws {
        self.path = path
        file = open(path, O_RDONLY | O_CLOEXEC)
        var status = stat()
        guard file >= 0, fstat(file, &status) == 0 else {
            let words = strerror(errno).map { String(cString: $0) } ?? "error \(errno)"
            throw PlatformError(.failedPrecondition, "Cannot read \(path): \(words).")
        }
        let header = Self.read(file, at: 0, 100) ?? []
        let told = header.count == 100 ? Int(header[16]) << 8 | Int(header[17]) : 0
        let size = told == 1 ? 65536 : told
        let isSound = size >= 512 && size & (size - 1) == 0 && Self.isHeader(header)
        pageSize = isSound ? size : 4096
        usable = isSound ? size - Int(header[20]) : 4096
        presentPageCount = Int(status.st_size) / pageSize
        let announced = isSound ? Self.announcedPageCount(header) : 0
        pageCount = max(presentPageCount, announced <= Self.pageCountMax ? announced : 0)
    }

    /// How many pages the header tells of; 0 if it does not know.
    ///
    /// Source: the size at offset 28 is valid if the counters at 24 and 92 agree.
    private static func announcedPageCount(_ header: [UInt8]) -> Int {
        number(header, 24, 4) == number(header, 92, 4) ? number(header, 28, 4) : 0
    }

    /// Pages of a file that ends too early are looked for one by one, so a number that makes no sense must not be believed.
    private static let pageCountMax = 1 << 24

    /// By how many bytes a file is shorter than its header says; 0 for one that is whole, and for none.
    static func missingBytes(of path: String) -> Int {
        guard let file = try? DamagedFile(path: path) else { return 0 }
        var status = stat()
        guard fstat(file.file, &status) == 0 else { return 0 }
        return max(0, file.pageCount * file.pageSize - Int(status.st_size))
    }

    deinit {
        if file >= 0 { close(file) }
    }

    /// Source: the first 16 bytes of every database of SQLite 3.
    private static func isHeader(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: Array("SQLite format 3\0".utf8))
    }

    /// A page of a tree; `nil` if it is none, cannot be read, or contradicts itself.
    func page(_ number: Int) -> Page? {
        guard let bytes = bytes(of: number) else { return nil }
        let start = number == 1 ? 100 : 0
        guard let kind = Kind(rawValue: bytes[start]) else { return nil }
        let count = Self.number(bytes, start + 3, 2)
        let pointers = start + kind.headerSize
        let told = Self.number(bytes, start + 5, 2)
        let content = told == 0 ? 65536 : told
        guard pointers + 2 * count <= content, content <= usable else { return nil }
        var cells: [Cell] = []
        var children: [Int] = []
        for index in 0..<count {
            let offset = Self.number(bytes, pointers + 2 * index, 2)
            guard offset >= content, offset + 4 <= usable else {
                cells.append(Cell(rowid: nil, record: nil))
                continue
            }
            if kind.isInner { children.append(Self.number(bytes, offset, 4)) }
            if kind != .innerTable { cells.append(cell(bytes, kind.isInner ? offset + 4 : offset, kind)) }
        }
        if kind.isInner { children.append(Self.number(bytes, start + 8, 4)) }
        return Page(kind: kind, cells: cells, children: children)
    }

    /// Pages that hold nothing at present, and whether all of them are known.
    func freePages() -> (pages: Set<Int>, isComplete: Bool) {
        guard let header = Self.read(file, at: 0, 100), Self.isHeader(header) else { return ([], false) }
        var pages: Set<Int> = []
        var next = Self.number(header, 32, 4)
        while next != 0 {
            guard let bytes = bytes(of: next), pages.insert(next).inserted else { return (pages, false) }
            let count = Self.number(bytes, 4, 4)
            guard 8 + 4 * count <= usable else { return (pages, false) }
            for index in 0..<count { pages.insert(Self.number(bytes, 8 + 4 * index, 4)) }
            next = Self.number(bytes, 0, 4)
        }
        return (pages, pages.count == Self.number(header, 36, 4))
    }

    // MARK: - Cells

    private func cell(_ bytes: [UInt8], _ start: Int, _ kind: Kind) -> Cell {
        let unreadable = Cell(rowid: nil, record: nil)
        guard let (size, length) = SQLiteRecord.variable(bytes[start..<usable]), size > 0,
            size <= pageCount * usable
        else { return unreadable }
        var offset = start + length
        var rowid: Int64?
        if kind.isTable {
            guard let (value, length) = SQLiteRecord.variable(bytes[offset..<usable]) else {
                return unreadable
            }
            rowid = value
            offset += length
        }
        guard let payload = payload(bytes, offset, Int(size), kind) else { return unreadable }
        return Cell(rowid: rowid, record: SQLiteRecord(payload))
    }

    /// The bytes of a cell, of which those that do not fit into the page are in a chain of others.
    private func payload(_ bytes: [UInt8], _ offset: Int, _ size: Int, _ kind: Kind) -> [UInt8]? {
        let most = kind.isTable ? usable - 35 : (usable - 12) * 64 / 255 - 23
        if size <= most { return offset + size <= usable ? Array(bytes[offset..<offset + size]) : nil }
        let least = (usable - 12) * 32 / 255 - 23
        let fitting = least + (size - least) % (usable - 4)
        let local = fitting <= most ? fitting : least
        guard offset + local + 4 <= usable else { return nil }
        var payload = Array(bytes[offset..<offset + local])
        var next = Self.number(bytes, offset + local, 4)
        while payload.count < size {
            guard let page = self.bytes(of: next) else { return nil }
            overflow.insert(next)
            payload += page[4..<min(usable, 4 + size - payload.count)]
            next = Self.number(page, 0, 4)
        }
        // The chain ends here; if it does not, one of its pages is another's.
        return next == 0 ? payload : nil
    }

    private func bytes(of page: Int) -> [UInt8]? {
        guard page >= 1, page <= presentPageCount else { return nil }
        return Self.read(file, at: (page - 1) * pageSize, pageSize)
    }

    private static func number(_ bytes: [UInt8], _ offset: Int, _ length: Int) -> Int {
        bytes[offset..<offset + length].reduce(0) { $0 << 8 | Int($1) }
    }

    /// `nil` where the disk gives nothing, too.
    private static func read(_ file: Int32, at offset: Int, _ count: Int) -> [UInt8]? {
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = max(0, pread(file, buffer.baseAddress, count, off_t(offset)))
        }
        return bytes.count == count ? bytes : nil
    }
}
