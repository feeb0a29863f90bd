import Model
import Testing
import Wire

@Suite("List requests")
struct ListRequestTests {
    private func query(_ text: String) throws -> ListQuery {
        try ListRequest.query(from: QueryString(text))
    }

    private func message(_ text: String) -> String {
        let error = #expect(throws: PlatformError.self) { _ = try query(text) }
        #expect(error?.code == .invalidArgument)
        return error?.message ?? ""
    }

    @Test(
        "Page sizes: 20 when unsaid or 0, never above 200",
        arguments: [("", 20), ("0", 20), ("7", 7), ("900", 200)]
    )
    func pageSize(text: String, size: Int) throws {
        #expect(try query("page_size=\(text)").pageSize == size)
        #expect(try query("pageSize=\(text)").pageSize == size)
    }

    @Test(
        "A page size that is negative or no number is refused",
        arguments: ["-1", "ten", "1.5", "99999999999999999999"]
    )
    func badPageSize(text: String) {
        #expect(message("page_size=\(text)").hasPrefix("page_size: "))
    }

    @Test(
        "The order is a field and perhaps a direction, in any case",
        arguments: [
            ("created_at", "created_at", false), ("Created_At%20DESC", "created_at", true),
            ("name+asc", "name", false),
        ]
    )
    func sort(text: String, field: String, descending: Bool) throws {
        let query = try query("sort_by=\(text)")
        #expect(query.sortField == field)
        #expect(query.descending == descending)
    }

    @Test("Any other order is refused", arguments: ["name%20up", "name%20asc%20x", "%20"])
    func badSort(text: String) {
        #expect(message("sort_by=\(text)").hasPrefix("sort_by: "))
    }

