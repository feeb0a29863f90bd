package import Model
package import PipelineIR

/// What the graph of a run shows: the pipeline's tasks with their states, groups opened or closed.
package struct RunScene: Hashable, Sendable {
    /// A task or a group.
    package struct Node: Hashable, Sendable {
        /// What a node stands for.
        package enum Look: Hashable, Sendable {
            case task
            case artifact
        }

        /// Tells it from all others of the drawing.
        package var id: String
        /// What it stands for.
        package var look = Look.task
        /// Its name for people.
        package var title: String
        /// What it does.
        package var kind: TaskKind
        /// Where it stands; `nil` before the run has got to it, and in a plan.
        package var state: TaskState?
        /// How it looks where that is not its state's sign, in a plan.
        package var sign: StateView?
        /// What there is to say of it in a few words.
        package var detail: String
        /// The whole story, for the title.
        package var story: String
        /// Whether its panel is open.
        package var isSelected: Bool
        /// Its panel, or its page.
        package var href: String
        /// Whether that is another page, not a panel of this one.
        package var isElsewhere = false
        /// Opens or closes it; `nil` for what is no group.
        package var toggle: String?
        /// The iterations before and after the one that is shown.
        package var before: String?
        /// The iteration after.
        package var after: String?
        /// How many iterations or steps are in each state, for a closed group.
        package var counts: [TaskState: Int]
        /// What is in it, while it is open.
        package var content: RunScene?
    }

    /// The tasks, each after those it waits for.
    package var nodes: [Node]
    /// Which waits for which.
    package var edges: [LayoutGraph.Edge]
}

