package import Model
import Pods

/// What the machine gives to pods.
package struct PodCapacity: Hashable, Sendable {
    /// Pods that may run at once, whatever they ask for; at least 1.
    package var places: Int
    /// Cores.
    package var cpu: Quantity
    /// Bytes of memory.
    package var memory: Quantity

    /// Makes a capacity.
    package init(places: Int, cpu: Quantity, memory: Quantity) {
        self.places = max(1, places)
        self.cpu = cpu
        self.memory = memory
    }
}

/// Decides which pods may run: first come, first served, within places, declared cores and declared memory.
///
/// A pod that does not fit does not hold up smaller ones behind it, until ``overtakesMax`` of them have
/// passed; then everybody waits for it, so that it does get its turn. Pods that declare nothing only take a
/// place.
struct Admission: Sendable {
    private struct Waiting {
        var name: PodName
        var cpu: Int64
        var memory: Int64
        var overtaken: Int
    }

    /// Pods that may pass one that waits.
    static let overtakesMax = 16

    /// What there is to give.
    let capacity: PodCapacity
    private var queue: [Waiting] = []
    private var running: [PodName: (cpu: Int64, memory: Int64)] = [:]
    private var cpu: Int64 = 0
    private var memory: Int64 = 0

    init(capacity: PodCapacity) {
        self.capacity = capacity
    }

    /// Why a pod could never run here; `nil` if it could.
    func objection(to requests: ResourceRequests) -> Reason? {
        if let cpu = requests.cpu, cpu > capacity.cpu {
            return Reason(
                .startFailed,
                "The task asks for \(Self.cores(cpu)) and this machine has \(Self.cores(capacity.cpu)). "
                    + "Ask for less, or run it on a larger machine.",
                details: [
                    "requestedMilliCores": .number(Double(cpu.thousandths)),
                    "milliCores": .number(Double(capacity.cpu.thousandths)),
                ]
            )
        }
        if let memory = requests.memory, memory > capacity.memory {
            return Reason(
                .startFailed,
                "The task asks for \(Self.bytes(memory)) of memory and this machine has "
                    + "\(Self.bytes(capacity.memory)). Ask for less, or run it on a larger machine.",
                details: [
                    "requestedBytes": .number(Double(memory.units)),
                    "bytes": .number(Double(capacity.memory.units)),
                ]
            )
        }
        let devices = requests.devices.filter { $0.value > 0 }.sorted { $0.key < $1.key }
        if let device = devices.first {
            return Reason(
                .startFailed,
                "The task asks for \(device.value) × \(device.key), and local pods have no such device here. "
                    + "Remove the accelerator from the task, or run it where there is one."
            )
        }
        return nil
    }

    /// Takes a pod into the queue.
    mutating func enqueue(_ name: PodName, _ requests: ResourceRequests) {
        queue.append(
            Waiting(
                name: name,
                cpu: requests.cpu?.thousandths ?? 0,
                memory: requests.memory?.thousandths ?? 0,
                overtaken: 0
            )
        )
    }

    /// Counts a pod that runs already, without asking whether it may.
    mutating func hold(_ name: PodName, _ requests: ResourceRequests) {
        take(name, cpu: requests.cpu?.thousandths ?? 0, memory: requests.memory?.thousandths ?? 0)
    }

    /// Forgets a pod, whether it waits or runs.
    mutating func release(_ name: PodName) {
        if let freed = running.removeValue(forKey: name) {
            cpu -= freed.cpu
            memory -= freed.memory
        } else {
            queue.removeAll { $0.name == name }
        }
    }

    /// The pods that may start now, which from then on count as running.
    mutating func admit() -> [PodName] {
        guard !queue.isEmpty, running.count < capacity.places else { return [] }
        var admitted: [PodName] = []
        var passed: [Int] = []
        var next = 0
        while next < queue.count, running.count < capacity.places {
            let waiting = queue[next]
            if fits(waiting) {
                take(waiting.name, cpu: waiting.cpu, memory: waiting.memory)
                admitted.append(waiting.name)
                queue.remove(at: next)
                for index in passed { queue[index].overtaken += 1 }
                if passed.contains(where: { queue[$0].overtaken >= Self.overtakesMax }) { break }
            } else if waiting.overtaken >= Self.overtakesMax {
                break
            } else {
                passed.append(next)
                next += 1
            }
        }
        return admitted
    }

    /// What a waiting pod waits for, of what there is how much, and how much of that is free.
    func situation(of name: PodName) -> Reason {
        let free = (
            cpu: Quantity(thousandths: max(0, capacity.cpu.thousandths - cpu)),
            memory: Quantity(thousandths: max(0, capacity.memory.thousandths - memory))
        )
        var details: [String: JSONValue] = [
            "places": .number(Double(capacity.places)), "placesTaken": .number(Double(running.count)),
            "milliCores": .number(Double(capacity.cpu.thousandths)),
            "freeMilliCores": .number(Double(free.cpu.thousandths)),
            "bytes": .number(Double(capacity.memory.units)), "freeBytes": .number(Double(free.memory.units)),
        ]
        var wants: [String] = []
        if let waiting = queue.last(where: { $0.name == name }) {
            if waiting.cpu > free.cpu.thousandths {
                wants.append(
                    "\(Self.cores(Quantity(thousandths: waiting.cpu))), of which \(Self.cores(free.cpu)) "
                        + "\(free.cpu.thousandths == 1000 ? "is" : "are") free; the machine has \(Self.cores(capacity.cpu))"
                )
            }
            if waiting.memory > free.memory.thousandths {
                wants.append(
                    "\(Self.bytes(Quantity(thousandths: waiting.memory))) of memory, of which \(Self.bytes(free.memory)) "
                        + "are not spoken for; the machine has \(Self.bytes(capacity.memory))"
                )
            }
            if waiting.cpu > 0 { details["requestedMilliCores"] = .number(Double(waiting.cpu)) }
            if waiting.memory > 0 { details["requestedBytes"] = .number(Double(waiting.memory / 1000)) }
        }
        if wants.isEmpty {
            wants.append("its turn: \(running.count) of \(capacity.places) places are taken")
        }
        return Reason(
            .waitingForCapacity,
            "Waits for \(wants.joined(separator: ", and for ")).",
            details: details
        )
    }

    private func fits(_ waiting: Waiting) -> Bool {
        cpu + waiting.cpu <= capacity.cpu.thousandths
            && memory + waiting.memory <= capacity.memory.thousandths
    }

    private mutating func take(_ name: PodName, cpu: Int64, memory: Int64) {
        guard running.updateValue((cpu, memory), forKey: name) == nil else { return }
        self.cpu += cpu
        self.memory += memory
    }

    private static func cores(_ quantity: Quantity) -> String {
        let whole = quantity.thousandths / 1000
        let rest = quantity.thousandths % 1000
        if rest == 0 { return whole == 1 ? "1 core" : "\(whole) cores" }
        let digits = String(1000 + rest).dropFirst()
        return "\(whole).\(digits) cores"
    }

    private static func bytes(_ quantity: Quantity) -> String {
        let mebibytes = quantity.units / (1 << 20)
        return mebibytes >= 1 ? "\(mebibytes) MiB" : "\(quantity.units) bytes"
    }
}
