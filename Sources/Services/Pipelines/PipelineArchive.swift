import Model

/// Finds the pipeline in an uploaded zip or tar.gz file.
///
/// Archives are read in memory and never unpacked to a disk, so a member's path leads nowhere. Source: KFP
/// upload server: the member `pipeline.yaml`, else the first file, which must be YAML.
enum PipelineArchive {
    /// The pipeline's file; `nil` when the bytes are no archive.
    /// - Throws: `invalidArgument` naming the archive, `tooLarge` when it unpacks to more than is allowed.
    static func pipeline(in bytes: [UInt8], named fileName: String) throws -> (name: String, bytes: [UInt8])?
    {
        do {
            if ZipArchive.isZip(bytes) {
                let archive = try ZipArchive(bytes)
                let member = try chosen(archive.members, \.name)
                return (member.name, try archive.contents(of: member))
            }
            if bytes.starts(with: [0x1F, 0x8B]) {
                let unpacked = try Inflation.inflate(bytes[...], .gzip, bytesMax: Limits.archiveBytesMax)
                let member = try chosen(TarArchive(unpacked).members, \.name)
                if member.contents.count > Limits.uploadBytesMax { throw Inflation.Problem.tooLarge }
                return (member.name, Array(member.contents))
            }
            return nil
        } catch Inflation.Problem.tooLarge {
            throw PlatformError(
                .tooLarge,
                "\(fileName): unpacked it is larger than allowed: \(Limits.uploadBytesMax >> 20) MiB for the "
                    + "pipeline, \(Limits.archiveBytesMax >> 20) MiB for a whole tar.gz."
            )
        } catch Inflation.Problem.damaged {
            throw PlatformError.invalid("\(fileName): the archive is damaged and cannot be unpacked.")
        } catch let error as PlatformError {
            throw PlatformError(error.code, "\(fileName): \(error.message).")
        }
    }

    private static func chosen<Member>(
        _ members: [Member],
        _ name: KeyPath<Member, String>
    ) throws -> Member {
        let honest = members.filter { isPlain($0[keyPath: name]) }
        guard
            let member = honest.first(where: { plain($0[keyPath: name]) == "pipeline.yaml" }) ?? honest.first
        else {
            throw PlatformError.invalid(
                "the archive holds no file" + (members.isEmpty ? "" : " with an honest relative path")
                    + "; expected pipeline.yaml"
            )
        }
        let path = member[keyPath: name]
        guard path.hasSuffix(".yaml") || path.hasSuffix(".yml") else {
            throw PlatformError.invalid(
                "the archive holds no pipeline.yaml, and its first file is '\(path.prefix(100))', not YAML"
            )
        }
        return member
    }

    /// Archives made with `tar c ./pipeline.yaml` say it so.
    private static func plain(_ path: String) -> Substring {
        path.hasPrefix("./") ? path.dropFirst(2) : path[...]
    }

    /// Absolute paths and those that climb out of their folder are never meant for us.
    private static func isPlain(_ path: String) -> Bool {
        !path.isEmpty && !path.hasPrefix("/") && !path.contains("\\") && !path.contains("\0")
            && !path.split(separator: "/").contains("..")
    }
}
