package import ArgumentParser

/// The commands that talk to a server; the program's root command lists them among its own.
package let clientSubcommands: [any ParsableCommand.Type] = [
    RunPipelineCommand.self, RunsCommand.self, RecurringCommand.self, ExperimentsCommand.self,
    PipelinesCommand.self, VersionsCommand.self, ArtifactsCommand.self, CompileCommand.self,
    ContextCommand.self,
]
