/// A line that a program wrote for a terminal, as it may stand in a sentence: without colours and other control sequences.
///
/// Source: ECMA-48, control sequences and control characters.
package func plainText(_ line: some StringProtocol) -> String {
    // A sequence begins with ESC [, has parameters and ends with a letter or a sign; others are ESC and a sign.
    let sequence = /\u{1B}(?:\[[0-?]*[ -\/]*[@-~]?|[@-_]?)/
    let text = String(line).replacing(sequence, with: "")
    return String(
        String.UnicodeScalarView(
            text.unicodeScalars.filter { $0 == "\t" || $0.value >= 0x20 && $0.value != 0x7F }
        )
    )
}
