/// A number of bytes for people: `512 bytes`, `1.5 kB`, `20 MB`; in powers of 1,000.
package func byteText(_ bytes: Int) -> String {
    var amount = Double(bytes)
    guard amount >= 1000 else { return bytes == 1 ? "1 byte" : "\(bytes) bytes" }
    var unit = ""
    for next in ["kB", "MB", "GB", "TB", "PB"] where amount >= 1000 {
        amount /= 1000
        unit = next
    }
    let tenths = Int((amount * 10).rounded(.down))
    return tenths < 100 ? "\(tenths / 10).\(tenths % 10) \(unit)" : "\(tenths / 10) \(unit)"
}
