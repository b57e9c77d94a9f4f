//! placeholder
mod case; mod coverage; mod csv; mod exposure; mod instant; mod passwords; mod profile; mod sign_on;
mod state; mod statement; mod store; mod subjects; mod summary; mod value; mod verdict; mod program; mod sample;

/// The sample data through both.
#[test]
fn sample_data_through_both() {
    for name in ["zendesk-2016", "unaffected"] {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data").join(name);
        let work = tempfile::TempDir::new().expect("a temporary folder");
        let program = program::run_folder(&folder, "zendesk-2016", work.path());
        let difference = program::difference(&sample::read(&folder), &program.expect("the program runs"));
        assert!(difference.is_empty(), "{name}: verdicts differ\n{difference}");
    }
}
