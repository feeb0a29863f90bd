import TestKit
import Testing
import WebUI

@Suite("Markdown")
struct MarkdownTests {
    @Test(
        "What reports are made of is shown as what it is",
        arguments: [
            ("# One\n## Two", "<h4 class=\"m1\">One</h4><h5 class=\"m2\">Two</h5>"),
            ("a *b* **c** _d_ `e*f*`", "<p>a <em>b</em> <strong>c</strong> <em>d</em> <code>e*f*</code></p>"),
            ("snake_case_name and 2*3", "<p>snake_case_name and 2*3</p>"),
            (
                "- a\n- b\n  - c",
                "<ul class=\"marked\"><li>a</li><li><p>b</p><ul class=\"marked\"><li>c</li></ul></li></ul>"
            ),
            ("1. a\n2. b", "<ol class=\"marked\"><li>a</li><li>b</li></ol>"),
            ("> a\n> b", "<blockquote><p>a\nb</p></blockquote>"),
            ("---", "<hr></hr>"),
            (
                "[a](https://b.c/d_(e))",
                "<p><a href=\"https://b.c/d_(e)\" rel=\"noopener noreferrer nofollow\">a</a></p>"
            ),
            (
                "![a](data:image/png;base64,AAAA)",
                "<p><img src=\"data:image/png;base64,AAAA\" alt=\"a\"></img></p>"
            ),
            ("\\*a\\*", "<p>*a*</p>"),
        ]
    )
    func shown(text: String, markup: String) {
        #expect(MarkdownText.html(text).text == markup)
    }

    @Test("A table has heads, rows and no more columns than heads")
    func table() {
        let markup = MarkdownText.html("| a | b |\n|---|:-:|\n| 1 | 2 | 3 |\n\nafter").text
        #expect(
            markup.contains("<th scope=\"col\">a </th>") && markup.contains("<td>1 </td><td>2 </td></tr>")
        )
        #expect(markup.contains("<p>after</p>"))
    }

    @Test(
        "Markup, scripts and addresses that do something are words",
        arguments: [
            "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[a](javascript:alert(1))",
            "[a](JAVASCRIPT:alert(1))",
            "[a](data:text/html;base64,AAAA)", "![a](data:image/svg+xml;base64,AAAA)",
            "![a](javascript:alert(1))",
            "[a](https://e.vil/\"onmouseover=alert(1))", "[a](//e.vil)", "# <script>", "```\n<script>\n```",
            "`<script>`",
            "| <script> | b |\n|---|---|\n| <script> | d |", "> <script>", "- <script>",
            "![\"onerror=alert(1)](data:image/png;base64,A)",
        ]
    )
    func hostile(text: String) {
        let markup = MarkdownText.html(text).text
        for bad in [
            "<script", "<img src=x", "href=\"javascript", "href=\"JAVA", "href=\"data", "src=\"javascript",
            "svg+xml;base64,AAAA\" alt", "\"onmouseover", "\"onerror", "href=\"//",
        ] {
            #expect(!markup.contains(bad), "\(bad) in \(markup)")
        }
    }

    @Test(
        "A text made to be slow is not",
        arguments: [
            "[", "![", "[](", "[a](", "*", "**a", "_", "`", "> ", "- ", "  - ", "\n", "- \n\n", "|", "#",
            "```\n", "[a](data:", "\t> ", "1. ", "\\", "a|b\n-|-\n",
        ]
    )
    func slow(piece: String) {
        let text = String(repeating: piece, count: 12_000 / piece.utf8.count)
        let took = processorTime { _ = MarkdownText.html(text) }
        #expect(took < .seconds(10), "\(piece) took \(took)")
    }
}
