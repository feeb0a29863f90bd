import Model
import Pods

extension PodSpec {
    /// Why no local process can be made of it; `nil` if one can.
    var localObjection: Reason? {
        guard !command.isEmpty else {
            return Reason(
                .startFailed,
                "The task gives no command and relies on the one built into image '\(image)'; local pods do "
                    + "not use images. Give the component a command, or run the task in a container driver "
                    + "(coming)."
            )
        }
        if let container = initContainers.first(where: \.command.isEmpty) {
            return Reason(
                .startFailed,
                "The init container '\(container.name)' gives no command and relies on the one built into image "
                    + "'\(container.image)'; local pods do not use images. Give it a command."
            )
        }
        let allEnv = env + initContainers.flatMap(\.env)
        let texts =
            command + args + initContainers.flatMap { $0.command + $0.args }
            + allEnv.flatMap { [$0.name, $0.value] }
        if texts.contains(where: { $0.utf8.contains(0) }) {
            return Reason(
                .startFailed,
                "The task's command, arguments or environment contain a NUL character, which no program can "
                    + "be given. Pass such data through a file."
            )
        }
        if let name = allEnv.map(\.name).first(where: { $0.isEmpty || $0.contains("=") }) {
            return Reason(
                .startFailed,
                "'\(name)' cannot be the name of an environment variable. "
                    + "Use letters, digits and underscores."
            )
        }
        if let activeDeadline, activeDeadline.milliseconds <= 0 {
            return Reason(
                .startFailed,
                "The task may run for \(activeDeadline.milliseconds) ms, which is no time at all. "
                    + "Give it a deadline of 1 second or more, or none."
            )
        }
        return nil
    }
}
