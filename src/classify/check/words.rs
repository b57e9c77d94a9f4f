//! The words of a sidecar: what its reasons, states and findings are called, which pages of the reference tell.

use super::Finding;
use super::sidecar::in_sidecar;
use crate::engine::canned::{self, Classify, Reason};

pub(super) fn check(query: &Classify) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        query.reasons.iter().flat_map(|reason| of_reason(query, reason)).collect();
    let idle = query.states.iter().filter(|state| !query.reasons.iter().any(|r| r.state == state.word));
    findings.extend(idle.map(|state| {
        let what = format!("no reason gives the state `{}`", state.word);
        let place = format!("word = \"{}\"", state.word);
        in_sidecar(query.sidecar, "STATE_IDLE", &place, what, "a state that a reason gives")
    }));
    findings
}

fn of_reason(query: &Classify, reason: &Reason) -> Vec<Finding> {
    let told = |code, what, expected| {
        in_sidecar(query.sidecar, code, &format!("code = \"{}\"", reason.code), what, expected)
    };
    let mut findings = Vec::new();
    if !query.states.iter().any(|state| state.word == reason.state) {
        let what = format!("`{}` gives the state `{}`, which is not explained", reason.code, reason.state);
        findings.push(told("STATE_UNKNOWN", what, "a [[state]] of that word"));
    }
    for code in reason.findings.iter().filter(|code| !is_finding(code)) {
        let what = format!("`{}` names the finding `{code}`", reason.code);
        findings.push(told("FINDING_UNKNOWN", what, "a code of queries/quality"));
    }
    findings
}

fn is_finding(code: &str) -> bool {
    // A quality sidecar that can't be read is told where it is read.
    canned::quality().unwrap_or_default().iter().flat_map(|quality| &quality.findings).any(|f| f.code == code)
}
