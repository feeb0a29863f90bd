import Model
import Testing

@Suite("Why an execution is not the same as one before")
struct CacheKeyChangesTests {
    private static let key = CacheKey(
        pipelineName: "birds",
        componentName: "comp-train",
        customKey: nil,
        image: "python:3.11",
        command: [
            "sh", "-c", "pip install a", "sh", "-ec", "write", "def train(): ...", "--function", "train",
        ],
        parameters: ["rate": 0.1, "epochs": 3],
        artifacts: ["data": ["sha256:aa"]],
        outputs: ["model": "system.Model@0.0.1"],
        volumes: ["disk"]
    )

    private static func phrases(_ change: (inout CacheKey) -> Void) -> [String] {
        var changed = key
        change(&changed)
        return CacheKeyChanges(from: key.json, to: changed.json).phrases
    }

    @Test("Equal keys have no differences")
    func equal() {
        #expect(Self.phrases { _ in } == [])
        #expect(Self.phrases { $0.pipelineName = "fish" } == [], "the scope is not part of the comparison")
    }

    @Test("An image is named with what it was and what it is")
    func image() {
        #expect(Self.phrases { $0.image = "python:3.12" } == [#"image: "python:3.11" → "python:3.12""#])
    }

    @Test("Of a Python component people learn what changed: the code, its packages or its arguments")
    func pythonComponent() {
        #expect(Self.phrases { $0.command[6] = "def train(): pass" } == ["the code changed"])
        #expect(Self.phrases { $0.command[2] = "pip install b" } == ["the packages to install changed"])
        #expect(
            Self.phrases { ($0.command[2], $0.command[6]) = ("x", "y") }
                == ["the code changed", "the packages to install changed"]
        )
        #expect(Self.phrases { $0.command[8] = "tune" } == [#"command: "train" → "tune""#])
        #expect(
            Self.phrases { ($0.command[6], $0.command[8]) = ("x", "y") } == [
                "the command has other arguments"
            ]
        )
        #expect(Self.phrases { $0.command.removeLast() } == ["the command has other arguments"])
    }

    @Test("Parameters are added, removed and changed by name, in the order of their names")
    func parameters() {
        #expect(
            Self.phrases { $0.parameters = ["epochs": 5, "seed": "x"] } == [
                "parameter epochs: 3 → 5", "parameter rate was removed (it was 0.1)",
                #"parameter seed was added ("x")"#,
            ]
        )
    }

    @Test("Long values are cut in the middle; where the cut hides the difference, only its place is told")
    func longValues() {
        let long = String(repeating: "x", count: 100)
        let before = CacheKeyChanges(
            from: ["parameters": ["p": .string("a" + long)]],
            to: ["parameters": ["p": .string("b" + long)]]
        )
        let cut = String(repeating: "x", count: 28)
        #expect(before.phrases == [#"parameter p: "a\#(cut)…\#(cut)" → "b\#(cut)…\#(cut)""#])
        let within = CacheKeyChanges(
            from: ["parameters": ["p": .string(long + "a" + long)]],
            to: ["parameters": ["p": .string(long + "b" + long)]]
        )
        #expect(within.phrases == ["parameter p changed"])
    }

    @Test("Of artifacts people learn whether the content changed or could not be compared")
    func artifacts() {
        #expect(
            Self.phrases { $0.artifacts["data"] = ["sha256:bb"] }
                == ["the content of input artifact data changed"]
        )
        #expect(
            Self.phrases { $0.artifacts["data"] = ["id:7"] }
                == ["input artifact data is another artifact, whose content could not be compared"]
        )
        #expect(
            Self.phrases { $0.artifacts["data"] = ["sha256:aa", "sha256:aa"] }
                == ["input artifact data has 2 entries, had 1"]
        )
        #expect(
            Self.phrases { $0.artifacts = ["more": ["id:1"]] }
                == ["input artifact data was removed", "input artifact more was added"]
        )
    }

    @Test("Outputs and volumes are named")
    func outputsAndVolumes() {
        #expect(
            Self.phrases { $0.outputs = ["model": "system.Artifact@0.0.1", "n": "NUMBER_INTEGER"] } == [
                #"type of output model: "system.Model@0.0.1" → "system.Artifact@0.0.1""#,
                "output n was added",
            ]
        )
        #expect(Self.phrases { $0.outputs = [:] } == ["output model was removed"])
        #expect(Self.phrases { $0.volumes = [] } == ["mounted volumes: disk → none"])
    }

    @Test("A key of the author's own stands for everything else")
    func customKey() {
        var own = Self.key
        own.customKey = "v1"
        var other = own
        other.customKey = "v2"
        other.image = "another"
        #expect(
            CacheKeyChanges(from: own.json, to: other.json).phrases == [
                #"the task's own cache key: "v1" → "v2""#
            ]
        )
        #expect(Self.phrases { $0.customKey = "v1" } == ["the task was given a cache key of its own"])
        #expect(
            CacheKeyChanges(from: own.json, to: Self.key.json).phrases
                == ["the task has no cache key of its own any more"]
        )
    }

    @Test(
        "Keys of another shape are compared as far as they go",
        arguments: [.null, 3, [], ["image": 3]] as [JSONValue]
    )
    func foreign(old: JSONValue) {
        let changes = CacheKeyChanges(from: old, to: Self.key.json)
        #expect(changes.phrases.contains("parameter rate was added (0.1)"))
    }
}
