/// Where in a cluster a pod wants to be.
///
/// Operators and effects stay text: only the cluster knows which of them its version takes.
package struct PodPlacement: Hashable, Sendable {
    /// A taint the pod puts up with. Source: Kubernetes `Toleration`.
    package struct Toleration: Hashable, Sendable {
        /// The taint's key; `nil` for every taint.
        package var key: String?
        /// How key and value relate: `Equal` when `nil`, or `Exists`.
        package var `operator`: String?
        /// The taint's value.
        package var value: String?
        /// The taint's effect, such as `NoSchedule`; `nil` for every effect.
        package var effect: String?
        /// Seconds to stay once the taint appears; `nil` for ever, and less than 1 for leaving at once.
        package var seconds: Int?

        init(reading reader: inout SpecReader) {
            key = reader.text("key")
            self.operator = reader.text("operator")
            value = reader.text("value")
            effect = reader.text("effect")
            seconds = reader.integer("tolerationSeconds")
        }
    }

    /// A condition on one label or field. Source: Kubernetes `NodeSelectorRequirement`,
    /// `LabelSelectorRequirement`.
    package struct Requirement: Hashable, Sendable {
        /// The label or field.
        package var key: String
        /// How it relates to the values: `In`, `Exists`, `Gt` and so on.
        package var `operator`: String
        /// The values.
        package var values: [String]

        init(reading reader: inout SpecReader) {
            key = reader.requiredText("key")
            self.operator = reader.requiredText("operator")
            values = reader.strings("values")
        }
    }

    /// Nodes that meet all of some conditions. Source: Kubernetes `NodeSelectorTerm`.
    package struct NodeTerm: Hashable, Sendable {
        /// Conditions on labels.
        package var matchExpressions: [Requirement]
        /// Conditions on fields, such as `metadata.name`.
        package var matchFields: [Requirement]

        /// Whether there is no condition; such a term matches no node, and is left out.
        package var isEmpty: Bool { matchExpressions.isEmpty && matchFields.isEmpty }

        init(reading reader: inout SpecReader) {
            matchExpressions = reader.list("matchExpressions", Requirement.init(reading:))
            matchFields = reader.list("matchFields", Requirement.init(reading:))
        }
    }

    /// Nodes the pod would rather be on. Source: Kubernetes `PreferredSchedulingTerm`.
    package struct PreferredNodes: Hashable, Sendable {
        /// How much rather, 1 to 100.
        package var weight: Int
        /// The nodes.
        package var term: NodeTerm
    }

    /// Pods to be near to, or far from. Source: KFP `PodAffinityTerm`; Kubernetes `PodAffinityTerm`.
    package struct PodAffinityTerm: Hashable, Sendable {
        /// Conditions on the other pods' labels.
        package var podExpressions: [Requirement]
        /// Labels the other pods have.
        package var podLabels: [String: String]
        /// The label of nodes that says what near means, such as `kubernetes.io/hostname`.
        package var topologyKey: String
        /// Namespaces of the other pods.
        package var namespaces: [String]
        /// Conditions on the labels of their namespaces.
        package var namespaceExpressions: [Requirement]
        /// Labels their namespaces have.
        package var namespaceLabels: [String: String]
        /// How much rather, 1 to 100; `nil` for a must.
        package var weight: Int?
        /// Whether to be far instead of near.
        package var isAnti: Bool

        init(reading reader: inout SpecReader) {
            podExpressions = reader.list("matchPodExpressions", Requirement.init(reading:))
            podLabels = reader.texts("matchPodLabels")
            topologyKey = reader.string("topologyKey") ?? ""
            namespaces = reader.strings("namespaces")
            namespaceExpressions = reader.list("matchNamespaceExpressions", Requirement.init(reading:))
            namespaceLabels = reader.texts("matchNamespaceLabels")
            weight = reader.integer("weight", in: 1...100)
            isAnti = reader.bool("anti") ?? false
        }
    }

    /// Labels a node must have.
    package var nodeSelector: [String: String] = [:]
    /// Taints the pod puts up with.
    package var tolerations: [Toleration] = []
    /// The pod must be on a node that matches one of these, if there are any.
    package var requiredNodes: [NodeTerm] = []
    /// Nodes the pod would rather be on.
    package var preferredNodes: [PreferredNodes] = []
    /// Pods to be near to, or far from.
    package var podAffinity: [PodAffinityTerm] = []

    /// Adds a Kubernetes `NodeAffinity`.
    mutating func add(readingNodeAffinity reader: inout SpecReader) {
        let required = reader.message("requiredDuringSchedulingIgnoredDuringExecution") {
            $0.list("nodeSelectorTerms", NodeTerm.init(reading:))
        }
        requiredNodes += (required ?? []).filter { !$0.isEmpty }
        preferredNodes += reader.list("preferredDuringSchedulingIgnoredDuringExecution") { preferred in
            let weight = preferred.integer("weight", in: 1...100)
            let term = preferred.message("preference", NodeTerm.init(reading:))
            guard let weight, let term else {
                if preferred.problems.isEmpty { preferred.report("", "expected 'weight' and 'preference'") }
                return nil
            }
            return PreferredNodes(weight: weight, term: term)
        }.compactMap { (preferred: PreferredNodes?) in preferred }
    }
}
