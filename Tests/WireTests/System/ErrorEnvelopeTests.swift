import Model
import Testing
import Wire

@Suite("Error envelope")
struct ErrorEnvelopeTests {
    @Test("An error has the gateway's body, with the sentence where each generation of clients looks")
    func body() {
        let envelope = ErrorEnvelope(.notFound("Run", "none"))
        #expect(envelope.status == 404)
        #expect(
            envelope.body.jsonText
                == #"{"code":5,"details":[{"@type":"type.googleapis.com/google.rpc.Status","code":5,"#
                + #""message":"Run none not found"}],"error":"Run none not found","message":"Run none not found"}"#
        )
    }

    @Test("An error's cause stays behind")
    func cause() {
        let envelope = ErrorEnvelope(PlatformError(.internalError, "it broke", cause: "secret"))
        #expect(!envelope.body.jsonText.contains("secret"))
    }

    @Test("Uploads have another body, and 400 for people who may not")
    func upload() {
        let envelope = ErrorEnvelope(PlatformError(.permissionDenied, "not yours"))
        #expect(envelope.status == 403)
        #expect(envelope.uploadStatus == 400)
        #expect(
            envelope.uploadBody.jsonText == #"{"error_details":"400: not yours","error_message":"not yours"}"#
        )
    }

    @Test(
        "Every kind of error has its HTTP status",
        arguments: [
            (PlatformError.Code.invalidArgument, 400), (.failedPrecondition, 400), (.unauthenticated, 401),
            (.permissionDenied, 403), (.notFound, 404), (.alreadyExists, 409), (.aborted, 409),
            (.resourceExhausted, 429), (.internalError, 500), (.unimplemented, 501), (.unavailable, 503),
        ]
    )
    func statuses(code: PlatformError.Code, status: Int) {
        let envelope = ErrorEnvelope(PlatformError(code, "m"))
        #expect(envelope.status == status)
        let back = ErrorEnvelope.error(status: status, body: envelope.body.jsonBytes)
        #expect(back == PlatformError(code, "m"))
    }

    @Test("A client finds the sentence in either body, and the status in any other")
    func reading() {
        let upload = ErrorEnvelope.error(status: 409, body: Array(#"{"error_message":"taken"}"#.utf8))
        #expect(upload == PlatformError(.alreadyExists, "taken"))
        let proxy = ErrorEnvelope.error(status: 502, body: Array("<html>".utf8))
        #expect(proxy.code == .unavailable)
        #expect(proxy.message.contains("502") && proxy.message.contains("<html>"))
        #expect(!ErrorEnvelope.error(status: 418, body: [0xFF, 0x00]).message.isEmpty)
    }

    @Test("A wrong method is answered with 405 and what is possible")
    func wrongMethod() {
        let envelope = ErrorEnvelope(method: "PUT", path: "/x", allowed: [.get, .delete])
        #expect(envelope.status == 405)
        #expect(envelope.message == "PUT is not possible for /x; possible: GET, DELETE")
    }
}
