import Model

/// The form that takes a new pipeline, or a new version of one.
struct UploadView: PageView {
    static let template = "upload"

    let title: String
    /// The pipeline that gets a version; `nil` for a new pipeline.
    let pipeline: String?
    let pipelineName: String?
    let back: String
    let limit: String
    let name: String
    let description: String
    let url: String
    let error: String?

    /// Makes the form.
    /// - Parameters:
    ///   - sent: what was sent before and refused; `nil` for a new form.
    ///   - error: why it was refused.
    init(_ pipeline: Pipeline?, sent: UploadForm?, error: String?) {
        title = pipeline == nil ? "Upload a pipeline" : "Upload a version"
        self.pipeline = pipeline?.id.text
        pipelineName = pipeline?.displayName
        back = pipeline.map { PipelineAddress($0.id).href } ?? "/pipelines"
        limit = bytesText(Limits.uploadBytesMax)
        name = sent?.name ?? ""
        description = sent?.description ?? ""
        url = sent?.url ?? ""
        self.error = error
    }
}
