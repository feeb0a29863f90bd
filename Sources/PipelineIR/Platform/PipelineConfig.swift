/// What a pipeline asks for its runs as a whole. Source: KFP `pipeline_spec.proto`, `PipelineConfig`.
package struct PipelineConfig: Hashable, Sendable {
    /// A volume that all tasks of a run share and that goes with the run. Source: KFP `WorkspaceConfig`.
    package struct Workspace: Hashable, Sendable {
        /// The volume to make: the size, and what `kubernetes.pvcSpecPatch` says of access modes and storage
        /// class. No access modes and no storage class mean the server's own choice.
        package var claim: VolumeClaim

        init(reading reader: inout SpecReader) {
            claim = VolumeClaim()
            claim.size = reader.requiredQuantity("size")
            let patch = reader.message("kubernetes") { kubernetes in
                kubernetes.message("pvcSpecPatch") { patch -> ([VolumeClaim.AccessMode], String?) in
                    (patch.choices("accessModes"), patch.string("storageClassName"))
                }
            }
            guard case (let modes, let storageClass)?? = patch else { return }
            claim.accessModes = modes
            claim.storageClassName = storageClass
        }
    }

    /// How long to keep a run's pods and volumes after its end; `nil` for the server's own choice.
    package var lifetimeAfterEnd: Duration?
    /// The same, where it differs for a run that succeeded.
    package var lifetimeAfterSuccess: Duration?
    /// The same, where it differs for a run that did not succeed.
    package var lifetimeAfterFailure: Duration?
    /// How long a run may take; `nil` for any time.
    package var activeDeadline: Duration?
    /// The volume its tasks share, if they do.
    package var workspace: Workspace?

    /// A pipeline that asks for nothing.
    package init() {}

    init(reading reader: inout SpecReader) {
        lifetimeAfterEnd = reader.seconds("resourceTtlOnCompletion")
        lifetimeAfterSuccess = reader.seconds("resourceTtlOnSuccess")
        lifetimeAfterFailure = reader.seconds("resourceTtlOnFailure")
        activeDeadline = reader.seconds("activeDeadlineSeconds")
        workspace = reader.message("workspace", Workspace.init(reading:))
    }

    /// How long to keep what an ended run leaves behind; `nil` for the server's own choice.
    ///
    /// Source: KFP `PipelineConfig`, the time for an outcome wins over the time for any end.
    package func lifetime(afterSuccess succeeded: Bool) -> Duration? {
        (succeeded ? lifetimeAfterSuccess : lifetimeAfterFailure) ?? lifetimeAfterEnd
    }
}
