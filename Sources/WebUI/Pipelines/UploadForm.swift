import Model
import PipelineIR
import Services
import Wire

/// What the form for a pipeline or a version sends.
struct UploadForm: Sendable {
    /// What it may be refused for.
    enum Field: Hashable, Sendable {
        case file
        case url
        case name
    }

    let pipeline: PipelineID?
    let name: String?
    let description: String
    let url: String?
    /// The file, if one was chosen.
    let file: MultipartFile?

    /// Where the package comes from.
    var source: Field { file == nil && url != nil ? .url : .file }

    /// Reads the parts of the form.
    init(_ parts: [MultipartFile]) {
        func text(_ name: String) -> String? {
            let bytes = parts.first { $0.name == name }?.bytes ?? []
            let text = String(decoding: bytes, as: UTF8.self).trimming { $0.isWhitespace }
            return text.isEmpty ? nil : text
        }
        pipeline = text("pipeline").map { PipelineID($0) }
        name = text("name")
        description = text("description") ?? ""
        url = text("url")
        // Browsers send an empty part when no file was chosen.
        file = parts.first { $0.name == "file" && !($0.fileName.isEmpty && $0.bytes.isEmpty) }
    }

    /// What the new pipeline or version is called: without a name like its file. Source: KFP pipeline upload server.
    func naming(package: PipelinePackage) -> PipelineService.Naming {
        PipelineService.Naming(
            name: name ?? file.map { Self.stem($0.fileName) } ?? package.spec.name,
            description: description,
            packageURL: url ?? ""
        )
    }

    /// `train` of `train.yaml`.
    private static func stem(_ fileName: String) -> String {
        let endings = [".tar.gz", ".yaml", ".yml", ".json", ".zip", ".tgz"]
        guard let ending = endings.first(where: { fileName.lowercased().hasSuffix($0) }) else {
            return fileName
        }
        return String(fileName.dropLast(ending.count))
    }
}

extension String {
    /// The text without characters of a kind at its ends.
    fileprivate func trimming(_ isUnwanted: (Character) -> Bool) -> String {
        guard let first = firstIndex(where: { !isUnwanted($0) }),
            let last = lastIndex(where: { !isUnwanted($0) })
        else { return "" }
        return String(self[first...last])
    }
}
