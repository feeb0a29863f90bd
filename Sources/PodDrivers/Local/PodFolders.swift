import Model
import Pods

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Where a pod's files are: `<root>/<run>/<task path>/<attempt>/`, a function of its name.
struct PodFolders: Hashable, Sendable {
    /// Absolute path of all pods' folders.
    let root: String
    /// Absolute path of a short folder for temporary files, ours alone; `nil` when there is none to be had.
    let shortRoot: String?
    /// Absolute path of all volumes' folders.
    let volumesRoot: String

    init(root: String, volumesRoot: String, shortRoot: String? = PodFolders.ownShortRoot) {
        self.root = root
        self.volumesRoot = volumesRoot
        self.shortRoot = shortRoot
    }

    /// One for each user, in the folder everybody may write to; not used if somebody else got there first.
    private static let ownShortRoot: String? = {
        let path = "/tmp/martlet-\(geteuid())"
        var status = stat()
        guard mkdir(path, 0o700) == 0 || errno == EEXIST, lstat(path, &status) == 0,
            status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(), status.st_mode & 0o077 == 0
        else { return nil }
        return path
    }()

    /// The folder of a run.
    func folder(of runID: RunID) -> String { root + "/" + FileName.safe(runID.text) }

    /// The folder of a pod.
    func folder(of name: PodName) -> String {
        "\(folder(of: name.runID))/\(FileName.safe(name.path.text, keeping: ".%"))~\(name.attempt)"
    }

    /// The folder of a pod, as the supervisor knows it.
    func supervised(_ name: PodName) -> SupervisedFolder { SupervisedFolder(path: folder(of: name)) }

    /// Where output parameters go.
    func outputs(of name: PodName) -> String { folder(of: name) + "/outputs" }

    /// The folder a program runs in.
    func work(of name: PodName) -> String { supervised(name).scratchPath + "/" + Self.workName }

    /// The folder for a program's temporary files.
    ///
    /// Programs make sockets there, whose paths may have 107 bytes at most; a pod deep in a home folder gets a short
    /// place of its own instead.
    func temporary(of name: PodName) -> String {
        let own = supervised(name).scratchPath + "/" + Self.temporaryName
        guard own.utf8.count > Self.temporaryPathBytesMax, let shortRoot else { return own }
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in own.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return "\(shortRoot)/\(String(hash, radix: 36))"
    }

    /// Leaves room for the names that Python's multiprocessing makes below it.
    private static let temporaryPathBytesMax = 70

    /// The file a recognised component's source goes to.
    func component(of name: PodName) -> String { supervised(name).scratchPath + "/" + Self.componentName }

    private static let workName = "work"
    private static let temporaryName = "tmp"
    private static let componentName = "ephemeral_component.py"

    /// What of the scratch folder of one pod is of use, once emptied, in that of another.
    static let reusableNames = [
        workName, temporaryName, componentName, SupervisedFolder.programName,
    ]

    /// What is of use only until a pod is forgotten, other than its log and its end. What is large or may hold secrets
    /// goes then, the rest with the run.
    func working(of name: PodName) -> [String] {
        [folder(of: name) + "/mountpoint", outputs(of: name)] + disposable(of: name) + own(of: name)
    }

    /// What goes when a pod is forgotten; only few pods have these.
    func disposable(of name: PodName) -> [String] { [folder(of: name) + "/steps", volumes(of: name)] }

    /// The folders that are a pod's alone and may be others' when it is forgotten; the last is there until it is.
    func own(of name: PodName) -> [String] { temporaryElsewhere(of: name) + [supervised(name).scratchPath] }

    private func temporaryElsewhere(of name: PodName) -> [String] {
        let temporary = temporary(of: name)
        return temporary.hasPrefix(folder(of: name)) ? [] : [temporary]
    }

    /// What runs before and beside a pod's program, each in a folder of its own.
    private func steps(of spec: PodSpec, server: [String: String]) -> [Program.Step] {
        spec.initContainers.enumerated().map { index, container in
            var own = spec
            own.env = container.env
            let work = supervised(spec.name).step(index).path + "/work"
            var program = Program(
                arguments: container.command + container.args,
                variables: ProgramVariables.ofPod(
                    own,
                    start: .literal,
                    temporaryFolder: temporary(of: spec.name),
                    server: server
                ),
                workFolder: work,
                folders: [work]
            )
            add(container.volumes, of: spec.name, container: "\(container.name)-", to: &program)
            return Program.Step(name: container.name, isSidecar: container.isSidecar, program: program)
        }
    }

    /// The program of a pod.
    func program(of spec: PodSpec, start: ProgramStart, server: [String: String]) -> Program {
        let name = spec.name
        var program = Program(
            arguments: spec.command + spec.args,
            variables: ProgramVariables.ofPod(
                spec,
                start: start,
                temporaryFolder: temporary(of: name),
                server: server
            ),
            workFolder: work(of: name),
            folders: [work(of: name), temporary(of: name)],
            ownFolders: temporaryElsewhere(of: name),
            deadline: spec.activeDeadline
        )
        let texts = program.arguments + program.variables.map(\.value)
        for path in spec.outputPaths where path.hasPrefix("/") {
            guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { continue }
            let folder = String(path[..<slash])
            // Most programs are never told where they could leave what they do not have.
            let isNeeded = folder != outputs(of: name) || texts.contains { strstr($0, folder) != nil }
            if isNeeded, !program.folders.contains(folder) { program.folders.append(folder) }
        }
        add(spec.volumes, of: name, to: &program)
        program.steps = steps(of: spec, server: server)
        if case .python(let component, let environment) = start {
            program.files += [
                Program.File(path: self.component(of: name), bytes: Array(component.source.utf8))
            ]
            program.arguments =
                [environment.python, "-m", component.executorModule]
                + ["--component_module_path", self.component(of: name)] + component.arguments
        }
        return program
    }
}
