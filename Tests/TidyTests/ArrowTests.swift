import Testing

@Suite("Import arrows")
struct ArrowTests {
    @Test("Every folder of Sources has its place in the house, and every place its folder")
    func complete() throws {
        let folders = Set(try SourceFile.folders())
        #expect(folders == Set(House.rooms.map(\.name)).union(House.foreign))
    }

    @Test("The table's arrows point downwards, or sideways only from Engine to PipelineIR")
    func downwards() {
        let rows = Dictionary(uniqueKeysWithValues: House.rooms.map { ($0.name, $0.row) })
        for room in House.rooms {
            for below in room.ours where (rows[below] ?? .max) >= room.row {
                #expect(
                    room.name == "Engine" && below == "PipelineIR",
                    "\(room.name) may not import \(below)"
                )
            }
        }
    }

    @Test("A file imports only what its target's place allows", arguments: House.rooms.map(\.name))
    func imports(of name: String) throws {
        let room = try #require(House.rooms.first { $0.name == name })
        let allowed = room.ours.union(room.packages).union(House.toolchain(for: room))
        for file in try SourceFile.all(in: "Sources") where file.room == name {
            let imports = try file.imports()
            // Where Foundation comes whole, outside of Linux, it stands in for its essentials.
            let standsIn = imports.contains { $0.module == "FoundationEssentials" }
            for (number, module) in imports where !(standsIn && module == "Foundation") {
                #expect(allowed.contains(module), "\(file.path):\(number): \(name) may not import \(module)")
            }
        }
    }
}
