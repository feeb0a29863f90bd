import Model
import Pods
import Testing

@testable import PodDrivers

@Suite struct AdmissionTests {
    private func admission(places: Int = 4, cores: Int64 = 4) -> Admission {
        Admission(
            capacity: PodCapacity(
                places: places,
                cpu: Quantity(thousandths: cores * 1000),
                memory: Quantity(thousandths: 8_000_000)
            )
        )
    }

    private func cores(_ count: Int64) -> ResourceRequests {
        ResourceRequests(cpu: Quantity(thousandths: count * 1000))
    }

    @Test("what a pod waits for is told with what is free and what there is, also as data")
    func situation() {
        var admission = admission(cores: 4)
        admission.enqueue(PodWorld.name("a"), cores(3))
        admission.enqueue(PodWorld.name("b"), cores(2))
        _ = admission.admit()
        let reason = admission.situation(of: PodWorld.name("b"))
        #expect(reason.message == "Waits for 2 cores, of which 1 core is free; the machine has 4 cores.")
        #expect(reason.details["requestedMilliCores"] == 2000 && reason.details["freeMilliCores"] == 1000)
        #expect(reason.details["milliCores"] == 4000 && reason.details["placesTaken"] == 1)
    }

    @Test("pods start in the order they came while there are places")
    func order() {
        var admission = admission(places: 2)
        for task in ["a", "b", "c"] { admission.enqueue(PodWorld.name(task), cores(1)) }
        #expect(admission.admit() == [PodWorld.name("a"), PodWorld.name("b")])
        #expect(admission.admit() == [])
        admission.release(PodWorld.name("a"))
        #expect(admission.admit() == [PodWorld.name("c")])
    }

    @Test("declared cores and memory bound what runs at once")
    func resources() {
        var admission = admission()
        admission.enqueue(PodWorld.name("a"), cores(3))
        admission.enqueue(PodWorld.name("b"), cores(2))
        #expect(admission.admit() == [PodWorld.name("a")])
        admission.release(PodWorld.name("a"))
        #expect(admission.admit() == [PodWorld.name("b")])
        admission.enqueue(PodWorld.name("c"), ResourceRequests(memory: Quantity(thousandths: 8_000_000)))
        admission.enqueue(PodWorld.name("d"), ResourceRequests(memory: Quantity(thousandths: 1)))
        #expect(admission.admit() == [PodWorld.name("c")])
    }

    @Test("small pods pass a large one that waits, but only so many of them")
    func fairness() {
        var admission = admission()
        admission.hold(PodWorld.name("running"), cores(1))
        admission.enqueue(PodWorld.name("large"), cores(4))
        var passed = 0
        for index in 0..<100 {
            let small = PodWorld.name("small-\(index)")
            admission.enqueue(small, cores(1))
            let admitted = admission.admit()
            if admitted.isEmpty { break }
            #expect(admitted == [small])
            passed += 1
            admission.release(small)
        }
        #expect(passed == Admission.overtakesMax)
        admission.release(PodWorld.name("running"))
        #expect(admission.admit() == [PodWorld.name("large")])
    }

    @Test("a pod that is found running counts, even beyond the places")
    func holding() {
        var admission = admission(places: 1)
        admission.hold(PodWorld.name("x"), cores(9))
        admission.hold(PodWorld.name("y"), cores(9))
        admission.enqueue(PodWorld.name("z"), cores(1))
        #expect(admission.admit() == [])
        admission.release(PodWorld.name("x"))
        #expect(admission.admit() == [])
        admission.release(PodWorld.name("y"))
        #expect(admission.admit() == [PodWorld.name("z")])
    }
}
