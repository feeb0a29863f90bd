import Foundation
import Model
import Services
import TestKit
import Testing
import WebUI

@Suite("Pipelines as YAML")
struct SpecTextTests {
    /// The text of markup.
    private func plain(_ html: HTML) throws -> String {
        html.text.replacing(try Regex("<[^>]*>"), with: "")
            .replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
            .replacing("&#39;", with: "'").replacing("&amp;", with: "&")
    }

    @Test(
        "What is shown of a compiled pipeline reads back as the same pipeline",
        arguments: ["values", "flow", "containers"]
    )
    func compiled(name: String) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "PipelineIRTests/Specs")
        let spec = try JSONValue(json: [UInt8](Data(contentsOf: folder.appending(path: "\(name).json"))))
        let text = try plain(SpecText.html(PipelineSpecDocument(pipelineSpec: spec)))
        #expect(try PipelinePackage(file: Array(text.utf8), named: name).document.pipelineSpec == spec)
    }

    @Test(
        "Texts that YAML could take for something else are quoted or stand as blocks",
        arguments: [
            "", "true", "No", "1.5", "- a", "a: b", "# x", " lead", "trail ", "tab\tin", "two\nlines",
            "two\nlines\n\n", "\nfirst",
            "  indented\nblock", "bell\u{7}", "'quoted'", "{a}", "*x", "größe", "line\r\nend", "~",
            "<b>&amp;</b>",
        ]
    )
    func awkward(text: String) throws {
        let value: JSONValue = ["a": .string(text), "b": [.string(text)], "c": [["d": .string(text)]]]
        let input: JSONValue = ["parameterType": "STRUCT", "defaultValue": value]
        var builder = SpecBuilder()
        builder.container("work")
        let spec = builder.spec(
            tasks: ["work": SpecBuilder.task("work")],
            root: ["inputDefinitions": ["parameters": ["x": input]]]
        )
        let shown = try plain(SpecText.html(PipelineSpecDocument(pipelineSpec: spec)))
        #expect(try PipelinePackage(file: Array(shown.utf8), named: "p").document.pipelineSpec == spec)
    }
}
