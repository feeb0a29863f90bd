import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Asks a server the same question over some connections for a while, and prints one line of JSON: how many answers
/// there were, how many of them were no success, and the 50th, 99th and 100th percentile of their times in
/// milliseconds. `make bench` runs it.
///
/// Usage: `load-bench METHOD URL CONNECTIONS SECONDS [PER_SECOND [BODY]]`
///
/// With `PER_SECOND` 0 each connection asks again as soon as it has its answer. Otherwise questions are due at even
/// times, and an answer's time counts from when its question was due: a server that stalls is not asked less.
@main
struct LoadBench {
    let request: HTTPClientRequest
    let connections: Int
    let duration: Duration
    let perSecond: Double

    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        guard arguments.count >= 4, let connections = Int(arguments[2]), let seconds = Double(arguments[3])
        else {
            throw Misuse.expected("METHOD URL CONNECTIONS SECONDS [PER_SECOND [BODY]]")
        }
        var request = HTTPClientRequest(url: arguments[1])
        request.method = HTTPMethod(rawValue: arguments[0])
        if arguments.count > 5 {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(string: arguments[5]))
        }
        let bench = LoadBench(
            request: request,
            connections: connections,
            duration: .seconds(seconds),
            perSecond: arguments.count > 4 ? Double(arguments[4]) ?? 0 : 0
        )
        let report = try await bench.run()
        print(String(decoding: try JSONEncoder().encode(report), as: UTF8.self))
    }

    private enum Misuse: Error {
        case expected(String)
    }

    private struct Report: Encodable {
        var count: Int
        var failures: Int
        var p50: Double
        var p99: Double
        var max: Double
    }

    private struct Answers: Sendable {
        var times: [Duration] = []
        var failures = 0
    }

    private func run() async throws -> Report {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
        configuration.proxy = nil
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        // The connections are made, and the server has its caches, before the clock runs.
        _ = try await ask(client, for: .milliseconds(300), perSecond: 0)
        let answers = try await ask(client, for: duration, perSecond: perSecond)
        try await client.shutdown()
        let times = answers.times.sorted()
        func percentile(_ share: Double) -> Double {
            guard !times.isEmpty else { return .nan }
            return times[Swift.min(times.count - 1, Int(share * Double(times.count)))] / .milliseconds(1)
        }
        return Report(
            count: times.count,
            failures: answers.failures,
            p50: percentile(0.5),
            p99: percentile(0.99),
            max: percentile(1)
        )
    }

    private func ask(_ client: HTTPClient, for duration: Duration, perSecond: Double) async throws -> Answers
    {
        let start = ContinuousClock.now
        return try await withThrowingTaskGroup(of: Answers.self) { group in
            for lane in 0..<connections {
                group.addTask {
                    try await self.lane(lane, client, from: start, for: duration, perSecond: perSecond)
                }
            }
            return try await group.reduce(into: Answers()) { all, part in
                all.times += part.times
                all.failures += part.failures
            }
        }
    }

    private func lane(
        _ lane: Int,
        _ client: HTTPClient,
        from start: ContinuousClock.Instant,
        for duration: Duration,
        perSecond: Double
    ) async throws -> Answers {
        var answers = Answers()
        for turn in 0... {
            var due = ContinuousClock.now
            if perSecond > 0 {
                due = start + .seconds(Double(turn * connections + lane) / perSecond)
                try await Task.sleep(until: due)
            }
            guard due < start + duration else { break }
            let response = try await client.execute(request, timeout: .seconds(60))
            _ = try await response.body.collect(upTo: 64 << 20)
            answers.times.append(due.duration(to: .now))
            if response.status != .ok { answers.failures += 1 }
        }
        return answers
    }
}
