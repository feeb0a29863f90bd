import Model

/// Whether content is to be shown or saved. Source: RFC 6266.
package enum Disposition: String, Hashable, Sendable {
    case inline
    case attachment

    /// The `Content-Disposition` header.
    /// - Parameter fileName: any text; what a header cannot hold is sent encoded beside a plain stand-in.
    package func header(fileName: String) -> String {
        let plain = String(
            fileName.map {
                $0.isASCII && !$0.isNewline && $0 != "\"" && $0 != "\\" && ($0.asciiValue ?? 0) >= 0x20
                    ? $0 : "_"
            }
        )
        let header = "\(rawValue); filename=\"\(plain)\""
        return plain == fileName ? header : header + "; filename*=UTF-8''" + percentEncoded(fileName)
    }
}
