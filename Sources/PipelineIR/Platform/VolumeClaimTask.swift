package import Model

/// A task that makes or removes a volume claim instead of running a program.
///
/// KFP compiles it as a container with an image that does not exist and answers it in its driver.
/// Source: KFP driver, `kubernetesPlatformOps`, and the SDK's components `CreatePVC` and `DeletePVC`.
package enum VolumeClaimTask: Hashable, Sendable {
    /// What a new claim is called.
    package enum Name: Hashable, Sendable {
        /// This.
        case fixed(String)
        /// A fresh id, followed by this, which may be empty.
        case generated(suffix: String)

        /// The claim's name.
        /// - Parameter id: 1 to 36 lower-case letters, digits and `-`, such as a UUID, that no other claim has; the
        ///   caller remembers it with the task, so that trying again finds the same claim.
        package func text(id: String) -> String {
            switch self {
            case .fixed(let name): name
            case .generated(let suffix): id + suffix
            }
        }
    }

    /// Make a claim; the name goes to the output parameter ``outputName``.
    case create(Name, VolumeClaim)
    /// Remove the claim of this name.
    case delete(name: String)

    /// The output parameter that takes a new claim's name.
    package static let outputName = "name"
    /// The image that stands for making a claim.
    package static let createImage = "argostub/createpvc"
    /// The image that stands for removing a claim.
    package static let deleteImage = "argostub/deletepvc"
    /// The storage class of a claim whose task has no such parameter. Source: KFP driver, `createPVC`.
    package static let defaultStorageClass = "standard"

    /// Reads a container task.
    ///
    /// A storage class of `null` means the cluster's default, an empty one none at all, as the SDK documents.
    /// - Parameters:
    ///   - image: the container's image.
    ///   - parameters: the task's input parameters, resolved, defaults filled in.
    /// - Returns: `nil` for every other image.
    /// - Throws: ``InvalidSpec`` with paths below `inputs.parameters`.
    package init?(image: String, parameters: [String: JSONValue]) throws(InvalidSpec) {
        var reader = SpecReader(.object(parameters), path: "inputs.parameters")
        switch image {
        case Self.createImage:
            let claim = VolumeClaim(
                readingTask: &reader,
                hasStorageClass: parameters["storage_class_name"] != nil
            )
            self = .create(Name(reading: &reader), claim)
        case Self.deleteImage:
            self = .delete(name: reader.requiredName("pvc_name"))
        default: return nil
        }
        if !reader.problems.isEmpty { throw InvalidSpec(reader.problems) }
    }
}

extension VolumeClaimTask.Name {
    fileprivate init(reading reader: inout SpecReader) {
        let name = reader.text("pvc_name")
        let suffix = reader.text("pvc_name_suffix")
        if name != nil, suffix != nil {
            reader.report("pvc_name", "expected it or 'pvc_name_suffix', found both")
        }
        // A suffix follows an id of up to 36 characters, so it may start with what a name may not.
        if let suffix, !KubernetesName.isName(String(repeating: "0", count: 36) + suffix) {
            reader.report(
                "pvc_name_suffix",
                "an id with '\(suffix.prefix(100))' is no \(KubernetesName.expectation)"
            )
        }
        if let name { reader.checkName(name, at: "pvc_name") }
        self = name.map(Self.fixed) ?? .generated(suffix: suffix ?? "")
    }
}

extension VolumeClaim {
    fileprivate init(readingTask reader: inout SpecReader, hasStorageClass: Bool) {
        self.init()
        accessModes = reader.accessModes("access_modes")
        size = reader.requiredQuantity("size")
        storageClassName =
            hasStorageClass ? reader.string("storage_class_name") : VolumeClaimTask.defaultStorageClass
        volumeName = reader.text("volume_name")
        if let volumeName { reader.checkName(volumeName, at: "volume_name") }
        annotations = reader.texts("annotations")
        dataSource = reader.message("data_source") { source in
            DataSource(
                apiGroup: source.text("apiGroup"),
                kind: source.requiredText("kind"),
                name: source.requiredText("name")
            )
        }
    }
}

extension SpecReader {
    fileprivate mutating func requiredName(_ field: String) -> String {
        let name = requiredText(field)
        if !name.isEmpty { checkName(name, at: field) }
        return name
    }

    fileprivate mutating func checkName(_ name: String, at field: String) {
        if !KubernetesName.isName(name) {
            report(field, "'\(name.prefix(100))' is no \(KubernetesName.expectation)")
        }
    }
}
