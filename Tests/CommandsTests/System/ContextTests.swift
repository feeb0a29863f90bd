import Model
import Testing

@testable import Commands

@Suite("Contexts")
struct ContextTests {
    @Test("The first context is used at once, a later one when it is asked for, and none after it is deleted")
    func current() throws {
        var file = ContextFile()
        try file.set("lab", endpoint: "http://lab")
        try file.set("home", endpoint: "http://home")
        #expect(file.currentEndpoint == "http://lab")
        try file.use("home")
        #expect(file.currentEndpoint == "http://home")
        try file.remove("home")
        #expect(file.currentEndpoint == nil)
        #expect(file.endpoints == ["lab": "http://lab"])
    }

    @Test(
        "What is written reads the same, whatever the names look like",
        arguments: ["a", "1", "true", "日本.x-_"]
    )
    func roundTrip(name: String) throws {
        var file = ContextFile()
        try file.set(name, endpoint: "http://host:1")
        let text = try OutputFormat.yaml.render(file.json) { "" }
        #expect(try ContextFile(text: text, path: "p") == file)
        #expect(try ContextFile(text: "", path: "p") == ContextFile())
    }

    @Test(
        "A file that is not one of contexts is refused with its name",
        arguments: [
            "- a", "text", "contexts: {a: {}}", "contexts: {a: {endpoint: 1}}", "current: a", "user: me",
            "contexts: {a: {endpoint: x, token: y}}", "a: [",
        ]
    )
    func broken(text: String) throws {
        let error = #expect(throws: PlatformError.self) { _ = try ContextFile(text: text, path: "c.yaml") }
        #expect(error?.message.hasPrefix("c.yaml") == true)
    }

    @Test("A name that is not there is answered with those that are")
    func unknown() throws {
        var file = ContextFile()
        try file.set("lab", endpoint: "http://lab")
        let error = #expect(throws: PlatformError.self) { try file.use("lap") }
        #expect(error?.message.contains("there are lab") == true)
        #expect(throws: PlatformError.self) { try file.set("a b", endpoint: "http://lab") }
        #expect(throws: PlatformError.self) { try file.set("", endpoint: "http://lab") }
    }

    @Test("The file is where MARTLET_CONFIG says, or else in the folder for settings")
    func place() {
        #expect(ContextFile.path(environment: ["HOME": "/h"]) == "/h/.config/martlet/config.yaml")
        let settings = ["HOME": "/h", "XDG_CONFIG_HOME": "/x"]
        #expect(ContextFile.path(environment: settings) == "/x/martlet/config.yaml")
        #expect(ContextFile.path(environment: settings.merging(["MARTLET_CONFIG": "/c"]) { $1 }) == "/c")
    }
}
