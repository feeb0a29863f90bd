package import ArgumentParser
import Model

/// Parses the command line and runs the command; every error becomes one line on standard error.
///
/// Takes the place of ArgumentParser's own `main()`, whose exit statuses are others than ours.
/// - Parameters:
///   - root: the command at the top.
///   - arguments: the words after the program's name.
/// - Returns: the exit status, see ``ExitStatus``.
package func runCommandLine(
    _ root: any ParsableCommand.Type,
    arguments: [String]? = nil
) async -> Int32 {
    do {
        var command = try root.parseAsRoot(arguments)
        if var command = command as? any AsyncParsableCommand {
            try await command.run()
        } else {
            try command.run()
        }
        return ExitStatus.success.rawValue
    } catch is OutputClosed {
        return ExitStatus.success.rawValue
    } catch let end as CommandEnd {
        complain(end.message)
        return end.status.rawValue
    } catch let error as PlatformError {
        complain(error.message)
        return ExitStatus(error).rawValue
    } catch let code as ExitCode {
        return code.rawValue
    } catch {
        return explain(error, root)
    }
}

/// Help that was asked for, or what ArgumentParser says of a wrong command line.
private func explain(_ error: any Error, _ root: any ParsableCommand.Type) -> Int32 {
    let wanted = root.exitCode(for: error) == .success
    let console = wanted ? Console.output : Console.errors
    // Nothing can be said if nobody reads; the status says it all.
    try? console.line(root.fullMessage(for: error))
    return (wanted ? ExitStatus.success : .badInput).rawValue
}

private func complain(_ message: String?) {
    guard let message else { return }
    let oneLine = message.split(whereSeparator: \.isNewline).joined(separator: " ")
    // Nothing can be said if nobody reads; the status says it all.
    try? Console.errors.line("martlet: \(oneLine)")
}
