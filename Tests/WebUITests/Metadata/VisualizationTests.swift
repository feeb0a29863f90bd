import Model
import Testing
import WebUI

@Suite("What components of KFP 1.x ask pages to show")
struct VisualizationTests {
    private func kinds(_ outputs: String) throws -> [Visualization.Kind] {
        try Visualization.all(in: "{\"outputs\": [\(outputs)]}".utf8).map(\.kind)
    }

    private func refusal(_ output: String) throws -> String {
        guard case .notShown(let why)? = try kinds(output).first else { return "" }
        return why
    }

    @Test("Each type is read with what it needs")
    func types() throws {
        let found = try kinds(
            """
            {"type": "confusion_matrix", "source": "x", "labels": ["a", 1],
             "schema": [{"name": "target"}, {"name": "guess"}, {"name": "count"}]},
            {"type": "roc", "source": "x", "schema": [{"name": "tpr"}, {"name": "thresholds"}, {"name": "fpr"}]},
            {"type": "table", "source": "x", "format": "csv", "header": ["n"]},
            {"type": "markdown", "source": "x"}, {"type": "web-app", "source": "x"}
            """
        )
        #expect(
            found == [
                .confusionMatrix(labels: ["a", "1"], axes: ["target", "guess"]),
                .rocCurve(falsePositives: 2, truePositives: 0, threshold: 1), .table(heads: ["n"]), .markdown,
                .webApp,
            ]
        )
    }

    @Test("The content is in the file or at a place")
    func sources() throws {
        let found = try Visualization.all(
            in:
                "{\"outputs\": [{\"type\": \"markdown\", \"storage\": \"inline\", \"source\": \"a\"}, {\"type\": \"markdown\", \"storage\": \"gcs\", \"source\": \"gs://b\"}]}"
                .utf8
        )
        #expect(found.map(\.source) == [.inline("a"), .place("gs://b")])
    }

    @Test(
        "What cannot be shown says why",
        arguments: [
            ("{\"type\": \"tensorboard\", \"source\": \"gs://a/b\"}", "tensorboard --logdir gs://a/b"),
            ("{\"type\": \"hologram\", \"source\": \"x\"}", "no view for 'hologram'"),
            ("{\"type\": \"markdown\"}", "source: expected a text"), ("7", "source: expected a text"),
            ("{\"type\": \"confusion_matrix\", \"source\": \"x\"}", "labels: expected"),
            ("{\"type\": \"roc\", \"source\": \"x\", \"schema\": [{\"name\": \"fpr\"}]}", "found [\"fpr\"]"),
            ("{\"type\": \"table\", \"source\": \"x\", \"format\": \"xls\"}", "expected csv, found xls"),
        ]
    )
    func notShown(output: String, words: String) throws {
        let why = try refusal(output)
        #expect(why.contains(words), "\(why)")
    }

    @Test("A file of another kind is refused", arguments: ["", "[]", "{}", "{\"outputs\": 7}", "nonsense"])
    func otherFiles(text: String) {
        #expect(throws: PlatformError.self) { try Visualization.all(in: text.utf8) }
        #expect(throws: PlatformError.self) { try MeasuredFile.scalars(in: text.utf8) }
    }

    @Test("Files are known by their names, whatever stands between the words")
    func names() {
        #expect(Visualization.isFile(named: "mlpipeline_ui_metadata"))
        #expect(Visualization.isFile(named: "MLPipeline UI Metadata"))
        #expect(MeasuredFile.isFile(named: "mlpipeline-metrics"))
        #expect(
            !Visualization.isFile(named: "metadata") && !MeasuredFile.isFile(named: "mlpipeline-ui-metadata")
        )
    }

    @Test("Numbers are read with their names; a share is told in percent")
    func metrics() throws {
        let text = """
            {"metrics": [{"name": "accuracy-score", "numberValue": 0.9125, "format": "PERCENTAGE"},
             {"name": "rows", "numberValue": 80, "format": "RAW"}, {"name": "bad", "numberValue": "x"}, 7]}
            """
        let scalars = try MeasuredFile.scalars(in: text.utf8)
        #expect(
            scalars.map(\.name) == ["accuracy-score", "rows"] && scalars.map(\.isShare) == [true, false]
        )
        #expect(
            percentText(0.9125) == "91.3 %" && percentText(-0.0042) == "-0.4 %" && percentText(1) == "100.0 %"
        )
    }
}
