import Model
import Testing
import WebUI

@Suite("What artifacts measure")
struct EvaluationTests {
    private func artifact(_ type: String, _ metadata: [String: JSONValue]) -> Artifact {
        Artifact(
            id: ArtifactID("a"),
            name: "a",
            schemaTitle: type,
            schemaVersion: "0.0.1",
            uri: "/a",
            metadata: metadata,
            createdAt: Instant(milliseconds: 0)
        )
    }

    private func reading(_ threshold: Double, _ recall: Double, _ rate: Double) -> JSONValue {
        [
            "confidenceThreshold": .number(threshold), "recall": .number(recall),
            "falsePositiveRate": .number(rate),
        ]
    }

    @Test("The area under a curve is a half for chance and one for what is always right")
    func area() throws {
        let chance = try #require(RocCurve([reading(0.5, 0.5, 0.5)]))
        #expect(abs(chance.area - 0.5) < 1e-9)
        let right = try #require(RocCurve([reading(0.5, 1, 0)]))
        #expect(abs(right.area - 1) < 1e-9)
    }

    @Test("Readings are in order, and those that cannot be are left out")
    func readings() throws {
        let curve = try #require(
            RocCurve([
                reading(0.1, 1, 1), reading(0.9, 0.2, 0), reading(0.5, 7, 0.5), "nonsense", ["recall": 0.5],
            ])
        )
        #expect(curve.points.map(\.threshold) == [0.9, 0.1])
        #expect(RocCurve([]) == nil && RocCurve("nonsense") == nil && RocCurve([["recall": "a"]]) == nil)
    }

    @Test("A curve of very many readings keeps its ends and as many as can be seen")
    func many() throws {
        let curve = try #require(
            RocCurve(.array((0...100_000).map { reading(0.5, Double($0) / 100_000, Double($0) / 100_000) }))
        )
        #expect(curve.points.count <= 402)
        #expect(curve.points.first?.falsePositives == 0 && curve.points.last?.falsePositives == 1)
    }

    @Test(
        "A matrix is one only with as many rows and columns as categories",
        arguments: [
            ("[{\"row\":[1,2]},{\"row\":[3,4]}]", true), ("[[1,2],[3,4]]", true),
            ("[{\"row\":[1,2]}]", false),
            ("[{\"row\":[1]},{\"row\":[3,4]}]", false), ("[{\"row\":[1,\"a\"]},{\"row\":[3,4]}]", false),
            ("7", false),
        ]
    )
    func matrix(rows: String, isOne: Bool) throws {
        let matrix = ConfusionMatrix([
            "annotationSpecs": [["displayName": "a"], ["displayName": "b"]],
            "rows": try JSONValue(json: rows),
        ])
        #expect((matrix != nil) == isOne)
        if let matrix { #expect(matrix.accuracy == 0.5) }
    }

    @Test("Numbers count only in artifacts that are measurements")
    func scalars() {
        #expect(
            Evaluation(artifact("system.Metrics", ["b": 2, "a": 0.5, "display_name": "x"])).scalars.map(
                \.name
            ) == ["a", "b"]
        )
        #expect(Evaluation(artifact("system.Model", ["a": 1])).isEmpty)
        #expect(
            Evaluation(
                artifact("system.ClassificationMetrics", ["confidenceMetrics": "x", "confusionMatrix": [1]])
            ).isEmpty
        )
    }

    @Test("Slices are told apart by name, and what has no curve and no matrix is no slice")
    func slices() {
        let slices: JSONValue = [
            ["slice": "old", "sliceClassificationMetrics": ["confidenceMetrics": [reading(0.5, 0.7, 0.2)]]],
            ["slice": "empty", "sliceClassificationMetrics": [:]], ["slice": 3], 4,
        ]
        #expect(
            Evaluation(artifact("system.SlicedClassificationMetrics", ["evaluationSlices": slices])).slices
                .map(\.name) == ["old"]
        )
    }

    @Test(
        "Numbers read as people write them",
        arguments: [
            (3.0, "3"), (0.123456789, "0.123457"), (12.34567, "12.3457"), (1e-9, "1e-09"),
            (1234.5678, "1234.57"), (2.5e20, "2.5e+20"),
        ]
    )
    func numbers(value: Double, text: String) {
        #expect(numberText(value) == text)
    }

    @Test(
        "Values between separators are read as spreadsheets write them",
        arguments: [
            ("a,b\n1,2\n", [["a", "b"], ["1", "2"]]), ("a,b\r\n1,2", [["a", "b"], ["1", "2"]]),
            ("\"a,\nb\",\"c\"\"d\"\n", [["a,\nb", "c\"d"]]), ("a,\n,b\n", [["a", ""], ["", "b"]]),
            ("\"open,1\n", [["open,1\n"]]), ("", []),
        ]
    )
    func delimited(text: String, rows: [[String]]) {
        #expect(DelimitedText(text, separator: UInt8(ascii: ","), isWhole: true, rowsMax: 10).rows == rows)
    }

    @Test(
        "What stands between values is what makes rows as long as their heads; the name decides where nothing tells",
        arguments: [
            ("name,place\nAnna,Bern\n", ","), ("name;rate\nAnna;1,5\nBert;2,25\n", ";"),
            ("name\trate\nAnna\t1,5\n", "\t"), ("name|rate\r\nAnna|1,5\r\n", "|"),
            // Semicolons in a column, in quotes, or in every row but the heads are no separators.
            ("name,tags\nAnna,a;b\nBert,c;d\n", ","), ("\"a;b\",c\n\"d;e\",f\n", ","),
            ("name\na;b\nc;d\n", ","), ("a,b;c\n1,2;3\n", ","),
            // A row that is too short does not make a file another one.
            ("a,b,c\n1,2\n3,4,5\n", ","), ("\u{FEFF}a;b\n\n1;2\n", ";"), ("one column\nwords\n", ","),
            ("", ","), ("a;b", ";"),
        ] as [(String, Unicode.Scalar)]
    )
    func separator(text: String, separator: Unicode.Scalar) {
        let found = DelimitedText.separator(of: text, named: UInt8(ascii: ","), isWhole: true)
        #expect(found == UInt8(ascii: separator))
    }

    @Test("A row that is cut off does not count for what stands between values")
    func separatorOfBeginning() {
        let text = "a;b\n1;2\n3,4,5"
        let (comma, tab) = (UInt8(ascii: ","), UInt8(ascii: "\t"))
        #expect(DelimitedText.separator(of: text, named: comma, isWhole: false) == UInt8(ascii: ";"))
        #expect(DelimitedText.separator(of: "a\tb,c\n1\t2,3\n", named: tab, isWhole: true) == tab)
    }

    @Test("The mark that spreadsheets put in front is no part of the first value")
    func mark() {
        let text = DelimitedText("\u{FEFF}a,b\n1,2", separator: UInt8(ascii: ","), isWhole: true, rowsMax: 10)
        #expect(text.rows == [["a", "b"], ["1", "2"]])
    }

    @Test("Of the beginning of a table only whole rows are shown")
    func cut() {
        let text = DelimitedText("a,b\n1,2\n3,", separator: UInt8(ascii: ","), isWhole: false, rowsMax: 10)
        #expect(text.rows.count == 2 && text.isCut)
        let short = DelimitedText("a\nb\nc\n", separator: UInt8(ascii: ","), isWhole: true, rowsMax: 2)
        #expect(short.rows == [["a"], ["b"]] && short.isCut)
    }
}
