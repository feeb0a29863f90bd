import Foundation
import Model
import Testing

@testable import Services

@Suite("Pipeline archives")
struct PipelineArchiveTests {
    /// `a.txt` and `pipeline.yaml`, made with Python's zipfile.
    private static let zip = bytes(
        """
        UEsDBBQAAAAIAAAAIVAfKKpnBAAAAAIAAAAFAAAAYS50eHTLywcAUEsDBBQAAAAIAAAAIVCdYnuLGgAAABgAAAANAAAAcGlwZWxpbmUueW\
        FtbCvILEjNycxL9cxLy7dSqM5LzE21Uqio5QIAUEsBAhQDFAAAAAgAAAAhUB8oqmcEAAAAAgAAAAUAAAAAAAAAAAAAAIABAAAAAGEudHh0\
        UEsBAhQDFAAAAAgAAAAhUJ1ie4saAAAAGAAAAA0AAAAAAAAAAAAAAIABJwAAAHBpcGVsaW5lLnlhbWxQSwUGAAAAAAIAAgBuAAAAbAAAAA\
        AA
        """
    )
    /// The same, made with Python's tarfile.
    private static let tar = bytes(
        """
        H4sIAPuMAWsC/+3TQQqDMBCF4Vn3FDmBRA0RvEGPkUUEQaO0KSjSuze6st3XUvy/zRtmM4vhuSxOUb5LJ9aYLZPPTIrdvO5tlVtRWg7wuE\
        d3SyflnMIgOLGxHX3XBp/Nru9+1f9Sv/c/16ao6P+R/7+GZqjVElzvazU9LzQDAAAAAAAAAAAAAADgP7wA4+2DzwAoAAA=
        """
    )

    @Test("The file pipeline.yaml is taken, wherever it stands", arguments: [zip, tar])
    func found(archive: [UInt8]) throws {
        let found = try #require(try PipelineArchive.pipeline(in: archive, named: "p"))
        #expect(found.name == "pipeline.yaml")
        #expect(String(decoding: found.bytes, as: UTF8.self) == "pipelineInfo: {name: x}\n")
    }

    @Test("What is no archive is left alone, also when it begins with the letters PK")
    func plain() throws {
        for text in ["PK: 1\n", "pipelineInfo: {}", ""] {
            #expect(try PipelineArchive.pipeline(in: Array(text.utf8), named: "p") == nil)
        }
    }

    @Test("A damaged archive is refused or read right, wherever the damage is", arguments: [zip, tar])
    func damaged(archive: [UInt8]) throws {
        for place in archive.indices {
            for wrong in [archive[place] ^ 0xFF, 0, 0xFF] {
                var broken = archive
                broken[place] = wrong
                attempt(broken)
            }
            attempt(Array(archive[..<place]))
        }
    }

    private func attempt(_ archive: [UInt8]) {
        do {
            guard let found = try PipelineArchive.pipeline(in: archive, named: "p") else { return }
            // A damaged name may make another file the first one; content is guarded by checksums.
            #expect(
                ["no", "pipelineInfo: {name: x}\n"].contains(String(decoding: found.bytes, as: UTF8.self))
            )
        } catch let error as PlatformError {
            #expect([.invalidArgument, .tooLarge].contains(error.code), "\(error)")
            #expect(error.message.hasPrefix("p: "), "\(error)")
        } catch {
            Issue.record("not for people: \(error)")
        }
    }

    private static func bytes(_ text: String) -> [UInt8] { Array(Data(base64Encoded: text) ?? Data()) }
}
