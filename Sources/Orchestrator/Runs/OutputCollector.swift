import Artifacts
import Engine
import Model
import PipelineIR
import Pods

/// Turns the end of a pod into the result of an attempt: reads what the program left behind, checks it,
/// names artifacts.
struct OutputCollector: Sendable {
    let pods: any PodRuntime
    let artifacts: any ArtifactStore
    let newID: @Sendable () -> String

    /// Waits for what may have run out meanwhile: what a program put out is not lost by that.
    /// - Throws: `CancellationError` when nobody waits any more.
    func result(of end: PodEnd, _ assembly: PodAssembly) async throws -> AttemptResult {
        switch end.outcome {
        case .exited(code: 0):
            do {
                return try await collect(assembly, endedAt: end.endedAt)
            } catch let error as CancellationError {
                throw error
            } catch {
                return .failed(
                    Reason(
                        .outputsInvalid,
                        "The program ended well, but its outputs cannot be used: \(error.sentence)"
                            + Self.end(of: end.logTail)
                    ),
                    exitCode: 0
                )
            }
        case .exited(let code):
            return .failed(
                Reason(
                    .exitedNonZero,
                    "The program ended with exit status \(code)" + Self.tail(end.logTail),
                    details: ["exit_code": .number(Double(code))]
                ),
                exitCode: code
            )
        case .signaled(let number):
            return .failed(
                Reason(
                    .killedBySignal,
                    "Signal \(number) (\(Self.signalName(number))) ended the program"
                        + Self.tail(end.logTail),
                    details: ["signal": .number(Double(number))]
                ),
                exitCode: nil
            )
        case .deadlineExceeded(let allowed):
            return .failed(
                Reason(
                    .deadlineExceeded,
                    "The program ran longer than the \(Self.seconds(allowed)) it was allowed and was ended."
                        + Self.end(of: end.logTail),
                    details: ["allowed_milliseconds": .number(Double(allowed.milliseconds))]
                ),
                exitCode: nil
            )
        case .notStarted(let reason): return .failed(reason, exitCode: nil)
        case .lost(let reason): return .lost(reason)
        }
    }

    private func collect(_ assembly: PodAssembly, endedAt: Instant) async throws -> AttemptResult {
        let name = assembly.pod.name
        let limit = Limits.outputFileBytesMax
        var raw = RawOutputs()
        raw.executorOutput = try await pods.readOutput(assembly.executorOutputFile, of: name, bytesMax: limit)
        for (output, file) in assembly.outputFiles.sorted(by: { $0.key < $1.key }) {
            raw.parameterFiles[output] = try await pods.readOutput(file, of: name, bytesMax: limit)
        }
        let outputs = try CollectedOutputs(raw, of: assembly.task.component, planned: assembly.planned)
        var produced: [String: [Artifact]] = [:]
        for (output, list) in outputs.artifacts {
            guard let planned = assembly.planned[output] else { continue }
            for collected in list {
                if let source = collected.customPath, source != collected.uri {
                    let absolute =
                        source.hasPrefix("/") ? source : pods.layout(of: name).workingFolder + "/" + source
                    try await patiently { try await artifacts.put(contentsOf: absolute, to: collected.uri) }
                }
                var artifact = planned
                artifact.id = ArtifactID(newID())
                artifact.uri = collected.uri
                artifact.metadata = collected.metadata
                // A program may have handed on what was said of its input.
                artifact.metadata[Artifact.workspaceMark] = nil
                artifact.schemaTitle = collected.schemaTitle ?? planned.schemaTitle
                artifact.createdAt = endedAt
                artifact.digest = try await patiently {
                    try await artifacts.digest(of: collected.uri, bytesMax: Limits.digestBytesMax)
                }
                artifact.isMetadataOnly = try await patiently { try await !artifacts.exists(collected.uri) }
                produced[output, default: []].append(artifact)
            }
        }
        return .succeeded(parameters: outputs.parameters, artifacts: produced)
    }

    /// The last words of a log, to be read at a glance, and under them the lines before.
    private static func tail(_ log: String) -> String {
        guard let last = lines(log).last else { return "; it wrote nothing to its log." }
        // The brace that ends what KFP's executor tells of its input says nothing.
        guard last.contains(where: { $0.isLetter || $0.isNumber }) else { return "." + end(of: log) }
        return ": " + plainText(last).drop(while: \.isWhitespace).prefix(300) + end(of: log)
    }

    private static func end(of log: String) -> String {
        let lines = lines(log)
        return lines.isEmpty ? "" : "\nThe end of its log:\n" + lines.joined(separator: "\n")
    }

    private static func lines(_ log: String) -> ArraySlice<Substring> {
        log.split(separator: "\n", omittingEmptySubsequences: true).suffix(20)
    }

    private static func seconds(_ duration: Duration) -> String {
        decimalText(Double(duration.milliseconds) / 1000) + "s"
    }

    private static func signalName(_ number: Int) -> String {
        switch number {
        case 1: "SIGHUP"
        case 2: "SIGINT"
        case 4: "SIGILL, an invalid instruction"
        case 6: "SIGABRT, the program gave up"
        case 7: "SIGBUS"
        case 8: "SIGFPE, an arithmetic error"
        case 9: "SIGKILL; often the kernel, for want of memory"
        case 11: "SIGSEGV, a bad memory access"
        case 13: "SIGPIPE"
        case 15: "SIGTERM"
        default: "no common name"
        }
    }
}
