import Model
import PodDrivers
import Pods
import Testing

@Suite(.timeLimit(.minutes(2)))
struct SpeedTests {
    @Test("a pod that does nothing costs milliseconds")
    func serial() async throws {
        let world = try PodWorld()
        let clock = ContinuousClock()
        var times: [Duration] = []
        for index in 0..<200 {
            let name = PodWorld.name("true-\(index)")
            let began = clock.now
            _ = await world.run(PodSpec(name: name, image: "", command: ["/bin/true"], args: []))
            times.append(began.duration(to: clock.now))
        }
        times.sort()
        print("/bin/true, serial: median \(times[100]), fastest \(times[0])")
        // Wide, because the machine may be busy; the figure above is what is looked at.
        #expect(times[100] < .milliseconds(100))
        await world.tearDown()
    }
}
