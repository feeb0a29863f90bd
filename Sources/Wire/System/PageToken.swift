import FoundationEssentials
package import Model

/// Where a list goes on, as text that clients hand back and do not look into.
///
/// Base64 of JSON that holds the last row's sort value and id, the order and the filter, so a token alone
/// is enough. It grants nothing: a forged one leads at most to another place of the same list.
package enum PageToken {
    /// Writes the token for the page after `next`.
    package static func text(query: ListQuery, next: ListQuery.Cursor) -> String {
        let token: JSONValue = [
            "id": .string(next.id), "value": next.value, "sort": .string(query.sortField),
            "descending": .bool(query.descending), "filter": FilterText.json(query.predicates),
        ]
        return Data(token.jsonBytes).base64EncodedString()
    }

    /// Reads a token back; the page size is not part of it.
    /// - Throws: ``PlatformError`` with `invalidArgument` for anything that is not a token.
    package static func query(from text: String) throws -> ListQuery {
        guard let data = Data(base64Encoded: text), let token = try? JSONValue(json: data),
            let id = token["id"]?.string, let value = token["value"], isCursorValue(value),
            let sort = token["sort"]?.string, !sort.isEmpty, let descending = token["descending"]?.bool,
            let filter = token["filter"], let predicates = try? FilterText.predicates(from: filter)
        else {
            throw PlatformError.invalid(
                "page_token: not one of ours; send the next_page_token of the page before, or none"
            )
        }
        return ListQuery(
            predicates: predicates,
            sortField: sort,
            descending: descending,
            after: ListQuery.Cursor(value: value, id: id)
        )
    }

    private static func isCursorValue(_ value: JSONValue) -> Bool {
        switch value {
        case .null, .number, .string: true
        case .bool, .array, .object: false
        }
    }
}
