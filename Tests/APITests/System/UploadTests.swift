import HTTPTypes
import Model
import ServerKit
import TestKit
import Testing
import Wire

@testable import API

@Suite("Uploads")
struct UploadTests {
    private func find(_ body: String, boundary: String = "b") throws -> MultipartFile {
        try MultipartFile.find(
            "uploadfile",
            in: Array(body.utf8),
            contentType: "multipart/form-data; boundary=\(boundary)"
        )
    }

    private func form(_ disposition: String, _ content: String = "x", boundary: String = "b") -> String {
        "--\(boundary)\r\nContent-Disposition: form-data; "
            + "\(disposition)\r\n\r\n\(content)\r\n--\(boundary)--\r\n"
    }

    @Test("An upload makes a pipeline and a version, named by the query or else by the file")
    func upload() async throws {
        let world = try await APIWorld()
        try await world.direct { client in
            let named = try await client.upload(
                "/pipelines/upload?name=one&display_name=One&description=d&tags=%7B%22a%22%3A%22b%22%7D",
                Specs.single.jsonText
            )
            #expect(named.status == 200, "\(named.text)")
            #expect(named.json["name"] == "one")
            #expect(named.json["display_name"] == "One")
            #expect(named.json["tags"] == ["a": "b"])
            let byFile = try await client.upload("/pipelines/upload", Specs.single.jsonText)
            #expect(byFile.json["name"] == "p.yaml", "\(byFile.text)")
            let id = try #require(byFile.json["pipeline_id"]?.string)
            let version = try await client.upload(
                "/pipelines/upload_version?pipelineid=\(id)&name=v2",
                Specs.chain.jsonText
            )
            #expect(version.status == 200, "\(version.text)")
            #expect(version.json["pipeline_spec"] == Specs.chain)
            let list = try await client.send("GET", "/pipelines/\(id)/versions")
            #expect(
                list.json["pipeline_versions"]?.array?.compactMap { $0["name"]?.string } == ["p.yaml", "v2"]
            )
            let orphan = try await client.upload("/pipelines/upload_version?name=v3", Specs.chain.jsonText)
            #expect(orphan.status == 400)
            #expect(orphan.json["error_message"]?.string?.contains("pipelineid") == true)
        }
    }

    @Test(
        "Names may be quoted or not, and may hold what separates elsewhere",
        arguments: [
            (#"name="uploadfile"; filename="a;b=c.yaml""#, "a;b=c.yaml"),
            (#"filename="name=other; name=\"x\".yaml"; name="uploadfile""#, #"name=other; name="x".yaml"#),
            ("name=uploadfile; filename=p.yaml", "p.yaml"),
            (#"NAME="uploadfile";FileName="p.yaml""#, "p.yaml"),
            (#"name="uploadfile""#, ""), (#"name="uploadfile"; filename="""#, ""),
            (#"name="uploadfile"; filename="ünï 鳥.yaml""#, "ünï 鳥.yaml"),
            (#"name="uploadfile"; filename="C:\\p.yaml""#, #"C:\p.yaml"#),
            (#"name="uploadfile" ; filename="open"#, "open"),
        ]
    )
    func quotes(disposition: String, fileName: String) throws {
        let file = try find(form(disposition))
        #expect(file.fileName == fileName)
        #expect(file.bytes == Array("x".utf8))
    }

    @Test("The boundary may be quoted and may hold what a header separates with")
    func quotedBoundary() throws {
        let body = form(#"name="uploadfile""#, boundary: "a;b c")
        let file = try MultipartFile.find(
            "uploadfile",
            in: Array(body.utf8),
            contentType: "multipart/form-data; charset=utf-8; boundary=\"a;b c\""
        )
        #expect(file.bytes == Array("x".utf8))
    }

    @Test("Any bytes pass through, also those that look like a boundary")
    func binary() throws {
        let contents: [[UInt8]] = [
            [], Array(0...255), [13, 10], [13, 10, 13, 10], Array("--bb".utf8), Array("\n--b\n".utf8),
            Array("\r\n--".utf8), Array("\r\n--c\r\n".utf8), Array("\r\n--bb\r\n--bx--\r\n".utf8),
            [0x2D, 0x2D],
        ]
        for content in contents {
            let head = "preamble\r\n--b\r\nContent-Disposition: form-data; name=\"uploadfile\"\r\n\r\n"
            let body = Array(head.utf8) + content + Array("\r\n--b--\r\nepilogue --b".utf8)
            let file = try MultipartFile.find(
                "uploadfile",
                in: body,
                contentType: "multipart/form-data; boundary=b"
            )
            #expect(file.bytes == content)
        }
    }

    @Test("The right part is found among others, and the first of two counts")
    func others() throws {
        let part = { (name: String, value: String) in
            "--b\r\nX-Other: 1\r\ncontent-disposition: form-data; name=\"\(name)\"\r\n"
                + "Content-Type: text/plain\r\n\r\n\(value)\r\n"
        }
        let body = part("name", "1") + part("uploadfile", "2") + part("uploadfile", "3") + "--b--"
        #expect(try find(body).bytes == Array("2".utf8))
        let spaced = body.replacing("--b\r\n", with: "--b \t\r\n")
        #expect(try find(spaced).bytes == Array("2".utf8), "blanks may follow a boundary")
    }

    @Test(
        "A body without the part is refused",
        arguments: [
            "", "--b--", "--b\r\n--b--", "x", "--b", "--b-", "--b\r\n",
            "--b\r\nContent-Disposition: form-data; name=\"uploadfile\"",
            "--b\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\nx\r\n--b--",
            "--b\r\nContent-Disposition: form-data; name=\"uploadfile\"\r\n\r\nnever ends",
            "--b\r\nContent-Disposition: form-data; filename=\"uploadfile\"\r\n\r\nx\r\n--b--",
        ]
    )
    func missing(body: String) throws {
        let error = try #require(throws: PlatformError.self) { try find(body) }
        #expect(error.code == .invalidArgument)
        #expect(error.message.contains("'uploadfile'"))
    }

    @Test(
        "A content type that is no form is refused",
        arguments: [
            nil, "application/json", "multipart/form-data", "multipart/form-data; boundary=",
            "multipart/mixed; boundary=b",
            "multipart/form-data; boundary=" + String(repeating: "b", count: 71),
        ]
    )
    func contentType(type: String?) throws {
        #expect(throws: PlatformError.self) {
            try MultipartFile.find("uploadfile", in: Array(form("name=uploadfile").utf8), contentType: type)
        }
    }

    @Test("A body made to keep the search busy takes no longer than any other")
    func busyBody() {
        let body = [UInt8](repeating: 0x2D, count: 4 << 20)
        let took = processorTime {
            _ = try? MultipartFile.find(
                "uploadfile",
                in: body,
                contentType: "multipart/form-data; boundary=" + String(repeating: "-", count: 70)
            )
        }
        #expect(took < .seconds(10))
    }
}
