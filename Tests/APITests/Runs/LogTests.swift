import HTTPTypes
import Model
import Pods
import ServerKit
import Testing

@Suite("Logs over HTTP", .timeLimit(.minutes(15)))
struct LogTests {
    private func path(_ name: PodName, _ query: String = "") -> String {
        "/runs/\(name.runID)/tasks/\(name.path)/log" + query
    }

    /// Waits until a pod's log was read a number of times.
    private func read(of name: PodName, _ times: Int, in world: APIWorld) async throws {
        try await eventually("\(times) reads of a log") {
            (world.server.world.pods[name]?.logReads ?? 0) >= times
        }
    }

    @Test("A log is plain text that no browser takes for a page, from an offset on")
    func plain() async throws {
        let world = try await APIWorld()
        let name = try await world.runningTask()
        world.server.world.write("one\ntwo\n", to: name)
        try await world.direct { client in
            let answer = try await client.send("GET", path(name))
            #expect(answer.text == "one\ntwo\n")
            #expect(answer.headers[.contentType] == "text/plain; charset=utf-8")
            #expect(answer.headers[.xContentTypeOptions] == "nosniff")
            #expect(try await client.send("GET", path(name, "?offset=4")).text == "two\n")
            #expect(try await client.send("GET", path(name, "?offset=99")).text == "")
            #expect(try await client.send("GET", path(name, "?offset=-1")).status == 400)
            #expect(try await client.send("GET", path(name, "?follow=maybe")).status == 400)
            #expect(try await client.send("GET", path(name, "?attempt=7")).status == 404)
            #expect(try await client.send("GET", path(name, "?attempt=0")).text == "one\ntwo\n")
        }
    }

    @Test("KFP's own place of a log knows tasks and pods by name")
    func nodes() async throws {
        let world = try await APIWorld()
        let name = try await world.runningTask()
        world.server.world.write("hello", to: name)
        try await world.direct { client in
            for node in ["work", "\(name.runID).work", "\(name.runID).work:0", "work:0"] {
                let answer = try await client.send(
                    "GET",
                    "/apis/v1alpha1/runs/\(name.runID)/nodes/\(node)/log"
                )
                #expect(answer.text == "hello", "\(node)")
            }
            let missing = try await client.send(
                "GET",
                "/apis/v1alpha1/runs/\(name.runID)/nodes/work:1/log"
            )
            #expect(missing.status == 404)
        }
    }

    @Test("A log that is followed is sent as it is written, and ends with the program")
    func following() async throws {
        let world = try await APIWorld()
        let name = try await world.runningTask()
        let pods = world.server.world
        pods.write("first ", to: name)
        try await world.live { client in
            async let answer = client.send("GET", path(name, "?follow=true"))
            try await read(of: name, 1, in: world)
            pods.write("second ", to: name)
            try await read(of: name, 3, in: world)
            pods.write("last", to: name)
            pods.finish(name)
            let text = try await answer.text
            #expect(text == "first second last")
        }
    }

    @Test("Following stays with the attempt it began with, however long its log is")
    func followingARetry() async throws {
        let world = try await APIWorld()
        let first = try await world.runningTask()
        let second = PodName(runID: first.runID, path: first.path, attempt: 1)
        world.server.world.write("a long first log ", to: first)
        try await world.live { client in
            async let answer = client.send("GET", path(first, "?follow=true"))
            try await read(of: first, 1, in: world)
            world.server.world.write("that ends", to: first)
            try await world.attempt(second)
            world.server.world.write("the second log", to: second)
            world.server.world.finish(first)
            world.server.world.finish(second)
            let text = try await answer.text
            #expect(text == "a long first log that ends")
        }
        // A connection on which a log was followed takes no other request.
        try await world.direct { client in
            let newest = try await client.send("GET", path(first))
            #expect(newest.text == "the second log")
        }
    }
}
