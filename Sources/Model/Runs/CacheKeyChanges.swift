/// How the key of an execution differs from that of an earlier one, in words.
///
/// Works on keys as they are stored, see ``CacheKey/json``, so it also reads those of other versions: what it
/// does not know it does not mention.
package struct CacheKeyChanges: Hashable, Sendable {
    /// One phrase for each difference, such as `parameter rate: 0.1 → 0.2`, the image and the code first.
    package let phrases: [String]

    /// Compares two keys.
    package init(from old: JSONValue, to new: JSONValue) {
        if old["cache_key"] != nil || new["cache_key"] != nil {
            phrases = Self.customKey(old["cache_key"], new["cache_key"])
            return
        }
        phrases =
            Self.image(old["image"], new["image"])
            + Self.command(Self.texts(old["command"]), Self.texts(new["command"]))
            + Self.members("parameters", old, new, as: Self.parameter)
            + Self.members("artifacts", old, new, as: Self.artifact)
            + Self.members("outputs", old, new, as: Self.output)
            + Self.volumes(Self.texts(old["volumes"]), Self.texts(new["volumes"]))
    }

    private static func customKey(_ old: JSONValue?, _ new: JSONValue?) -> [String] {
        switch (old, new) {
        case (let old?, let new?): old == new ? [] : [arrow("the task's own cache key", old, new)]
        case (nil, _): ["the task was given a cache key of its own"]
        case (_, nil): ["the task has no cache key of its own any more"]
        }
    }

    private static func image(_ old: JSONValue?, _ new: JSONValue?) -> [String] {
        guard let old, let new, old != new else { return [] }
        return [arrow("image", old, new)]
    }

    private static func command(_ old: [String], _ new: [String]) -> [String] {
        if old == new { return [] }
        guard old.count == new.count else { return ["the command has other arguments"] }
        let changed = new.indices.filter { old[$0] != new[$0] }
        if isPythonComponent(old), isPythonComponent(new), changed.allSatisfy([2, 6].contains) {
            // The shell text in front installs packages and KFP itself; the source comes behind it.
            return (changed.contains(6) ? ["the code changed"] : [])
                + (changed.contains(2) ? ["the packages to install changed"] : [])
        }
        guard changed.count == 1, let place = changed.first else {
            return ["the command has other arguments"]
        }
        return [arrow("command", .string(old[place]), .string(new[place]))]
    }

    /// Source: KFP SDK 2.x, which compiles a Python component to `sh -c <bootstrap> sh -ec <writer> <source> …`.
    private static func isPythonComponent(_ command: [String]) -> Bool {
        command.count >= 7 && Array(command[0...1]) == ["sh", "-c"] && Array(command[3...4]) == ["sh", "-ec"]
    }

    private static func parameter(_ name: String, _ old: JSONValue?, _ new: JSONValue?) -> String {
        switch (old, new) {
        case (let old?, let new?): arrow("parameter \(name)", old, new)
        case (nil, let new?): "parameter \(name) was added (\(short(new)))"
        case (let old?, nil): "parameter \(name) was removed (it was \(short(old)))"
        case (nil, nil): "parameter \(name) changed"
        }
    }

    private static func artifact(_ name: String, _ old: JSONValue?, _ new: JSONValue?) -> String {
        guard let old = old?.array else { return "input artifact \(name) was added" }
        guard let new = new?.array else { return "input artifact \(name) was removed" }
        guard old.count == new.count else {
            let entries = new.count == 1 ? "entry" : "entries"
            return "input artifact \(name) has \(new.count) \(entries), had \(old.count)"
        }
        let isKnown = (old + new).allSatisfy { $0.string?.hasPrefix("sha256:") == true }
        return isKnown
            ? "the content of input artifact \(name) changed"
            : "input artifact \(name) is another artifact, whose content could not be compared"
    }

    private static func output(_ name: String, _ old: JSONValue?, _ new: JSONValue?) -> String {
        switch (old, new) {
        case (let old?, let new?): arrow("type of output \(name)", old, new)
        case (nil, _): "output \(name) was added"
        case (_, nil): "output \(name) was removed"
        }
    }

    private static func volumes(_ old: [String], _ new: [String]) -> [String] {
        old == new ? [] : ["mounted volumes: \(listed(old)) → \(listed(new))"]
    }

    private static func members(
        _ part: String,
        _ old: JSONValue,
        _ new: JSONValue,
        as phrase: (String, JSONValue?, JSONValue?) -> String
    ) -> [String] {
        let (old, new) = (old[part]?.object ?? [:], new[part]?.object ?? [:])
        return Set(old.keys).union(new.keys).sorted()
            .filter { old[$0] != new[$0] }
            .map { phrase($0, old[$0], new[$0]) }
    }

    private static func texts(_ list: JSONValue?) -> [String] { (list?.array ?? []).compactMap(\.string) }

    private static func listed(_ names: [String]) -> String {
        names.isEmpty ? "none" : names.joined(separator: ", ")
    }

    private static func arrow(_ what: String, _ old: JSONValue, _ new: JSONValue) -> String {
        let (before, after) = (short(old), short(new))
        // Long values may differ only where they are cut.
        return before == after ? "\(what) changed" : "\(what): \(before) → \(after)"
    }

    /// At most about sixty characters: the beginning, and the end, where tags and versions stand.
    private static func short(_ value: JSONValue) -> String {
        let text = value.jsonText
        guard text.count > 60 else { return text }
        return "\(text.prefix(30))…\(text.suffix(29))"
    }
}
