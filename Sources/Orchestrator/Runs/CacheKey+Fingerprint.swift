import Crypto
import Model
import Store

extension CacheKey {
    /// Equal for executions that can stand for each other: the SHA-256 of ``json`` in lower-case hexadecimal.
    var fingerprint: String { SHA256.hash(data: json.jsonBytes).hexadecimal }

    /// ``json`` as it is stored and compared, with a digest for the rest of each long text.
    ///
    /// A loop of thousands of iterations would else store its component's source that often.
    var outline: JSONValue { json.outline }
}

extension JSONValue {
    fileprivate var outline: JSONValue {
        switch self {
        case .null, .bool, .number: self
        case .string(let text): .string(text.outline)
        case .array(let elements): .array(elements.map(\.outline))
        case .object(let members): .object(members.mapValues(\.outline))
        }
    }
}

extension String {
    fileprivate var outline: String {
        // Longer than an artifact's digest, and than what is shown of a value.
        guard utf8.count > 200 else { return self }
        return "\(prefix(100))… sha256:\(SHA256.hash(data: Array(utf8)).hexadecimal)"
    }
}

extension SQLConnection {
    /// Notes that a task succeeded from what a key holds; repeating is harmless.
    func insertCacheEntry(_ key: CacheKey, of run: RunID, path: TaskPath, at now: Instant) throws {
        try insertCacheEntry(
            fingerprint: key.fingerprint,
            scope: key.scope,
            component: key.componentName,
            key: key.outline,
            run: run,
            path: path,
            at: now
        )
    }
}