/// Builds the scene of a run from its pipeline and its tasks, or of a pipeline alone.
package struct RunSceneBuilder<Address: GraphAddress> {
    private let graph: TaskGraph
    private let tasks: RunTasks
    private let address: Address
    private let artifacts: [ArtifactID: Artifact]
    private let now: Instant
    /// Whether this is a pipeline that is looked at by itself, so nothing in it has a state.
    private let isPlan: Bool
    /// Whether groups other than loops stand open by themselves.
    private let isSmall: Bool

    /// Groups of pipelines with more tasks than this start closed.
    private static var openTasksMax: Int { 60 }

    /// Artifacts of one task that are drawn; of a loop they are many.
    private static var artifactsMax: Int { 12 }

    /// Makes a builder for a pipeline by itself.
    package init(plan graph: TaskGraph, _ address: Address) {
        self.init(graph, RunTasks(), address, artifacts: [:], now: .epoch, isPlan: true)
    }

    /// Makes a builder for a run.
    /// - Parameter artifacts: what the tasks read and wrote, for drawing it where the address says so.
    package init(
        _ graph: TaskGraph,
        _ tasks: RunTasks,
        _ address: Address,
        artifacts: [ArtifactID: Artifact] = [:],
        now: Instant
    ) {
        self.init(graph, tasks, address, artifacts: artifacts, now: now, isPlan: false)
    }

    private init(
        _ graph: TaskGraph,
        _ tasks: RunTasks,
        _ address: Address,
        artifacts: [ArtifactID: Artifact],
        now: Instant,
        isPlan: Bool
    ) {
        self.isPlan = isPlan
        self.graph = graph
        self.artifacts = artifacts
        self.tasks = tasks
        self.address = address
        self.now = now
        isSmall = graph.pipelines.reduce(0) { $0 + $1.tasks.count } <= Self.openTasksMax
    }

    /// The scene.
    package func scene() -> RunScene { scene(of: 0, at: .root) }

    private func scene(of pipeline: Int, at parent: TaskPath) -> RunScene {
        let pipeline = graph.pipelines[pipeline]
        var scene = RunScene(
            nodes: pipeline.tasks.map { node($0, at: parent.appending($0.name)) },
            edges: pipeline.tasks.enumerated().flatMap { to, task in
                task.upstream.map { LayoutGraph.Edge(from: $0, to: to) }
            }
        )
        if address.showsArtifacts {
            addArtifacts(
                to: &scene,
                of: pipeline.tasks.map { tasks.byPath[parent.appending($0.name)] },
                at: parent
            )
        }
        return scene
    }

    /// Puts what tasks hand to each other between them.
    private func addArtifacts(to scene: inout RunScene, of records: [TaskRecord?], at parent: TaskPath) {
        let readers = records.map { Set($0?.inputs.artifacts.values.flatMap(\.self) ?? []) }
        for (writer, record) in records.enumerated() {
            let written = (record?.outputs.artifacts ?? [:]).sorted { $0.key < $1.key }.flatMap(\.value)
            for id in written.prefix(Self.artifactsMax) {
                guard let artifact = artifacts[id] else { continue }
                var node = RunScene.Node(artifact, isSelected: false) { ArtifactAddress($0).href }
                // A group hands on what a task in it wrote, so an artifact may be drawn at several places.
                node.id = "\(node.id).\(parent)"
                let place = scene.nodes.count
                scene.nodes.append(node)
                scene.edges.append(LayoutGraph.Edge(from: writer, to: place))
                for (reader, read) in readers.enumerated() where reader != writer && read.contains(id) {
                    scene.edges.append(LayoutGraph.Edge(from: place, to: reader))
                    // The way through the artifact says the same.
                    scene.edges.removeAll { $0 == LayoutGraph.Edge(from: writer, to: reader) }
                }
            }
        }
    }

    private func node(_ task: TaskGraph.Task, at path: TaskPath) -> RunScene.Node {
        let record = tasks.byPath[path]
        let state = record?.state
        var node = RunScene.Node(
            id: path.text,
            title: task.displayName,
            kind: task.kind,
            state: state,
            sign: isPlan ? StateView(task.kind) : nil,
            detail: isPlan ? task.summary : detail(record),
            story: isPlan ? "\(task.displayName): \(task.kind.title)" : story(task, record),
            isSelected: address.task == path,
            href: address.showing(path).href,
            counts: [:]
        )
        guard case .pipeline(let inner) = task.body else {
            if task.kind == .loop { countIterations(&node, path) }
            return node
        }
        // A plan has no iterations; it shows what each of them would do.
        if task.kind == .loop, !isPlan {
            loop(&node, path, inner)
        } else {
            group(&node, path, inner)
        }
        return node
    }

    private func group(_ node: inout RunScene.Node, _ path: TaskPath, _ inner: Int) {
        let isOpen =
            isWithin(path) || address.open.contains(path)
            || isSmall && node.state != .skipped && !address.shut.contains(path)
        node.toggle = toggled(path, isOpen: isOpen).href
        node.counts = tasks.steps[path] ?? [:]
        if isOpen {
            node.content = scene(of: inner, at: path)
        } else if node.counts.count > 0, node.state != .skipped {
            node.detail = progressText(node.counts)
        }
    }

    private func loop(_ node: inout RunScene.Node, _ path: TaskPath, _ inner: Int) {
        countIterations(&node, path)
        let iterations = tasks.iterations(of: path)
        let isOpen = isWithin(path) || address.open.contains { isIteration($0, of: path) || $0 == path }
        node.toggle = toggled(path, isOpen: isOpen).href
        guard isOpen, let shown = shownIteration(path, iterations) else { return }
        node.title += " \(shown + 1)/\(iterations.count)"
        node.before = shown > 0 ? opened(path, shown - 1).href : nil
        node.after = shown + 1 < iterations.count ? opened(path, shown + 1).href : nil
        node.content = scene(of: inner, at: path.appending(iteration: shown))
    }

    private func countIterations(_ node: inout RunScene.Node, _ path: TaskPath) {
        let iterations = tasks.iterations(of: path)
        guard !iterations.isEmpty else { return }
        node.counts = iterations.reduce(into: [:]) { $0[$1.state, default: 0] += 1 }
        node.detail = progressText(node.counts, total: tasks.byPath[path]?.iterationsPlanned)
    }

    /// The iteration that was asked for, or the one that people look for: failed, then running, then the first.
    private func shownIteration(_ loop: TaskPath, _ iterations: [TaskRecord]) -> Int? {
        if let task = address.task, let number = iterationNumber(task, of: loop) { return number }
        for path in address.open.sorted() {
            if let number = iterationNumber(path, of: loop) { return number }
        }
        let wanted = iterations.first { $0.state == .failed } ?? iterations.first { $0.state == .running }
        return (wanted ?? iterations.first)?.iteration
    }

    private func iterationNumber(_ path: TaskPath, of loop: TaskPath) -> Int? {
        guard path.text.hasPrefix(loop.text + ".") else { return nil }
        let number = path.text.dropFirst(loop.text.count + 1).prefix { $0 != "." }
        return Int(number).flatMap { tasks.byPath[loop.appending(iteration: $0)] == nil ? nil : $0 }
    }

    private func isIteration(_ path: TaskPath, of loop: TaskPath) -> Bool {
        iterationNumber(path, of: loop) != nil
    }

    /// Whether the panel shows something inside of a group.
    private func isWithin(_ group: TaskPath) -> Bool {
        address.task?.text.hasPrefix(group.text + ".") ?? false
    }

    private func toggled(_ path: TaskPath, isOpen: Bool) -> Address {
        address.with { address in
            if isOpen {
                address.open = address.open.filter { $0 != path && !$0.text.hasPrefix(path.text + ".") }
                address.shut.insert(path)
                // What is shown in the panel would open its group again.
                if address.task?.text.hasPrefix(path.text + ".") == true { address.task = path }
            } else {
                address.open.insert(path)
                address.shut.remove(path)
            }
        }
    }

    private func opened(_ loop: TaskPath, _ iteration: Int) -> Address {
        address.with { address in
            address.open = address.open.filter { !$0.text.hasPrefix(loop.text + ".") }
            address.open.insert(loop.appending(iteration: iteration))
            if address.task?.text.hasPrefix(loop.text + ".") == true {
                address.task = loop.appending(iteration: iteration)
            }
        }
    }

    private func detail(_ record: TaskRecord?) -> String {
        guard let record else { return "Not reached" }
        let word = StateView(record.state).word
        switch record.state {
        case .pending, .failed, .skipped:
            let why = record.reason?.headline ?? ""
            return why.isEmpty ? word : why
        case .running, .succeeded, .canceled:
            guard let length = DurationView(from: record.startedAt, to: record.endedAt, now: now) else {
                return word
            }
            return "\(word) · \(length.text)"
        case .cached: return word
        }
    }

    private func story(_ task: TaskGraph.Task, _ record: TaskRecord?) -> String {
        let state = StateView(record?.state).word
        let why = record?.reason?.headline
        return "\(task.displayName): \(state)" + (why.map { ". \($0)" } ?? "")
    }
}
