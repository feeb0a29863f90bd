import Model
import PipelineIR
import Testing

@Suite("The executor input")
struct ExecutorInputTests {
    @Test("The JSON has the shape of KFP's ExecutorInput")
    func shape() throws {
        let input = ExecutorInput(
            parameters: ["x": 1, "s": "text"],
            inputArtifacts: [
                "ds": [artifact("ds", id: "123", metadata: ["rows": 10, "ok": true])], "empty": [],
            ],
            outputFiles: ["Output": "/out/Output"],
            outputArtifacts: ["model": artifact("m", id: "ignored")],
            executorOutputFile: "/out/executor_output.json"
        )
        let expected = """
            {"inputs": {
               "parameterValues": {"x": 1, "s": "text"},
               "artifacts": {
                 "ds": {"artifacts": [{
                   "name": "123", "type": {"schemaTitle": "system.Dataset", "schemaVersion": "0.0.1"},
                   "uri": "/store/ds", "metadata": {"rows": 10, "ok": true}}]},
                 "empty": {"artifacts": []}}},
             "outputs": {
               "parameters": {"Output": {"outputFile": "/out/Output"}},
               "artifacts": {"model": {"artifacts": [{
                 "name": "model", "type": {"schemaTitle": "system.Dataset", "schemaVersion": "0.0.1"},
                 "uri": "/store/m"}]}},
               "outputFile": "/out/executor_output.json"}}
            """
        #expect(try input.json == JSONValue(json: expected))
    }

    @Test("What is empty is left out, except for the file that takes what a program returns")
    func empty() {
        let input = ExecutorInput(
            parameters: [:],
            inputArtifacts: [:],
            outputFiles: [:],
            outputArtifacts: [:],
            executorOutputFile: "/o"
        )
        #expect(input.json == ["outputs": ["outputFile": "/o"]])
    }
}
