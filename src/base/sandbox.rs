//! What the program denies itself before it does anything: sockets, and other programs.
//!
//! Nothing in here needs either, so only a mistake of ours, a library or the engine led astray by hostile input could
//! ask for one. The system then refuses it (docs/decisions/0018-sockets-and-programs-are-denied.md).

use std::fmt;
use std::sync::OnceLock;

/// What became of the sandbox in this process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sandbox {
    /// The system denies sockets and programs to every thread that starts from now on.
    Active,
    /// The system refused the filter; what it said.
    Refused(String),
    /// This build has none: there is one for Linux on x86-64 and arm64.
    Absent,
}

static STATE: OnceLock<Sandbox> = OnceLock::new();

/// Denies sockets and the start of programs to this thread and to all threads that it starts. To be called before any
/// other thread is there; a second call changes nothing.
pub fn enter() -> &'static Sandbox {
    STATE.get_or_init(entered)
}

impl fmt::Display for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Active => f.write_str("seccomp (sockets and programs denied)"),
            Self::Refused(why) => write!(f, "none, refused by the system ({why})"),
            Self::Absent => f.write_str("none in this build"),
        }
    }
}

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
fn entered() -> Sandbox {
    Sandbox::Absent
}

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
fn entered() -> Sandbox {
    match filter::install() {
        Ok(()) => Sandbox::Active,
        Err(why) => Sandbox::Refused(why.to_string()),
    }
}

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod filter {
    use std::collections::BTreeMap;

    use seccompiler::{BpfProgram, Error, SeccompAction, SeccompFilter};

    /// What is denied, by number.
    const DENIED: &[libc::c_long] = &[
        // Sockets: none is made, and none that was inherited is used to reach anybody.
        libc::SYS_socket,
        libc::SYS_socketpair,
        libc::SYS_connect,
        libc::SYS_bind,
        libc::SYS_listen,
        libc::SYS_accept,
        libc::SYS_accept4,
        // Programs.
        libc::SYS_execve,
        libc::SYS_execveat,
        // A ring makes sockets without the calls above.
        libc::SYS_io_uring_setup,
        // Another process of the same user would do what this one may not, or hand over its sockets.
        libc::SYS_ptrace,
        libc::SYS_process_vm_writev,
        libc::SYS_pidfd_getfd,
    ];

    /// The same calls by the second set of numbers that x86-64 knows (x32), which some kernels still answer.
    #[cfg(target_arch = "x86_64")]
    fn other_numbers() -> impl Iterator<Item = libc::c_long> {
        const X32: libc::c_long = 0x4000_0000;
        // execve, ptrace, process_vm_writev and execveat have numbers of their own there.
        const OWN: [libc::c_long; 4] = [520, 521, 540, 545];
        DENIED.iter().copied().chain(OWN).map(|number| number | X32)
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn other_numbers() -> impl Iterator<Item = libc::c_long> {
        std::iter::empty()
    }

    pub(super) fn install() -> Result<(), Error> {
        // Without conditions on arguments a call is denied whatever it asks.
        let rules: BTreeMap<i64, Vec<_>> =
            DENIED.iter().copied().chain(other_numbers()).map(|number| (number, Vec::new())).collect();
        let denied = SeccompAction::Errno(libc::EPERM.unsigned_abs());
        let filter =
            SeccompFilter::new(rules, SeccompAction::Allow, denied, std::env::consts::ARCH.try_into()?)?;
        let program: BpfProgram = filter.try_into()?;
        seccompiler::apply_filter_all_threads(&program)
    }
}
