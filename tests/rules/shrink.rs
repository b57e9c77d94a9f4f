//! Makes a failing case small enough for a person: fewer worlds first (proptest), then fewer rows.

use crate::case::Case;

/// Removes rows, in ever smaller pieces, as long as the case still fails; at most `tries` attempts.
pub fn fewer_rows(case: Case, mut tries: usize, fails: impl Fn(&Case) -> bool) -> Case {
    let mut smallest = case;
    for export in 0..smallest.exports.len() {
        let mut piece = smallest.exports[export].rows.len();
        while piece > 0 && tries > 0 {
            let mut start = 0;
            while start < smallest.exports[export].rows.len() && tries > 0 {
                let mut smaller = smallest.clone();
                let end = (start + piece).min(smaller.exports[export].rows.len());
                smaller.exports[export].rows.drain(start..end);
                tries -= 1;
                if fails(&smaller) {
                    smallest = smaller;
                } else {
                    start += piece;
                }
            }
            piece /= 2;
        }
    }
    smallest
}
