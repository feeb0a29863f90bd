/// A number that is not negative, with a comma for each thousand.
package func grouped(_ count: Int) -> String {
    let digits = Array(String(count))
    return String(
        digits.indices.flatMap { place in
            let isThousand = place > 0 && (digits.count - place).isMultiple(of: 3)
            return isThousand ? [",", digits[place]] : [digits[place]]
        }
    )
}
