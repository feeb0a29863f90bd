import Model

/// Checks a spec's references and turns them into indexes.
///
/// Works from the root down; each DAG component is compiled once. Problems are collected, so that all are seen at once.
struct GraphCompiler {
    private let spec: PipelineSpec
    /// What is wrong, each thing once, although several tasks may use what is wrong.
    private(set) var problems: [SpecProblem] = []
    /// Finished pipelines; `nil` while one is still being compiled.
    private(set) var pipelines: [TaskGraph.Pipeline?] = []
    private var indexOfComponent: [String: Int] = [:]
    /// How much a use of each pipeline makes, by index.
    private var extents: [Extent] = []

    /// What one use of a pipeline comes to when everything inside of it is counted.
    private struct Extent {
        /// Pipelines within each other, this one included.
        var levels = 1
        /// Tasks, at all levels.
        var tasks = 0
    }

    init(_ spec: PipelineSpec) {
        self.spec = spec
    }

    mutating func compile() {
        guard case .dag(let dag) = spec.root.implementation else {
            problems.append(SpecProblem("root", "expected a pipeline of tasks ('dag')"))
            return
        }
        let root = pipeline("root", spec.root, dag, path: "root.dag", ancestors: [])
        if extents[root].tasks > Limits.runTasksMax {
            problems.append(
                SpecProblem(
                    "root.dag",
                    "a run would have more than \(Limits.runTasksMax) tasks, nested ones counted"
                )
            )
        }
        var seen: Set<SpecProblem> = []
        problems = problems.filter { seen.insert($0).inserted }
    }

    /// Compiles one DAG component and returns its index.
    /// - Parameter ancestors: the components around it, outermost first, without the root.
    private mutating func pipeline(
        _ name: String,
        _ component: ComponentSpec,
        _ dag: DagSpec,
        path: String,
        ancestors: [String]
    ) -> Int {
        let index = pipelines.count
        pipelines.append(nil)
        extents.append(Extent())
        if dag.tasks.isEmpty {
            problems.append(SpecProblem(path + ".tasks", "a pipeline needs at least one task"))
        }
        let upstream = upstreamNames(dag, path: path)
        let order = topologicalOrder(upstream, path: path)
        let positions = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
        var downstream = [[Int]](repeating: [], count: order.count)
        for (position, name) in order.enumerated() {
            for producer in (upstream[name] ?? []).compactMap({ positions[$0] }) {
                downstream[producer].append(position)
            }
        }
        var tasks: [TaskGraph.Task] = []
        for (position, name) in order.enumerated() {
            guard let task = dag.tasks[name] else { continue }
            let place = "\(path).tasks.\(name)"
            let resolver = ReferenceResolver(spec: spec, dag: dag, enclosing: component, positions: positions)
            let component = spec.components[task.componentName] ?? ComponentSpec()
            let resolved = resolver.resolve(task, component, path: place)
            problems += resolved.problems
            tasks.append(
                TaskGraph.Task(
                    name: name,
                    displayName: task.displayName.isEmpty ? name : task.displayName,
                    componentName: task.componentName,
                    body: body(of: task, path: place, ancestors: ancestors),
                    spec: task,
                    component: component,
                    parameterSources: resolved.parameters,
                    artifactSources: resolved.artifacts,
                    upstream: (upstream[name] ?? []).compactMap { positions[$0] }.sorted(),
                    downstream: downstream[position].sorted()
                )
            )
        }
        let resolver = ReferenceResolver(spec: spec, dag: dag, enclosing: component, positions: positions)
        let outputs = resolver.outputs(path: path)
        problems += outputs.problems
        extents[index] = extent(of: tasks)
        pipelines[index] = TaskGraph.Pipeline(
            name: name,
            component: component,
            tasks: tasks,
            outputParameters: outputs.parameters,
            outputArtifacts: outputs.artifacts
        )
        return index
    }

    private func extent(of tasks: [TaskGraph.Task]) -> Extent {
        var extent = Extent(levels: 1, tasks: tasks.count)
        for case .pipeline(let inner) in tasks.map(\.body) {
            extent.levels = max(extent.levels, extents[inner].levels + 1)
            // Twice as many at every level is soon more than an integer holds.
            extent.tasks = min(extent.tasks + extents[inner].tasks, Limits.runTasksMax + 1)
        }
        return extent
    }

