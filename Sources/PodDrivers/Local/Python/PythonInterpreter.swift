import Model
import Pods

/// A Python of this machine that can make environments.
struct PythonInterpreter: Hashable, Sendable {
    /// Version such as `3.11.7`.
    var version: String
    /// Everything Python says about its build, so that a rebuilt Python gets environments of its own.
    var build: String
    /// Absolute path of the real program, behind version switchers and links.
    var executable: String

    /// The oldest Python KFP 2 runs on. Source: kfp 2.0, `python_requires`.
    static let oldest = (major: 3, minor: 7)

    /// Why an interpreter cannot be used, as a clause.
    struct Objection: Error, Hashable, Sendable {
        /// Such as "python3.12 was not found on the PATH".
        var message: String
    }

    /// Names to try, best first: the version of a `python:3.X` image, then whatever `python3` is.
    static func candidates(forImage image: String) -> [String] {
        let name = image.split(separator: "/").last ?? ""
        let parts = name.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, parts[0] == "python" else { return ["python3"] }
        let numbers = parts[1].prefix { $0.isNumber || $0 == "." }.split(separator: ".")
        guard numbers.count >= 2, numbers[0] == "3", let minor = Int(numbers[1]) else { return ["python3"] }
        return ["python3.\(minor)", "python3"]
    }

    /// Asks an interpreter about itself; the answer is for ``init(answer:record:candidate:)``.
    static func question(to candidate: String, variables: [EnvironmentVariable]) -> Program {
        let script = """
            import importlib.util, sys
            print(".".join(map(str, sys.version_info[:3])))
            print(" ".join(sys.version.split()))
            print(sys.executable)
            print(*[name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None])
            """
        return Program(arguments: [candidate, "-c", script], variables: variables)
    }

    /// Reads the answer.
    init(answer: String, record: ExitRecord, candidate: String) throws(Objection) {
        guard record.isSuccess else {
            switch record {
            case .notExecuted: throw Objection(message: "\(candidate) was not found on this machine's PATH")
            default:
                let words = answer.split(whereSeparator: \.isNewline).first ?? "it ended without a word"
                throw Objection(message: "\(candidate) does not work (\(words))")
            }
        }
        let lines = answer.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard lines.count >= 4, lines[2].hasPrefix("/") else {
            throw Objection(
                message: "\(candidate) gave an answer that is not Python's: \(answer.prefix(200))"
            )
        }
        version = lines[0]
        build = lines[1]
        executable = lines[2]
        let numbers = version.split(separator: ".").compactMap { Int($0) }
        guard numbers.count >= 2, (numbers[0], numbers[1]) >= Self.oldest else {
            throw Objection(
                message: "\(candidate) is Python \(version), and KFP needs "
                    + "\(Self.oldest.major).\(Self.oldest.minor) or newer"
            )
        }
        let missing = lines[3].split(separator: " ").joined(separator: " and ")
        guard missing.isEmpty else {
            throw Objection(
                message:
                    "\(candidate) (\(version)) lacks \(missing), without which it cannot make environments; "
                    + "on Debian and Ubuntu: apt install \(candidate)-venv"
            )
        }
    }
}
