import Model

/// One part of a `multipart/form-data` body: a file, or a field. Source: RFC 7578.
package struct MultipartFile: Hashable, Sendable {
    /// The name of the part.
    package let name: String
    /// The file's name as the client gave it; empty when it gave none, and for a field.
    package let fileName: String
    /// The bytes.
    package let bytes: [UInt8]

    /// Finds the file with a part name in a body.
    /// - Throws: `invalidArgument` when the body is not a form or has no such part.
    package static func find(_ name: String, in body: [UInt8], contentType: String?) throws -> MultipartFile {
        guard
            let file = try all(in: body, contentType: contentType, for: name).first(where: { $0.name == name }
            )
        else {
            throw PlatformError.invalid(
                "The form has no part '\(name)'; send the pipeline file as '\(name)'."
            )
        }
        return file
    }

    /// Every part of a body, in order.
    /// - Parameter name: a part that is looked for, for the message.
    /// - Throws: `invalidArgument` when the body is not a form.
    package static func all(in body: [UInt8], contentType: String?, for name: String) throws
        -> [MultipartFile]
    {
        guard let contentType, contentType.lowercased().hasPrefix("multipart/form-data"),
            let boundary = parameter("boundary", of: contentType), (1...70).contains(boundary.utf8.count)
        else {
            throw PlatformError.invalid(
                "Expected a multipart/form-data body with the part '\(name)', found content type "
                    + "'\(contentType ?? "none")'."
            )
        }
        return parts(of: body, boundary: Array(("--" + boundary).utf8)).compactMap { MultipartFile(part: $0) }
    }

    private init?(part: ArraySlice<UInt8>) {
        guard let headEnd = part.firstRange(of: [13, 10, 13, 10]) else { return nil }
        let head = String(decoding: part[..<headEnd.lowerBound], as: UTF8.self)
        let disposition = head.split(separator: "\r\n").first {
            $0.lowercased().hasPrefix("content-disposition:")
        }
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
            position = found + boundary.count
            let isLast = body[position...].starts(with: [0x2D, 0x2D])
            // A line that only begins like a boundary is content.
            guard let lineEnd = isLast ? position : endOfLine(in: body, from: position) else { continue }
            if let start, found - 2 >= start { parts.append(body[start..<(found - 2)]) }
            if isLast { break }
            start = lineEnd
        }
        return parts
    }

    /// Where the line after a boundary begins; `nil` if anything but blanks follows the boundary.
    private static func endOfLine(in body: [UInt8], from position: Int) -> Int? {
        let rest = body[position...].drop { $0 == 0x20 || $0 == 0x09 }
        return rest.starts(with: [13, 10]) ? rest.startIndex + 2 : nil
    }

    /// A boundary starts a line.
    private static func find(_ boundary: [UInt8], in body: [UInt8], from start: Int) -> Int? {
        var position = start
        while position + boundary.count <= body.count {
            guard let dash = body[position...].firstIndex(of: 0x2D), dash + boundary.count <= body.count
            else { return nil }
            let startsLine = dash == 0 || (dash >= 2 && body[dash - 2] == 13 && body[dash - 1] == 10)
            if startsLine, body[dash...].starts(with: boundary) { return dash }
            position = dash + 1
        }
        return nil
    }

    /// A parameter of a header's value, with or without quotes. Source: RFC 9110, section 5.6.6.
    private static func parameter(_ name: String, of header: some StringProtocol) -> String? {
        var rest = header.drop { $0 != ";" }
        while rest.first == ";" {
            let key = rest.dropFirst().prefix { $0 != "=" && $0 != ";" }
            rest = rest[key.endIndex...]
            guard rest.first == "=" else { continue }
            rest = rest.dropFirst().drop(while: \.isWhitespace)
            let value =
                rest.first == "\"" ? quoted(&rest) : String(rest.prefix { $0 != ";" && !$0.isWhitespace })
            rest = rest.drop { $0 != ";" }
            if String(key.filter { !$0.isWhitespace }).lowercased() == name { return value }
        }
        return nil
    }

    /// Takes text in quotes. A backslash is special only before a quote or another one: some clients send
    /// bare Windows paths.
    private static func quoted<Text: StringProtocol>(_ rest: inout Text) -> String
    where Text.SubSequence == Text {
        var value = ""
        rest = rest.dropFirst()
        while let character = rest.popFirst(), character != "\"" {
            if character == "\\", let next = rest.first, next == "\"" || next == "\\" {
                value.append(next)
                rest = rest.dropFirst()
            } else {
                value.append(character)
            }
        }
        return value
    }
}
