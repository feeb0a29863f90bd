import Model
import Wire

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
    let wrong: Wrong
    /// The file that was sent and has to be chosen again, if that is not what was wrong.
    let again: String?

    /// Which field the form was refused for.
    struct Wrong: Hashable, Sendable {
        let file: Bool
        let url: Bool
        let name: Bool
    }

    /// Makes the form.
    /// - Parameters:
    ///   - sent: what was sent before and refused; `nil` for a new form.
    ///   - error: why it was refused.
    ///   - wrong: the field it was refused for.
    init(
        _ pipeline: Pipeline?,
        sent: UploadForm? = nil,
        error: String? = nil,
        wrong: UploadForm.Field? = nil
    ) {
        title = pipeline == nil ? "Upload a pipeline" : "Upload a version"
        self.pipeline = pipeline?.id.text
        pipelineName = pipeline?.displayName
        back = pipeline.map { PipelineAddress($0.id).href } ?? "/pipelines"
        limit = bytesText(Limits.uploadBytesMax)
        name = sent?.name ?? ""
        description = sent?.description ?? ""
        url = sent?.url ?? ""
        self.error = error
        self.wrong = Wrong(file: wrong == .file, url: wrong == .url, name: wrong == .name)
        again = wrong == .name ? sent?.file?.fileName : nil
    }
}
