import CoreMetrics
import Synchronization

/// Keeps what the program measures and writes it as Prometheus text.
///
/// No library for this is to be had, so it is as small as the format allows: counters, gauges, and summaries without quantiles.
/// Source: Prometheus exposition format 0.0.4.
final class PrometheusRegistry: MetricsFactory, Sendable {
    private struct Key: Hashable {
        let label: String
        let dimensions: String
    }

    private let metrics = Mutex<[Key: PrometheusMetric]>([:])

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        metric(label, dimensions, .counter)
    }

    func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        metric(label, dimensions, .counter)
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        metric(label, dimensions, aggregate ? .summary : .gauge)
    }

    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        metric(label, dimensions, .gauge)
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        metric(label, dimensions, .summary)
    }

    // A series stays once it exists: a dashboard must not have gaps.
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyMeter(_ handler: any MeterHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}

    private func metric(
        _ label: String,
        _ dimensions: [(String, String)],
        _ kind: PrometheusMetric.Kind
    ) -> PrometheusMetric {
        let pairs = dimensions.sorted { $0.0 < $1.0 }.map { "\(Self.name($0.0))=\"\(Self.escape($0.1))\"" }
        let key = Key(label: Self.name(label), dimensions: pairs.joined(separator: ","))
        return metrics.withLock { metrics in
            if let metric = metrics[key] { return metric }
            let metric = PrometheusMetric(kind)
            metrics[key] = metric
            return metric
        }
    }

    /// Everything measured so far.
    func text() -> String {
        let all = metrics.withLock { $0 }
        var text = ""
        var last = ""
        for (key, metric) in all.sorted(by: {
            ($0.key.label, $0.key.dimensions) < ($1.key.label, $1.key.dimensions)
        }) {
            if key.label != last {
                text += "# TYPE \(key.label) \(metric.kind.rawValue)\n"
                last = key.label
            }
            let labels = key.dimensions.isEmpty ? "" : "{\(key.dimensions)}"
            let (count, sum) = metric.read()
            switch metric.kind {
            case .counter, .gauge: text += "\(key.label)\(labels) \(sum)\n"
            case .summary: text += "\(key.label)_count\(labels) \(count)\n\(key.label)_sum\(labels) \(sum)\n"
            }
        }
        return text
    }

    private static func name(_ text: String) -> String {
        String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "_" ? $0 : "_" })
    }

    private static func escape(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.append(character)
            }
        }
    }
}

/// One series: a number that is set or added to, and how often.
final class PrometheusMetric: CounterHandler, FloatingPointCounterHandler, RecorderHandler, MeterHandler,
    TimerHandler
{
    enum Kind: String {
        case counter
        case gauge
        case summary
    }

    let kind: Kind
    private let values = Mutex<(count: Int64, sum: Double)>((0, 0))

    init(_ kind: Kind) {
        self.kind = kind
    }

    func read() -> (count: Int64, sum: Double) { values.withLock { $0 } }

    func increment(by amount: Int64) { add(Double(amount)) }
    func increment(by amount: Double) { add(amount) }
    func decrement(by amount: Double) { add(-amount) }
    func reset() { values.withLock { $0 = (0, 0) } }
    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { values.withLock { $0 = ($0.count + 1, value) } }
    func record(_ value: Int64) { record(Double(value)) }
    func record(_ value: Double) { if kind == .gauge { set(value) } else { add(value) } }
    func recordNanoseconds(_ duration: Int64) { add(Double(duration) / 1e9) }
    func preferDisplayUnit(_ unit: TimeUnit) {}

    private func add(_ amount: Double) {
        values.withLock { $0 = ($0.count + 1, $0.sum + amount) }
    }
}
