import HTTPTypes
import Hummingbird
import Model
import Services

extension WebSite {
    /// What a file shows that a component of KFP 1.x wrote for the pages.
    /// - Returns: whether it is such a file; one that is broken is shown as what else it is.
    func firstGeneration(
        _ artifact: Artifact,
        _ address: ArtifactAddress,
        _ room: ContentDrawing.Room,
        _ html: inout HTML
    ) async throws -> Bool {
        guard address.path == nil else { return false }
        let around = ContentDrawing(address: address, room: room, name: artifact.name)
        do {
            if MeasuredFile.isFile(named: artifact.name) {
                let scalars = try MeasuredFile.scalars(in: await whole(artifact.id, MeasuredFile.bytesMax))
                around.facts([counted(scalars.count, "number")], .binary, &html)
                EvaluationDrawing.draw(scalars, &html)
                return true
            }
            guard Visualization.isFile(named: artifact.name) else { return false }
            let parts = try Visualization.all(in: await whole(artifact.id, Visualization.bytesMax))
            around.facts([counted(parts.count, "view")], .binary, &html)
            for (place, part) in parts.enumerated() {
                let drawing = VisualizationDrawing(address: address, room: room, part: place)
                try await draw(part, drawing, &html)
            }
            return true
        } catch let error as PlatformError where error.code == .invalidArgument {
            html.element("p", ["class": "quiet"]) {
                $0.add("This is not what its name says: \(error.message)")
            }
            return false
        }
    }

    /// The numbers that runs wrote into files of their own, for those who compare them.
    func measured(_ runs: [RunService.Details]) async throws -> [ArtifactID: [Evaluation.Scalar]] {
        var found: [ArtifactID: [Evaluation.Scalar]] = [:]
        for artifact in runs.flatMap(\.listing.artifacts.values)
        where MeasuredFile.isFile(named: artifact.name) && found.count < Comparison.findingsMax {
            do {
                found[artifact.id] = try MeasuredFile.scalars(
                    in: await whole(artifact.id, MeasuredFile.bytesMax)
                )
            } catch let error as PlatformError where error.code != .internalError {
                // Its own page says what is wrong with it.
                continue
            }
        }
        return found
    }

    /// The page of HTML that is a part of such a file.
    func webApp(_ part: Int, of id: ArtifactID) async throws -> [UInt8] {
        let parts = try Visualization.all(in: await whole(id, Visualization.bytesMax))
        guard parts.indices.contains(part), parts[part].kind == .webApp else {
            throw PlatformError(.notFound, "The artifact has no page of HTML at place \(part).")
        }
        switch parts[part].source {
        case .inline(let text): return Array(text.utf8)
        case .place(let place):
            let file = try await useCases.artifacts.open(at: place)
            return try await file.read(from: 0, bytesMax: Visualization.bytesMax)
        }
    }

    private func draw(_ part: Visualization, _ drawing: VisualizationDrawing, _ html: inout HTML) async throws
    {
        let wanted = drawing.bytesMax(part.kind)
        switch part.source {
        case .inline(let text):
            let isWhole = text.utf8.count <= wanted || wanted == 0
            drawing.draw(part.kind, isWhole ? text : String(text.prefix(wanted)), isWhole: isWhole, &html)
        case .place where wanted == 0: drawing.draw(part.kind, "", isWhole: true, &html)
        case .place(let place):
            do {
                let file = try await useCases.artifacts.open(at: place)
                let bytes = try await file.read(from: 0, bytesMax: wanted)
                let text = String(decoding: bytes, as: UTF8.self)
                drawing.draw(part.kind, text, isWhole: bytes.count >= file.size, &html)
            } catch let error as PlatformError where error.code != .internalError {
                drawing.note(error.message, &html)
            }
        }
    }

    /// A file that is only understood as a whole.
    private func whole(_ id: ArtifactID, _ bytesMax: Int) async throws -> [UInt8] {
        guard case .file(let file) = try await useCases.artifacts.open(id, path: nil).content else {
            throw PlatformError.invalid("expected a file, found a folder.")
        }
        guard file.size <= bytesMax else {
            throw PlatformError.invalid(
                "expected at most \(bytesText(bytesMax)), found \(bytesText(file.size))."
            )
        }
        return try await file.read(from: 0, bytesMax: bytesMax)
    }
}