    private mutating func body(of task: TaskSpec, path: String, ancestors: [String]) -> TaskGraph.Body {
        guard let component = spec.components[task.componentName] else {
            problems.append(
                SpecProblem(path + ".componentRef.name", "there is no component '\(task.componentName)'")
            )
            return .foreign(kind: "")
        }
        switch component.implementation {
        case .dag(let dag):
            if ancestors.contains(task.componentName) {
                let cycle = (ancestors.drop { $0 != task.componentName } + [task.componentName]).joined(
                    separator: " → "
                )
                problems.append(
                    SpecProblem(path + ".componentRef.name", "the component contains itself: \(cycle)")
                )
                return .foreign(kind: "")
            }
            let known = indexOfComponent[task.componentName]
            if ancestors.count + 1 + (known.map { extents[$0].levels } ?? 1) > Limits.dagDepthMax {
                problems.append(
                    SpecProblem(path, "more than \(Limits.dagDepthMax) pipelines lie within each other")
                )
                return .foreign(kind: "")
            }
            if let known { return .pipeline(known) }
            let index = pipeline(
                task.componentName,
                component,
                dag,
                path: "components.\(task.componentName).dag",
                ancestors: ancestors + [task.componentName]
            )
            indexOfComponent[task.componentName] = index
            return .pipeline(index)
        case .executor(let label):
            switch spec.executors[label] {
            case .container(let container): return .container(container, label: label)
            case .importer(let importer): return .importer(importer)
            case .foreign(let kind, _): return .foreign(kind: kind)
            case .missing:
                problems.append(
                    SpecProblem(
                        "deploymentSpec.executors.\(label)",
                        "says neither 'container' nor 'importer'"
                    )
                )
            case nil:
                problems.append(
                    SpecProblem(
                        "components.\(task.componentName).executorLabel",
                        "there is no executor '\(label)' in deploymentSpec.executors"
                    )
                )
            }
        case .missing:
            problems.append(
                SpecProblem(
                    "components.\(task.componentName)",
                    "expected 'dag' or 'executorLabel'; neither is there"
                )
            )
        }
        return .foreign(kind: "")
    }

    /// The tasks each task waits for: those it names, and those whose outputs it uses.
    private mutating func upstreamNames(_ dag: DagSpec, path: String) -> [String: Set<String>] {
        var result: [String: Set<String>] = [:]
        for (name, task) in dag.tasks.sorted(by: { $0.key < $1.key }) {
            let place = "\(path).tasks.\(name)"
            if name.isEmpty || name.count > Limits.taskNameCharactersMax {
                problems.append(
                    SpecProblem(
                        place,
                        "a task's name must have 1 to \(Limits.taskNameCharactersMax) characters"
                    )
                )
            }
            var producers = Set(task.dependentTasks)
            for (index, producer) in task.dependentTasks.enumerated() where dag.tasks[producer] == nil {
                problems.append(
                    SpecProblem("\(place).dependentTasks[\(index)]", "there is no task '\(producer)' here")
                )
            }
            for binding in task.inputParameters.values {
                switch binding.source {
                case .taskOutput(let producer, _), .taskFinalStatus(let producer): producers.insert(producer)
                case .constant, .runtimeParameter, .componentInput, .missing: break
                }
            }
            for case .taskOutput(let producer, _) in task.inputArtifacts.values { producers.insert(producer) }
            result[name] = producers.filter { dag.tasks[$0] != nil }
        }
        return result
    }

    /// Kahn's algorithm, smallest name first; a cycle is reported with its tasks.
    private mutating func topologicalOrder(_ upstream: [String: Set<String>], path: String) -> [String] {
        var missing = upstream.mapValues(\.count)
        var dependents: [String: [String]] = [:]
        for (name, producers) in upstream {
            for producer in producers { dependents[producer, default: []].append(name) }
        }
        var ready = missing.filter { $0.value == 0 }.keys.sorted()
        var order: [String] = []
        while !ready.isEmpty {
            // One level at a time keeps this O(n log n) and the order independent of hashing.
            var next: [String] = []
            for name in ready {
                order.append(name)
                for dependent in dependents[name] ?? [] {
                    missing[dependent, default: 0] -= 1
                    if missing[dependent] == 0 { next.append(dependent) }
                }
            }
            ready = next.sorted()
        }
        if order.count < upstream.count {
            let stuck = Set(upstream.keys).subtracting(order)
            problems.append(
                SpecProblem(
                    path + ".tasks",
                    "the tasks wait for each other: \(Self.cycle(among: stuck, upstream))"
                )
            )
        }
        return order
    }

    /// One cycle among tasks that can never start, in the direction data would flow: `a → b → a`.
    private static func cycle(among stuck: Set<String>, _ upstream: [String: Set<String>]) -> String {
        guard var current = stuck.min() else { return "" }
        var walk: [String] = []
        while !walk.contains(current) {
            walk.append(current)
            guard let next = upstream[current]?.intersection(stuck).min() else { break }
            current = next
        }
        let loop = Array(walk.drop { $0 != current })
        return (loop + [current]).reversed().joined(separator: " → ")
    }
}
