/// A value in the platform settings of a task that is known only when the task's inputs are.
package struct DeferredValue: Hashable, Sendable {
    /// Where it comes from. Names are those of the pipeline that the task stands in, as in the task's own
    /// inputs; strings in a constant may hold placeholders.
    package var source: ParameterBinding.Source
    /// Where in the platform spec this is written, for messages.
    package var path: String

    init(_ source: ParameterBinding.Source, path: String) {
        self.source = source
        self.path = path
    }
}
