//! The program: hands the arguments to [`highwater::cli`] and its exit status to the system.

fn main() -> std::process::ExitCode {
    highwater::cli::main()
}
