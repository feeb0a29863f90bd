import Model
import ServerKit
import Testing

@testable import Services

@Suite("Pipeline packages")
struct PipelinePackageTests {
    @Test("The same content has the same name, whatever the formatting and the order of keys")
    func contentName() throws {
        let pretty = """
            # PIPELINE DEFINITION
            schemaVersion: 2.1.0
            root:
              dag:
                tasks:
                  work: {componentRef: {name: "work"}}
            pipelineInfo: &info
              name: 'test'
            components:
              work:
                executorLabel: exec-work
            deploymentSpec:
              executors:
                exec-work:
                  container: {image: test, command: ["true"]}
            """
        let compact = """
            {"pipelineInfo":{"name":"test"},"deploymentSpec":{"executors":{"exec-work":{"container":\
            {"command":["true"],"image":"test"}}}},"components":{"work":{"executorLabel":"exec-work"}},\
            "root":{"dag":{"tasks":{"work":{"componentRef":{"name":"work"}}}}},"schemaVersion":"2.1.0"}
            """
        let names = try [
            ("a.yaml", pretty), ("b.yaml", pretty.replacing("\n", with: "\r\n")), ("c.json", compact),
            ("d.yaml", compact), ("e.yaml", pretty + "\n---\n"),
        ].map { try PipelinePackage(file: Array($1.utf8), named: $0).specID }
        #expect(Set(names).count == 1)
        #expect(names[0].count == 64)
        let other = pretty.replacing("\"true\"", with: "\"false\"")
        #expect(try PipelinePackage(file: Array(other.utf8), named: "f.yaml").specID != names[0])
        let platform = pretty + "\n---\nplatforms: {}\n"
        #expect(try PipelinePackage(file: Array(platform.utf8), named: "g.yaml").specID != names[0])
    }

    @Test("A file over the limit is refused before it is read")
    func tooLarge() throws {
        let error = try #require(throws: PlatformError.self) {
            try PipelinePackage(
                file: Array(repeating: 0x20, count: Limits.uploadBytesMax + 1),
                named: "p.yaml"
            )
        }
        #expect(error.code == .tooLarge)
        #expect(error.message.contains("32 MiB"))
        let atLimit = try #require(throws: PlatformError.self) {
            try PipelinePackage(file: Array(repeating: 0x20, count: Limits.uploadBytesMax), named: "p.yaml")
        }
        #expect(atLimit.code == .invalidArgument)
    }

    @Test("Everything wrong with a spec is said at once, each with its place")
    func problems() throws {
        let text = "pipelineInfo: {name: UPPER}\nschemaVersion: 1.0.0\nroot: {dag: {tasks: 7}}\n"
        let error = try #require(throws: PlatformError.self) {
            try PipelinePackage(file: Array(text.utf8), named: "p.yaml")
        }
        for place in ["pipelineInfo.name", "schemaVersion", "root.dag.tasks"] {
            #expect(error.message.contains(place), "\(error.message)")
        }
    }
}
