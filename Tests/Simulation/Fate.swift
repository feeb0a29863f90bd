import Model
import TestKit

/// How things go in a simulated world: functions of the seed and of names, so that the oracle knows them too.
struct Fate {
    let seed: UInt64
    let failureChance: Double
    /// Whether earlier executions may stand for tasks.
    var hasCache = true
    /// Whether every artifact can be registered, or none; `nil` if it depends on who asks.
    var registersAll: Bool?

    /// How one attempt ends.
    enum End {
        case success
        case failure
        case loss
    }

    func end(of path: TaskPath, attempt: Int) -> End {
        var random = generator("\(path)#\(attempt)")
        guard random.chance(failureChance) else { return .success }
        return random.chance(0.3) ? .loss : .failure
    }

    /// Whether an earlier execution can stand for a task.
    func isCached(_ path: TaskPath) -> Bool {
        guard hasCache else { return false }
        var random = generator("\(path)#cache")
        return random.chance(0.4)
    }

    /// Whether an artifact can be registered.
    func isRegistered(_ path: TaskPath) -> Bool {
        if let registersAll { return registersAll }
        var random = generator("\(path)#import")
        return !random.chance(failureChance)
    }

    /// What a container gives out: its own, so that a value from elsewhere is noticed.
    func outputs(of path: TaskPath) -> [String: JSONValue] {
        var random = generator(path.text)
        let number = random.below(1_000_003)
        let list = (0..<random.below(7)).map { JSONValue.number(Double(number + $0)) }
        return ["number": .number(Double(number)), "list": .array(list)]
    }

    private func generator(_ text: String) -> SeededGenerator {
        var hash = seed
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return SeededGenerator(seed: hash)
    }
}
