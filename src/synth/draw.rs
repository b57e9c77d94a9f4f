//! Draws that look random and are not: each row of each table has its own, from the seed, whatever was drawn before.
//! So a change knows the user that it belongs to without keeping any, and threads leave no trace.

/// The draws of one row.
#[derive(Clone, Debug)]
pub(super) struct Draws(u64);

/// Scatters the bits of a number (the finaliser of SplitMix64, S. Vigna, public domain).
fn scatter(number: u64) -> u64 {
    let number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ number >> 31
}

impl Draws {
    /// The draws of row `row` of the table with this number.
    pub fn of(seed: u64, table: u64, row: u64) -> Self {
        Self(scatter(scatter(seed ^ table.wrapping_mul(0x9e37_79b9_7f4a_7c15)).wrapping_add(row)))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        scatter(self.0)
    }

    /// A number below `end`; 0 when there is none.
    pub fn below(&mut self, end: u64) -> u64 {
        let wide = u128::from(self.next()) * u128::from(end);
        (wide >> 64) as u64
    }

    /// Whether something happens that happens to so many of a million.
    pub fn happens(&mut self, of_a_million: u64) -> bool {
        self.below(1_000_000) < of_a_million
    }

    /// One of several.
    pub fn one_of<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        let index = self.below(texts.len() as u64);
        usize::try_from(index).ok().and_then(|index| texts.get(index)).copied().unwrap_or_default()
    }

    /// An instant from `from` to `to`, in whole seconds from `from`.
    pub fn instant(&mut self, from: i64, to: i64) -> i64 {
        const SECOND: i64 = 1_000_000;
        let seconds = u64::try_from((to - from) / SECOND).unwrap_or(0);
        from + i64::try_from(self.below(seconds + 1)).unwrap_or(0) * SECOND
    }

    /// A number below `end`, small ones far oftener: a tenth of the draws fall on a thousandth of the numbers.
    pub fn skewed(&mut self, end: u64) -> u64 {
        const ONE: u128 = 1 << 32;
        let drawn = u128::from(self.next() >> 32);
        let cubed = drawn * drawn / ONE * drawn / ONE;
        ((cubed * u128::from(end)) / ONE) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_draws_the_same_again_and_another_row_something_else() {
        let drawn = |row| (0..8).map(|_| Draws::of(7, 1, row).next()).collect::<Vec<_>>();
        assert_eq!(drawn(5), drawn(5));
        assert_ne!(drawn(5), drawn(6));
    }

    #[test]
    fn a_tenth_of_the_skewed_draws_falls_on_a_thousandth() {
        let few = (0..100_000).filter(|row| Draws::of(1, 2, *row).skewed(1_000_000) < 1_000).count();
        assert!((9_000..11_000).contains(&few), "{few}");
    }
}
