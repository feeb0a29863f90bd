import Model

/// What goes into a route and what comes out of it, beside its path.
struct RouteInterface: Hashable, Sendable {
    /// A parameter of the query string.
    struct Parameter: Hashable, Sendable {
        let name: String
        let schema: Schema
        let description: String
        /// Whether it may be given several times.
        var isRepeated = false
    }

    /// What a request carries.
    enum Body: Hashable, Sendable {
        case none
        /// A message by its name in ``MessageSchemas``.
        case message(String)
        /// A form with a file.
        case upload
    }

    /// What a good answer carries.
    enum Answer: Hashable, Sendable {
        /// JSON.
        case json(Schema)
        /// Plain text.
        case text
        /// The bytes of an artifact, whatever they are, or those asked for.
        case content
        /// Nothing but headers.
        case headers
    }

    var query: [Parameter] = []
    var body = Body.none
    var answer: Answer

    /// A route that answers with a message.
    init(_ query: [Parameter] = [], body: Body = .none, answer: String) {
        self.init(query, body: body, answering: .json(.message(answer)))
    }

    /// A route that answers with a page of messages.
    init(_ query: [Parameter] = [], page rows: String, of message: String) {
        self.init(query + Parameter.page, answering: .json(.page(rows, of: message)))
    }

    init(_ query: [Parameter] = [], body: Body = .none, answering answer: Answer) {
        self.query = query
        self.body = body
        self.answer = answer
    }
}

extension RouteInterface.Parameter {
    init(_ name: String, _ schema: Schema, _ description: String, isRepeated: Bool = false) {
        self.init(name: name, schema: schema, description: description, isRepeated: isRepeated)
    }

    private static let count = Schema(["type": "integer", "minimum": 0])

    /// A whole number from 0 up.
    static func count(_ name: String, _ description: String) -> Self { Self(name, count, description) }

    /// A truth value. Source: grpc-gateway, which reads what Go's `strconv.ParseBool` does.
    static func flag(_ name: String, _ description: String) -> Self {
        Self(name, .choice(QueryString.flags), description)
    }

    /// Text.
    static func text(_ name: String, _ description: String) -> Self { Self(name, .text, description) }

    /// What every list takes.
    static let page: [Self] = [
        .count("page_size", "\(Limits.pageSizeDefault) by default, \(Limits.pageSizeMax) at most."),
        .text("page_token", "Where the page starts: next_page_token of the page before."),
        .text("sort_by", "A field, perhaps with asc or desc."),
        .text("filter", "Conditions as JSON; see docs/api.md."),
        namespace,
    ]

    static let namespace = Self.text("namespace", "Accepted and passed over: there are no namespaces.")
    static let experiment = Self.text("experiment_id", "Only those of this experiment.")
    static let firings = Self.count("count", "How many; 5 by default.")

    /// What an upload says beside the file.
    static let upload: [Self] = [
        .text("name", "Unique; that of the file by default."), .text("display_name", "For people."),
        .text("description", "Free text."), namespace,
        .text("tags", "A JSON object of texts."),
    ]

    /// What the upload of a version says beside the file.
    static let uploadVersion =
        upload + [
            .text("pipelineid", "The pipeline it belongs to."),
            .text("code_source_url", "Where the source code lives."),
        ]
}