    @Test(
        "Filters come with named or numbered operations and either spelling of the value",
        arguments: [
            (
                #"{"key":"state","operation":"EQUALS","stringValue":"FAILED"}"#, Predicate.Operation.equals,
                Predicate.Operand.string("FAILED")
            ),
            (#"{"key":"state","operation":1,"string_value":""}"#, .equals, .string("")),
            (
                #"{"key":"n","operation":5,"long_value":"9007199254740993"}"#, .greaterThanEquals,
                .integer(9_007_199_254_740_993)
            ),
            (#"{"key":"n","operation":"LESS_THAN","int_value":3}"#, .lessThan, .integer(3)),
            (#"{"key":"n","operation":8,"longValues":{"values":["1",2]}}"#, .isIn, .integers([1, 2])),
            (#"{"key":"n","operation":"IN","string_values":{"values":["a"]}}"#, .isIn, .strings(["a"])),
            (
                #"{"key":"created_at","operation":3,"timestamp_value":"1970-01-01T00:00:01Z"}"#, .greaterThan,
                .timestamp(Instant(milliseconds: 1000))
            ),
            (#"{"key":"name","operation":9,"string_value":"50%"}"#, .isSubstring, .string("50%")),
            (#"{"key":"tags.team","operation":1,"string_value":"a+b"}"#, .equals, .string("a+b")),
        ] as [(String, Predicate.Operation, Predicate.Operand)]
    )
    func filter(predicate: String, operation: Predicate.Operation, operand: Predicate.Operand) throws {
        let text = percentEncoded(#"{"predicates":[\#(predicate)]}"#)
        for encoded in [text, percentEncoded(text)] {
            let predicates = try query("filter=\(encoded)").predicates
            #expect(predicates.map(\.operation) == [operation])
            #expect(predicates.map(\.operand) == [operand])
        }
    }

    @Test(
        "A filter that is wrong is refused with its place",
        arguments: [
            ("{", "filter: not JSON"), ("[]", "filter: expected an object"),
            (#"{"predicate":[]}"#, "filter.predicate: unknown field; known are predicates"),
            (#"{"predicates":[{"key":"a"}]}"#, "filter.predicates[0].operation: expected one of"),
            (#"{"predicates":[{"operation":1,"string_value":"a"}]}"#, "filter.predicates[0].key: missing"),
            (#"{"predicates":[{"key":"a","operation":0,"string_value":"a"}]}"#, "expected one of EQUALS"),
            (#"{"predicates":[{"key":"a","operation":4,"string_value":"a"}]}"#, "found 4"),
            (#"{"predicates":[{"key":"a","operation":1}]}"#, "found 0"),
            (#"{"predicates":[{"key":"a","operation":1,"int_value":1,"string_value":"a"}]}"#, "found 2"),
            (#"{"predicates":[{"key":"a","operation":8,"string_value":"a"}]}"#, "IN needs a list"),
            (
                #"{"predicates":[{"key":"a","operation":1,"string_values":{"values":[]}}]}"#,
                "needs a single value"
            ),
            (#"{"predicates":[{"key":"a","operation":9,"int_value":1}]}"#, "IS_SUBSTRING needs string_value"),
            (
                #"{"predicates":[{"key":"tags.a","operation":9,"string_value":"a"}]}"#,
                "only be compared with EQUALS"
            ),
            (
                #"{"predicates":[{"key":"a","operation":1,"long_value":1.5}]}"#,
                "predicates[0].long_value: expected"
            ),
            (
                #"{"predicates":[{"key":"a","operation":8,"string_values":{"values":[1]}}]}"#,
                "values[0]: expected"
            ),
            (#"{"predicates":[{"key":"a","operation":1,"timestamp_value":"now"}]}"#, "such as 2026-08-22"),
        ]
    )
    func badFilter(text: String, expected: String) {
        let message = message("filter=\(percentEncoded(text))")
        #expect(message.contains(expected))
    }

    @Test("A page token alone carries order and filter to the next page")
    func token() throws {
        let filter = percentEncoded(
            #"{"predicates":[{"key":"created_at","operation":3,"timestamp_value":"2026-08-22T10:00:00.123Z"}]}"#
        )
        let first = try query("sort_by=name%20desc&filter=\(filter)&page_size=2")
        let page = Page(items: [1, 2], next: ListQuery.Cursor(value: "b", id: "2"), totalSize: 5)
        let json = page.json("runs", of: first) { .number(Double($0)) }
        #expect(json["total_size"] == 5)
        let answer = try ListAnswer(json: json, "runs", row: \.number)
        #expect(answer.items == [1, 2])
        let token = percentEncoded(try #require(answer.nextPageToken))
        var expected = first
        expected.after = ListQuery.Cursor(value: "b", id: "2")
        #expect(try query("page_token=\(token)&page_size=2") == expected)
        #expect(try query("page_token=\(token)&page_size=2&sort_by=name%20desc&filter=\(filter)") == expected)
        #expect(message("page_token=\(token)&sort_by=name").contains("sort_by differs"))
        #expect(message("page_token=\(token)&filter=%7B%7D").contains("filter differs"))
    }

    @Test("The last page has no token and an empty one is {}")
    func lastPage() {
        let last = Page(items: [1], next: nil, totalSize: 1).json("runs", of: ListQuery()) {
            .number(Double($0))
        }
        #expect(last.jsonText == #"{"runs":[1],"total_size":1}"#)
        #expect(Page<Int>(items: [], next: nil, totalSize: 0).json("runs", of: ListQuery()) { _ in 0 } == [:])
    }

    @Test("A token that is not ours is refused", arguments: ["x", "e30=", "bnVsbA==", "eyJpZCI6MX0=", "%00"])
    func forged(text: String) {
        #expect(message("page_token=\(percentEncoded(text))").hasPrefix("page_token: not one of ours"))
    }

    @Test("A request reads back as it was written")
    func writing() throws {
        let query = ListQuery(
            predicates: [Predicate(key: "name", operation: .equals, operand: .string("100% & +"))],
            sortField: "name",
            descending: true,
            pageSize: 7
        )
        #expect(try self.query(ListRequest.text(of: query)) == query)
    }

    @Test(
        "Whatever is sent, there is a query or an error with a sentence",
        arguments: 0..<20 as Range<UInt64>
    )
    func anything(seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        let names = [
            "predicates", "key", "operation", "string_value", "int_value", "stringValues", "values",
            "timestamp_value",
        ]
        let junk = [
            "%", "&", "=", "+", "page_size", "filter", "sort_by", "page_token", "é", "1", "{", "}", "%7B",
        ]
        for _ in 0..<300 {
            let filter = percentEncoded(numbers.json(names: names).jsonText)
            for text in [
                "filter=\(filter)", "filter=\(percentEncoded(filter))", numbers.text(junk, lengthMax: 10),
            ] {
                do {
                    _ = try query(text)
                } catch {
                    #expect((error as? PlatformError)?.message.isEmpty == false)
                }
            }
        }
    }
}

@Suite("Query strings")
struct QueryStringTests {
    @Test("Plus is a space, escapes are decoded, an empty value is as good as none")
    func decoding() throws {
        let query = try QueryString("a=x+y%2Bz&b=&c&d=%C3%A9&&cascade=true")
        #expect(query["a"] == "x y+z")
        #expect(query["b"] == nil)
        #expect(query["c"] == nil)
        #expect(query["d"] == "é")
        #expect(try query.flag("cascade"))
        #expect(try !query.flag("c"))
    }

    @Test(
        "Broken escapes and repeated names are refused",
        arguments: ["a=%", "a=%4", "%zz=1", "a=%ff", "a=1&a=2"]
    )
    func refused(text: String) {
        #expect(throws: PlatformError.self) { _ = try QueryString(text) }
    }

    @Test("A flag is true or false and nothing else")
    func flags() throws {
        let query = try QueryString("cascade=yes")
        #expect(throws: PlatformError.self) { _ = try query.flag("cascade") }
    }
}
