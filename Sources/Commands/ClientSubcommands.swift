package import ArgumentParser

/// The commands that talk to a server; the program's root command lists them among its own.
package let clientSubcommands: [any ParsableCommand.Type] = [
    RunPipelineCommand.self, RunsCommand.self, RecurringCommand.self, ArtifactsCommand.self,
]
