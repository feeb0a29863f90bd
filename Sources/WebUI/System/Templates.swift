import Model
import Mustache

/// A page's content: a value, and the template that shows it. The template sees the value's properties by name.
package protocol PageView: Sendable {
    /// The template's name.
    static var template: String { get }
}

/// The templates, read once. Everything in a value is escaped, except an ``HTML``'s `text` within `{{{ }}}`.
package struct Templates: Sendable {
    private let library: MustacheLibrary

    /// Reads all templates.
    /// - Throws: when one is malformed, which is a mistake in this program.
    package init() throws {
        var library = MustacheLibrary()
        for (name, bytes) in Self.sources {
            do {
                try library.register(String(decoding: bytes, as: UTF8.self), named: name)
            } catch {
                throw PlatformError(.internalError, "The template \(name) is malformed.", cause: "\(error)")
            }
        }
        self.library = library
    }

    /// Shows a value.
    /// - Throws: `internalError` when the template is missing, which is a mistake in this program.
    package func render<View: PageView>(_ view: View) throws -> HTML {
        guard let text = library.render(TemplateValues.fields(of: view), withTemplate: View.template) else {
            throw PlatformError(.internalError, "There is no template \(View.template).")
        }
        return HTML(rendered: text)
    }

    private static let sources: [String: [UInt8]] = [
        "frame": PackageResources.frame_mustache,
        "state": PackageResources.state_mustache,
        "time": PackageResources.time_mustache,
        "duration": PackageResources.duration_mustache,
        "reason": PackageResources.reason_mustache,
        "home": PackageResources.home_mustache,
        "runs": PackageResources.runs_mustache,
        "runrows": PackageResources.runrows_mustache,
        "confirm": PackageResources.confirm_mustache,
        "message": PackageResources.message_mustache,
        "run": PackageResources.run_mustache,
        "task": PackageResources.task_mustache,
        "values": PackageResources.values_mustache,
        "runform": PackageResources.runform_mustache,
        "schedule": PackageResources.schedule_mustache,
        "firings": PackageResources.firings_mustache,
        "recurringrun": PackageResources.recurringrun_mustache,
        "experimentform": PackageResources.experimentform_mustache,
        "log": PackageResources.log_mustache,
        "artifacts": PackageResources.artifacts_mustache,
        "executions": PackageResources.executions_mustache,
        "compare": PackageResources.compare_mustache,
        "artifact": PackageResources.artifact_mustache,
        "list": PackageResources.list_mustache,
        "pipeline": PackageResources.pipeline_mustache,
        "step": PackageResources.step_mustache,
        "upload": PackageResources.upload_mustache,
    ]
}
