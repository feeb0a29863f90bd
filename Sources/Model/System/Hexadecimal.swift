extension Sequence<UInt8> {
    /// The bytes as lower-case hexadecimal digits, two a byte.
    package var hexadecimal: String {
        var text = ""
        for byte in self {
            if byte < 16 { text += "0" }
            text += String(byte, radix: 16)
        }
        return text
    }
}
