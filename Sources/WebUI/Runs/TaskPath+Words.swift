import Model
import Wire

extension TaskPath {
    /// A task's name, its groups and the numbers of the iterations it is in, as far as its path says them.
    var words: (name: String, groups: String?, numbers: String) {
        let segments = text.split(separator: ".").map(String.init)
        let names = segments.filter { Int($0) == nil }.map { percentDecoded($0, plusIsSpace: false) ?? $0 }
        let groups = names.dropLast()
        let numbers = segments.compactMap { Int($0) }.map { String($0 + 1) }
        return (
            names.last ?? text, groups.isEmpty ? nil : groups.joined(separator: " / "),
            numbers.joined(separator: ".")
        )
    }
}

extension ArtifactLink {
    /// The task's name with the numbers of the iterations it is in, as the pages of its run have it: `Train · 2`.
    var taskTitle: String {
        let place = edge.path.words
        // The name of an iteration has its number from 0 in it.
        let name = iteration == nil ? taskDisplayName : place.name
        return place.numbers.isEmpty ? name : "\(name) · \(place.numbers)"
    }
}
