import Hummingbird
import Model
import NIOCore

/// A request's context that knows the event loop its connection is served on.
struct SiteContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let eventLoop: any EventLoop

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        eventLoop = source.channel.eventLoop
    }
}

extension Response {
    /// The same answer, written no faster than its connection's event loop takes it.
    ///
    /// A channel says that it is full only when its loop gets to run. On a busy machine a file is read in the meantime
    /// much faster than it is sent, and its pieces pile up in memory. So each piece waits until the loop has seen those
    /// before it. Answers of one small piece stay as they are.
    func paced(by eventLoop: any EventLoop) -> Response {
        if let length = body.contentLength, length <= Limits.streamChunkBytes { return self }
        var response = self
        response.body = ResponseBody(contentLength: body.contentLength) { [body] writer in
            let paced = writer.map { buffer in
                try await eventLoop.submit {}.get()
                return buffer
            }
            try await body.write(paced)
        }
        return response
    }
}
