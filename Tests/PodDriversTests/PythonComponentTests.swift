import Model
import Pods
import Testing

@testable import PodDrivers

@Suite struct PythonComponentTests {
    private static func component(command: [String], args: [String]) -> PythonComponent? {
        var wrapping = PythonComponent.Wrapping()
        let first = wrapping.component(command: command, args: args)
        #expect(wrapping.component(command: command, args: args) == first, "a text is known by then")
        return first
    }

    @Test(
        "KFP's lightweight components are recognised, with any packages and index",
        arguments: [
            KFPTexts.kfp, "'six'",
            "--index-url https://x.example/simple 'pandas' 'numpy<2'  &&  python3 -m pip install "
                + KFPTexts.kfp,
        ]
    )
    func recognised(_ install: String) throws {
        let command = KFPTexts.command(install, "source")
        let component = try #require(Self.component(command: command, args: ["--x", "y"]))
        #expect(component.bootstrap == command[2] && component.source == "source")
        #expect(component.executorModule == "kfp.dsl.executor_main" && component.arguments == ["--x", "y"])
    }

    @Test("a component with an environment of its own is installed as one chain into the one it gets anyway")
    func ownEnvironment() throws {
        let command = KFPTexts.command(KFPTexts.ownEnvironment, "source")
        let component = try #require(Self.component(command: command, args: []))
        let install = "python3 -m pip install --quiet --no-warn-script-location"
        #expect(!component.bootstrap.contains("venv"))
        #expect(component.bootstrap.contains("\(install) 'six'  &&   \(install) 'kfp==2.17.0'"))
    }

    @Test("whatever differs in what it would run is not recognised")
    func literal() {
        let plain = KFPTexts.command(KFPTexts.kfp, "source")
        var changed: [[String]] = [["sh", "-c", "echo hi"], [], ["sh", "-ec", KFPTexts.writer, "source"]]
        changed.append(
            KFPTexts.command(KFPTexts.ownEnvironment.replacing("--system-site-packages", with: ""), "source")
        )
        for (index, text) in [
            (0, "bash"), (2, "\"$0\" \"$@\""), (2, plain[2] + "; echo more"), (3, "bash"), (4, "-c"),
            (5, plain[5] + "echo more"), (5, plain[5].split(separator: "kfp.dsl").joined(separator: "evil")),
        ] {
            var command = plain
            command[index] = text
            changed.append(command)
        }
        for command in changed { #expect(Self.component(command: command, args: []) == nil, "\(command)") }
    }

    @Test(
        "an image of Python names the interpreter to try first",
        arguments: [
            ("python:3.11", ["python3.11", "python3"]),
            ("docker.io/library/python:3.9-slim", ["python3.9", "python3"]),
            ("python:3.12.4", ["python3.12", "python3"]), ("python:3", ["python3"]), ("python", ["python3"]),
            ("pytorch/pytorch:2.1", ["python3"]), ("", ["python3"]),
        ]
    )
    func candidates(_ image: String, _ names: [String]) {
        #expect(PythonInterpreter.candidates(forImage: image) == names)
    }

    @Test(
        "an interpreter that cannot be used is explained",
        arguments: [
            ("3.6.9\n3.6.9 (x)\n/usr/bin/python3\n\n", "3.7 or newer"),
            ("3.11.2\n3.11.2 (x)\n/usr/bin/python3\nensurepip\n", "apt install python3-venv"),
            ("hello\n", "not Python's"),
        ]
    )
    func objections(_ answer: String, _ expected: String) {
        let record = ExitRecord.exited(code: 0, start: .epoch, end: .epoch)
        let objection = #expect(throws: PythonInterpreter.Objection.self) {
            try PythonInterpreter(answer: answer, record: record, candidate: "python3")
        }
        #expect(objection?.message.contains(expected) == true)
    }

    @Test("the package being installed is that of pip's last Collecting line")
    func progress() {
        let log =
            "Collecting pandas\n  Downloading x\nCollecting numpy>=1.22.4 (from pandas)\n  Using cached\n"
        #expect(PythonEnvironment.packageBeingInstalled(log) == "numpy")
        #expect(PythonEnvironment.packageBeingInstalled("nothing yet") == nil)
    }
}
