import Model
import Store
import Testing

@Suite("Leases on runs")
struct LeaseTests {
    private static let now = Instant(milliseconds: 1_000_000)
    private static let later = now + .seconds(30)

    @Test("Free runs are claimed oldest first, and never twice by one owner", arguments: Backend.allCases)
    func oldestFirst(backend: Backend) async throws {
        try await withRuns(4, backend) { database in
            let claims = try await database.write { store throws in
                try (1...3).map { _ in
                    try store.claimRuns(owner: "a", now: Self.now, until: Self.later, limit: 3).map(\.text)
                }
            }
            #expect(claims == [["r3", "r2", "r1"], ["r0"], []])
        }
    }

    @Test("Runs that ended are not claimed; a run that is to be stopped is", arguments: Backend.allCases)
    func onlyLiveRuns(backend: Backend) async throws {
        try await backend.withDatabase { database in
            let claimed = try await database.write { store throws in
                for state in RuntimeState.allCases {
                    var run = Samples.run(state.rawValue)
                    run.state = state
                    try store.insertRun(run, specID: "s")
                }
                return try store.claimRuns(owner: "a", now: Self.now, until: Self.later, limit: 99)
            }
            #expect(Set(claimed.map(\.text)) == ["PENDING", "RUNNING", "CANCELING", "PAUSED"])
        }
    }

    @Test(
        "Owners who claim at the same time share the runs and never hold one together",
        arguments: Backend.allCases
    )
    func neverTwoOwners(backend: Backend) async throws {
        try await withRuns(60, backend) { database in
            let claims = try await withThrowingTaskGroup(of: [RunID].self) { group in
                for owner in ["a", "b"] {
                    for _ in 1...10 {
                        group.addTask {
                            try await database.write {
                                try $0.claimRuns(owner: owner, now: Self.now, until: Self.later, limit: 4)
                            }
                        }
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(claims.count == 60)
            #expect(Set(claims).count == 60)
        }
    }

    @Test(
        "A lease that expired can be claimed by anybody, one that was renewed cannot",
        arguments: Backend.allCases
    )
    func expiry(backend: Backend) async throws {
        try await withRuns(1, backend) { database in
            try await database.write { store throws in
                let run = RunID("r0")
                func claim(_ owner: String, at now: Instant) throws -> [RunID] {
                    try store.claimRuns(owner: owner, now: now, until: now + .seconds(30), limit: 9)
                }
                #expect(try claim("a", at: Self.now) == [run])
                #expect(try claim("b", at: Self.now + .seconds(29)) == [])
                try store.renewLeases(owner: "a", until: Self.now + .seconds(60))
                #expect(try claim("b", at: Self.now + .seconds(59)) == [])
                #expect(try claim("b", at: Self.now + .seconds(60)) == [run])
                try store.renewLeases(owner: "a", until: Self.now + .seconds(600))
                #expect(try claim("a", at: Self.now + .seconds(89)) == [], "a lost it and cannot prolong it")
                #expect(try claim("b", at: Self.now + .seconds(90)) == [run], "its own lease expired, too")
            }
        }
    }

    @Test("Only the owner can give a run back, one by one or all", arguments: Backend.allCases)
    func release(backend: Backend) async throws {
        try await withRuns(3, backend) { database in
            try await database.write { store throws in
                func claim(_ owner: String) throws -> [String] {
                    try store.claimRuns(owner: owner, now: Self.now, until: Self.later, limit: 9).map(\.text)
                }
                #expect(try claim("a").count == 3)
                try store.releaseLease(RunID("r1"), owner: "b")
                #expect(try claim("b") == [])
                try store.releaseLease(RunID("r1"), owner: "a")
                #expect(try claim("b") == ["r1"])
                try store.releaseLeases(ofServer: "a")
                #expect(try claim("b") == ["r2", "r0"])
            }
        }
    }

    @Test(
        "A server gives back what it held in all its lives, and nothing of others",
        arguments: Backend.allCases
    )
    func lives(backend: Backend) async throws {
        try await withRuns(4, backend) { database in
            try await database.write { store throws in
                func claim(_ owner: String) throws -> [String] {
                    try store.claimRuns(owner: owner, now: Self.now, until: Self.later, limit: 1).map(\.text)
                }
                let owners = [
                    leaseOwner("a", life: "1"), leaseOwner("a", life: "2"), "a", leaseOwner("ab", life: "1"),
                ]
                for (owner, run) in zip(owners, ["r3", "r2", "r1", "r0"]) {
                    #expect(try claim(owner) == [run])
                }
                #expect(try store.leasedRuns(owner: owners[1]) == [RunID("r2")])
                try store.releaseLeases(ofServer: "a")
                #expect(try store.query("SELECT run_id FROM run_leases", []) == [[.text("r0")]])
            }
        }
    }

    @Test("An owner is told whether it holds a run, lost it, or it is gone", arguments: Backend.allCases)
    func holds(backend: Backend) async throws {
        try await withRuns(2, backend) { database in
            try await database.write { store throws in
                let (run, other) = (RunID("r1"), RunID("r0"))
                func hold(_ owner: String) throws -> LeaseHold { try store.hold(on: run, owner: owner) }
                #expect(try hold("a") == .lost)
                _ = try store.claimRuns(owner: "a", now: Self.now, until: Self.later, limit: 1)
                #expect(try hold("a") == .held)
                #expect(try hold("b") == .lost)
                _ = try store.claimRuns(owner: "b", now: Self.later, until: Self.later, limit: 1)
                #expect(try hold("a") == .lost)
                let requests = try store.requests(to: [run, other, RunID("gone")], owner: "b")
                #expect(requests.lost == [other])
                #expect(requests.deleted == [RunID("gone")])
                #expect(try store.deleteRun(run, at: Self.now))
                #expect(try hold("b") == .deleted)
            }
        }
    }

    /// Runs r0, r1, …, each older than the one before.
    private func withRuns(
        _ count: Int,
        _ backend: Backend,
        _ body: (any Database) async throws -> Void
    ) async throws {
        try await backend.withDatabase { database in
            try await database.write { store throws in
                for index in 0..<count {
                    try store.insertRun(Samples.run("r\(index)", at: Int64(-index)), specID: "s")
                }
            }
            try await body(database)
        }
    }
}
