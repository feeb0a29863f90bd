/// Why something is as it is: a sentence, and what belongs to it, such as the end of a log.
package struct ReasonView: Hashable, Sendable {
    /// The sentence.
    let sentence: String
    /// What follows it, with the colours of a log.
    let rest: HTML?
    /// The colour of the state it is about.
    let style: String

    /// Makes the view of a message; `nil` when there is nothing to say.
    package init?(_ message: String?, _ state: StateView) {
        guard let message, !message.isEmpty else { return nil }
        let head = message.prefix { !$0.isNewline }
        let tail = message.dropFirst(head.count).drop(while: \.isNewline)
        sentence = String(head)
        style = state.style
        var text = LogText()
        var html = text.html(of: tail.utf8)
        html.add(text.rest())
        rest = tail.isEmpty ? nil : html
    }
}
