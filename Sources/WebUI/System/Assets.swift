import Crypto
import HTTPTypes

/// The files that pages load, by name. They are part of the program; a change of any changes every address, so
/// browsers may keep them for ever.
struct Assets: Sendable {
    /// One file.
    struct File: Sendable {
        let bytes: [UInt8]
        let contentType: String
    }

    /// The files by name.
    let files: [String: File]
    /// Names the content of all of them.
    let digest: String

    init() {
        let script = "text/javascript; charset=utf-8"
        files = [
            "app.css": File(bytes: PackageResources.app_css, contentType: "text/css; charset=utf-8"),
            "icon.svg": File(bytes: PackageResources.icon_svg, contentType: "image/svg+xml"),
            "early.js": File(bytes: PackageResources.early_js, contentType: script),
            "app.js": File(bytes: PackageResources.app_js, contentType: script),
            "live.js": File(bytes: PackageResources.live_js, contentType: script),
            "morph.js": File(bytes: PackageResources.morph_js, contentType: script),
            "keys.js": File(bytes: PackageResources.keys_js, contentType: script),
            "clock.js": File(bytes: PackageResources.clock_js, contentType: script),
            "graph.js": File(bytes: PackageResources.graph_js, contentType: script),
            "charts.js": File(bytes: PackageResources.charts_js, contentType: script),
            "schedule.js": File(bytes: PackageResources.schedule_js, contentType: script),
            "upload.js": File(bytes: PackageResources.upload_js, contentType: script),
            "log.js": File(bytes: PackageResources.log_js, contentType: script),
        ]
        var hash = SHA256()
        for (name, file) in files.sorted(by: { $0.key < $1.key }) {
            hash.update(data: Array(name.utf8))
            hash.update(data: file.bytes)
        }
        digest = hash.finalize().prefix(8).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }

    /// The folder of the files as pages name it.
    var path: String { "/assets/\(digest)" }
}
