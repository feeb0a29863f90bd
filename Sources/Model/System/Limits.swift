/// Every limit of the program in one place, each with its reason.
package enum Limits {
    /// Arrays and objects within each other in a document. Real pipelines stay below 30; the readers recurse.
    package static let jsonDepthMax = 200
    /// Values in one YAML document after its aliases are expanded. Stops documents that explode by aliasing.
    package static let documentValuesMax = 500_000
    /// Bytes of an uploaded pipeline. Source: KFP `MaxFileLength`, 32 MiB.
    package static let uploadBytesMax = 32 << 20
    /// Bytes of a tar.gz once unpacked. It may hold more than the pipeline, but it is unpacked in memory.
    package static let archiveBytesMax = 64 << 20
    /// Entries of an uploaded archive. Packages have one or two.
    package static let archiveMembersMax = 1_000
    /// Bytes of an address to fetch a pipeline from. Signed addresses of object stores have about 1,000.
    package static let packageAddressBytesMax = 8_192
    /// Bytes of any other request body; a run carries its whole pipeline spec.
    package static let bodyBytesMax = 33 << 20
    /// Rows of one list page. Source: KFP `maxPageSize`.
    package static let pageSizeMax = 200
    /// Rows of a list page when the request does not say. Source: KFP `defaultPageSize`.
    package static let pageSizeDefault = 20
    /// Rows a filtered list counts for its total. Beyond it a number tells people nothing, and counting costs time.
    package static let listCountMax = 10_000
    /// Rows a filtered list counts for a person who looks at it. More takes longer than the rest of the page.
    package static let glanceCountMax = 1_000
    /// Rows found by a part of their name that are looked at for such a count; most of them may not fit otherwise.
    package static let glanceSearchMax = 5_000
    /// Rows found by a part of their name that are sorted for a page. Where more match, the list is walked instead.
    package static let searchedRowsMax = 2_000
    /// Tasks of all runs that one page of a search reads; no index knows parts of their names.
    package static let searchedExecutionsMax = 10_000
    /// Conditions of one list request. SQL databases bound the depth of an expression; people send fewer than ten.
    package static let listPredicatesMax = 50
    /// Values of one `IN` condition. SQL databases bound the number of placeholders of a statement.
    package static let listOperandsMax = 500
    /// Characters of one text in a condition. Names are far shorter, and long patterns are slow to match.
    package static let listOperandCharactersMax = 1_000
    /// Characters of an experiment's or pipeline's name. Source: KFP name limits.
    package static let nameCharactersMax = 128
    /// Characters of a version's name. Source: KFP name limits.
    package static let versionNameCharactersMax = 127
    /// Sub-pipelines within each other. Far above real use, and keeps task paths short enough for file names.
    package static let dagDepthMax = 50
    /// Tasks of a run, those of nested pipelines counted at each use. They are kept in memory, and twenty pipelines that
    /// each use the next one twice already make a million.
    package static let runTasksMax = 100_000
    /// Items of one loop. Each is at least one row, and takes the server 3 kB until the run is over.
    package static let loopItemsMax = 100_000
    /// Tasks of one run with a pod or a question open, beyond which its loops make no further iterations. Many times what
    /// a machine runs at once, so that nobody waits for the next one, and each takes memory only then.
    package static let tasksUnderWayMax = 1_000
    /// Tasks of a live run, iterations counted, beyond which no loop begins. Loops within loops multiply.
    package static let liveTasksMax = 500_000
    /// Characters of a condition or a selector. A KFP branch repeats the conditions of those before it.
    package static let expressionCharactersMax = 100_000
    /// Brackets within each other in an expression or a pattern. Real ones stay below 10; the readers recurse, and
    /// with this and the next limit they fit a stack of 256 KiB, unoptimised 1 MiB.
    package static let expressionNestingMax = 40
    /// Operations within each other in an expression, such as the sums of a long one; what walks them recurses.
    package static let expressionDepthMax = 100
    /// Steps of evaluating an expression: well below a second, and some 100 MB. Real ones take ten, but JSON that
    /// is parsed counts by its parts.
    package static let expressionStepsMax = 2_000_000
    /// Characters of a pattern of `matches`. Matching takes time in proportion to it.
    package static let patternCharactersMax = 1_000
    /// Characters of a task's name; it becomes a folder name, of which file systems take 255 bytes.
    package static let taskNameCharactersMax = 200
    /// Bytes of one output parameter's file or of `executor_output.json`; parameters are values, not data.
    package static let outputFileBytesMax = 8 << 20
    /// Bytes of an artifact, all its files together, that are read for its digest. About half a second of one
    /// core; with larger ones a task would noticeably end later. Those count as changed whenever they are made.
    package static let digestBytesMax = 256 << 20
    /// Bytes of a log's tail that go into an error message.
    package static let logTailBytesMax = 2_000
    /// Bytes of a log sent in one answer that does not follow.
    package static let logBytesMax = 64 << 20
    /// Retries a pipeline may ask for. Guards against a typing error that would run for weeks.
    package static let retriesMax = 1_000
    /// New attempts for pods that were lost through no fault of theirs. Source: KFP's default
    /// `retryStrategy{limit 2, retryPolicy OnError}`.
    package static let infrastructureRetriesMax = 2
    /// Bytes of one value of a secret or config map. Source: Kubernetes, 1 MiB an object.
    package static let objectBytesMax = 1 << 20
    /// Runs of one recurring run that may be under way at once. Source: KFP, `max_concurrency`.
    package static let recurringConcurrencyMax = 10
    /// Missed firings of one recurring run that are made up for; older ones are left out. A schedule that was off
    /// for a month would otherwise start thousands of runs when it comes back.
    package static let catchUpFiringsMax = 100
    /// Firings shown ahead in one answer.
    package static let previewFiringsMax = 1_000
    /// Characters of a cron expression. The longest that lists every second and minute has some 400.
    package static let cronCharactersMax = 1_000
    /// Entries of one folder of an artifact that are listed or packed. They are sorted in memory, some 100 bytes each.
    package static let folderEntriesMax = 200_000
    /// Entries of a folder that a preview shows. A person reads a page, not a hundred thousand names.
    package static let previewEntriesMax = 1_000
    /// Bytes of a file that a preview shows when the request does not say.
    package static let previewBytesDefault = 16 << 10
    /// Bytes of a file that a preview shows at most; who wants more downloads.
    package static let previewBytesMax = 1 << 20
    /// Free bytes of the data directory's disk below which people are told. The logs of a night fit into it.
    package static let diskFreeMin = 1_000_000_000
    /// Bytes of an artifact or a log that are in memory at once while it is sent.
    package static let streamChunkBytes = 256 << 10
    /// Tasks in one answer that shows a run; lists of tasks have pages. About 13 MB.
    package static let embeddedTasksMax = 10_000
    /// Steps from an artifact that a lineage goes at most. Each is a few queries.
    package static let lineageDepthMax = 20
    /// Links of one lineage. Beyond it nobody reads; narrow it by direction or depth.
    package static let lineageLinksMax = 5_000
    /// Ids in one list parameter of a request. SQL databases bound the number of placeholders of a statement.
    package static let idsMax = 200
}
