import Model

/// One file of a `multipart/form-data` body. Source: RFC 7578.
struct MultipartFile: Hashable {
    /// The name of the part.
    let name: String
    /// The file's name as the client gave it; empty when it gave none.
    let fileName: String
    /// The bytes.
    let bytes: [UInt8]

    /// Finds the file with a part name in a body.
    /// - Throws: `invalidArgument` when the body is not a form or has no such part.
    static func find(_ name: String, in body: [UInt8], contentType: String?) throws -> MultipartFile {
        guard let contentType, contentType.lowercased().hasPrefix("multipart/form-data"),
            let boundary = parameter("boundary", of: contentType), !boundary.isEmpty
        else {
            throw PlatformError.invalid(
                "Expected a multipart/form-data body with the part '\(name)', found content type '\(contentType ?? "none")'.")
        }
        for part in parts(of: body, boundary: Array(("--" + boundary).utf8)) {
            guard let file = MultipartFile(part: part), file.name == name else { continue }
            return file
        }
        throw PlatformError.invalid("The form has no part '\(name)'; send the pipeline file as '\(name)'.")
    }

    private init?(part: ArraySlice<UInt8>) {
        guard let headEnd = part.firstRange(of: [13, 10, 13, 10]) else { return nil }
        let head = String(decoding: part[..<headEnd.lowerBound], as: UTF8.self)
        let disposition = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-disposition:") }
        guard let disposition, let name = Self.parameter("name", of: disposition) else { return nil }
        self.name = name
        fileName = Self.parameter("filename", of: disposition) ?? ""
        bytes = Array(part[headEnd.upperBound...])
    }

    /// What stands between the boundaries, without the line break that belongs to the next boundary.
    private static func parts(of body: [UInt8], boundary: [UInt8]) -> [ArraySlice<UInt8>] {
        var parts: [ArraySlice<UInt8>] = []
        var start: Int?
        var position = 0
        while let found = find(boundary, in: body, from: position) {
            if let start, found - 2 >= start { parts.append(body[start..<(found - 2)]) }
            position = found + boundary.count
            if body[position...].starts(with: [0x2D, 0x2D]) { break }
            start = position + 2
            if position + 2 > body.count { break }
        }
        return parts
    }

    /// A boundary starts a line.
    private static func find(_ boundary: [UInt8], in body: [UInt8], from start: Int) -> Int? {
        var position = start
        while position + boundary.count <= body.count {
            guard let dash = body[position...].firstIndex(of: 0x2D), dash + boundary.count <= body.count else { return nil }
            if body[dash...].starts(with: boundary),
                dash == 0 || (dash >= 2 && body[dash - 2] == 13 && body[dash - 1] == 10)
            {
                return dash
            }
            position = dash + 1
        }
        return nil
    }

    /// A parameter of a header's value, with or without quotes.
    private static func parameter(_ name: String, of header: some StringProtocol) -> String? {
        for piece in header.split(separator: ";").dropFirst() {
            let pair = piece.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, pair[0].drop(while: \.isWhitespace).lowercased() == name else { continue }
            let value = pair[1].drop(while: \.isWhitespace)
            return value.first == "\"" ? String(value.dropFirst().prefix { $0 != "\"" }) : String(value.prefix { !$0.isWhitespace })
        }
        return nil
    }
}
