import HTTPTypes
import Model
import ServerKit
import Services
import TestKit
import Testing
import WebUI

@Suite("The pages of pipelines")
struct PipelinePageTests {
    /// A step, and a loop with a step in it.
    private static var spec: JSONValue {
        var builder = SpecBuilder()
        builder.container(
            "work",
            command: ["echo", "words"],
            inputs: ["text": "STRING"],
            outputs: ["size": "NUMBER_INTEGER"]
        )
        return builder.spec(
            tasks: ["work": SpecBuilder.task("work", parameters: ["text": SpecBuilder.input("text")])],
            root: [
                "inputDefinitions": [
                    "parameters": ["text": ["parameterType": "STRING", "defaultValue": "plain"]]
                ]
            ]
        )
    }

    private func upload(_ world: WebWorld, _ name: String = "train.json", _ fields: [String: String] = [:])
        async throws -> String
    {
        let answer = try await world.upload(Self.spec.jsonText, named: name, fields)
        #expect(answer.status == 303, "\(answer.text)")
        return try #require(answer.headers[.location])
    }

    @Test("A file becomes a pipeline that is called like it, and another one a version of it")
    func upload() async throws {
        let world = try await WebWorld()
        let place = try await upload(world)
        let page = try await world.get(place).text
        #expect(page.contains("<h1>train</h1>") && page.contains("1 pipeline created."))
        let pipeline = try await world.server.useCases.pipelines.get(named: "train")
        let second = try await upload(
            world,
            "x.json",
            ["pipeline": pipeline.id.text, "name": "second", "description": "of two"]
        )
        #expect(second.hasPrefix("/pipelines/\(pipeline.id)?version="))
        #expect(try await world.get(second).text.contains("of two"))
        let versions = try await world.get("/pipelines/\(pipeline.id)?tab=versions").text
        #expect(versions.contains(">second</a>") && versions.contains(">train</a>"))
        let list = try await world.get("/pipelines").text
        #expect(list.contains("of 2 versions") && list.contains(">train</a>"))
    }

    @Test("What is refused is shown again, with the reason and what was written")
    func refused() async throws {
        let world = try await WebWorld()
        let broken = try await world.upload("{", named: "a.json", ["name": "mine", "url": ""])
        #expect(broken.status == 422)
        #expect(broken.text.contains("a.json is not valid JSON") && broken.text.contains("value=\"mine\""))
        let nothing = try await world.upload("", named: "")
        #expect(nothing.text.contains("Choose a file, or give an address"))
        let both = try await world.upload(
            Self.spec.jsonText,
            named: "a.json",
            ["url": "https://a.test/b.yaml"]
        )
        #expect(both.text.contains("give one of them"))
        let host = try await world.upload("", named: "", ["url": "https://a.test/b.yaml"])
        #expect(host.status == 422 && host.text.contains("a.test"))
        _ = try await upload(world)
        let taken = try await world.upload(Self.spec.jsonText, named: "train.json")
        #expect(taken.status == 422 && taken.text.contains("There is a pipeline named"))
        #expect(try await world.server.useCases.pipelines.list(ListQuery()).items.count == 1)
    }

    @Test("A file that no page of ours sent is refused, and nothing is stored")
    func forgery() async throws {
        let world = try await WebWorld()
        let type: HTTPFields = [.contentType: "multipart/form-data; boundary=b"]
        #expect(try await world.post("/pipelines/new", "--b--", headers: type).status == 403)
    }

    @Test("A version is drawn without states, and each task tells what it does")
    func graph() async throws {
        let world = try await WebWorld()
        let place = try await upload(world).prefix { $0 != "?" }
        let page = try await world.get(String(place)).text
        #expect(page.contains("id=\"n-work\"") && !page.contains("Not reached"))
        let step = try await world.get("\(place)?task=work").text
        #expect(
            step.contains("echo\nwords") && step.contains("the pipeline&#39;s text")
                && step.contains("whole number")
        )
        #expect(try await world.get("\(place)?task=none").status == 404)
        #expect(try await world.get("\(place)?tab=details").text.contains("default: &quot;plain&quot;"))
        #expect(try await world.get("\(place)?tab=spec").text.contains("defaultValue"))
        #expect(try await world.get("\(place)?version=none").status == 404)
    }

    @Test("A list is searched, sorted and shown in pages, and each pipeline is on one of them")
    func list() async throws {
        let world = try await WebWorld()
        for number in 0..<60 {
            _ = try await world.server.useCases.pipelines.create(
                .init(name: "number \(number);"),
                package: nil
            )
        }
        let first = try await world.get("/pipelines?sort=name").text
        let next = try #require(first.firstMatch(of: /href="([^"]*page=[^"]*)" rel="next"/)?.output.1)
        let second = try await world.get(String(next).replacing("&amp;", with: "&")).text
        for number in 0..<60 {
            #expect(
                first.contains(">number \(number);<") != second.contains(">number \(number);<"),
                "\(number)"
            )
        }
        let found = try await world.get("/pipelines?q=number+17").text
        #expect(found.contains("number 17;") && !found.contains("number 18;"))
        #expect(try await world.get("/pipelines?q=gamma").text.contains("No pipeline fits"))
        #expect(try await world.get("/pipelines?sort=size").status == 400)
    }

    @Test("Deleting a version or a pipeline asks first; the page of what is gone is not returned to")
    func delete() async throws {
        let world = try await WebWorld()
        let place = String(try await upload(world).prefix { $0 != "?" })
        let pipeline = try await world.server.useCases.pipelines.get(named: "train")
        let versions = try await world.server.useCases.pipelines.versions(of: pipeline.id, ListQuery()).page
            .items
        let version = try #require(versions.first)
        let question = try await world.post(
            "/pipelines/versions/actions",
            "action=delete&version=\(version.id)"
        )
        #expect(
            question.text.contains("Delete 1 version?")
                && question.text.contains("action=\"/pipelines/versions/actions\"")
        )
        _ = try await world.post(
            "/pipelines/versions/actions",
            "action=delete&version=\(version.id)&confirmed=yes"
        )
        #expect(try await world.get(place).text.contains("no versions yet"))
        let gone = try await world.post(
            "/pipelines/actions",
            "action=delete&pipeline=\(pipeline.id)&confirmed=yes&back=\(place)?tab=spec"
        )
        #expect(gone.headers[.location] == "/pipelines?done=delete&count=1&of=pipeline")
        #expect(try await world.get(place).status == 404)
        #expect(try await world.post("/pipelines/actions", "action=archive&pipeline=x").status == 400)
    }
}
