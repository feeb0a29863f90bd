#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Whether this is an address of the public Internet: not of this machine, its network, a cloud's inside, or of
/// no single machine at all. Anything but an IP address in numbers is not.
///
/// Source: IANA special-purpose address registries (RFC 6890).
func isPublicAddress(_ text: String) -> Bool {
    var v4 = [UInt8](repeating: 0, count: 4)
    if inet_pton(AF_INET, text, &v4) == 1 { return isPublicV4(v4) }
    var v6 = [UInt8](repeating: 0, count: 16)
    return inet_pton(AF_INET6, text, &v6) == 1 && isPublicV6(v6)
}

private func isPublicV4(_ bytes: [UInt8]) -> Bool {
    switch (bytes[0], bytes[1], bytes[2]) {
    case (0, _, _), (10, _, _), (127, _, _): false
    case (100, 64...127, _): false
    case (169, 254, _), (172, 16...31, _), (192, 168, _): false
    case (192, 0, 0), (192, 0, 2), (192, 88, 99), (198, 51, 100), (203, 0, 113): false
    case (198, 18...19, _): false
    case (224...255, _, _): false
    default: true
    }
}

private func isPublicV6(_ bytes: [UInt8]) -> Bool {
    // An IPv4 address in the clothes of IPv6: mapped, or translated by the network.
    if bytes[..<12] == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        || bytes[..<12] == [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]
    {
        return isPublicV4(Array(bytes[12...]))
    }
    // Only 2000::/3 is global unicast; in it, tunnels (2001::/32, 2002::/16) and documentation are not.
    guard bytes[0] & 0xE0 == 0x20 else { return false }
    switch (bytes[0], bytes[1], bytes[2], bytes[3]) {
    case (0x20, 0x01, 0x00...0x01, _), (0x20, 0x01, 0x0D, 0xB8), (0x20, 0x02, _, _): return false
    default: return true
    }
}
