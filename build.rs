//! Tells the linker where the binary finds DuckDB's library at run time: beside itself, in `../lib`
//! (what `make dist` lays out), or where `make` puts it under the target folder.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // Embedded folders: a new file must reach the binary, and the embedding macro tracks only known ones.
    println!("cargo:rerun-if-changed=queries");
    println!("cargo:rerun-if-changed=sample_data");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() != Ok("linux") {
        return;
    }
    for place in ["$ORIGIN", "$ORIGIN/../lib", "$ORIGIN/../duckdb/1.5.6", "$ORIGIN/../../duckdb/1.5.6"] {
        println!("cargo:rustc-link-arg=-Wl,-rpath,{place}");
    }
}
