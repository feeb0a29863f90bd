package import Model

/// Whose rows a list request of KFP's first API generation wants.
///
/// Source: KFP v1beta1, `resource_reference_key` and `resource_key` of list requests.
package enum ListScope {
    /// The experiment whose runs are wanted; `nil` for all.
    /// - Throws: ``PlatformError`` with `invalidArgument` for any other kind but a namespace.
    package static func experiment(of query: QueryString) throws -> ExperimentID? {
        guard let kind = query["resource_reference_key.type"], kind != "NAMESPACE",
            kind != "UNKNOWN_RESOURCE_TYPE"
        else { return nil }
        guard kind == "EXPERIMENT", let id = query["resource_reference_key.id"] else {
            throw PlatformError.invalid(
                "resource_reference_key: expected type EXPERIMENT and an id, found \(kind.prefix(80))"
            )
        }
        return ExperimentID(id)
    }

    /// The pipeline whose versions are wanted.
    /// - Throws: ``PlatformError`` with `invalidArgument` when none is named.
    package static func pipeline(of query: QueryString) throws -> PipelineID {
        guard query["resource_key.type"] == "PIPELINE", let id = query["resource_key.id"] else {
            throw PlatformError.invalid("resource_key: name the pipeline, with type PIPELINE and an id")
        }
        return PipelineID(id)
    }
}
