//! Memory that the system itself denies: for what takes it where nobody of ours counts.

use super::{Error, Result};

/// Lets this process have so many bytes of addresses more than it has now, and no others: who asks for them fails, instead
/// of the machine. Where the system tells nothing of its processes, nothing is bounded.
///
/// # Errors
/// When the system refuses the bound.
pub fn bound(more: u64) -> Result<()> {
    let Some(now) = virtual_size() else { return Ok(()) };
    let (soft, hard) = rlimit::Resource::AS.get().map_err(refused)?;
    let most = now.saturating_add(more).min(soft).min(hard);
    rlimit::Resource::AS.set(most, hard).map_err(refused)
}

/// How many bytes of addresses this process may still take; nothing where that is not bounded or not told.
///
/// # Errors
/// When the system does not tell the bound.
pub fn left() -> Result<Option<u64>> {
    let (soft, _) = rlimit::Resource::AS.get().map_err(refused)?;
    let now = virtual_size().filter(|_| soft != rlimit::INFINITY);
    Ok(now.map(|now| soft.saturating_sub(now)))
}

fn refused(cause: std::io::Error) -> Error {
    Error::failed("the system does not bound the memory").because(cause)
}

/// What the process has of addresses, in bytes, as Linux tells it.
fn virtual_size() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmSize:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    kilobytes.checked_mul(1_024)
}
