#![no_main]

#[path = "../bodies.rs"]
mod bodies;
#[path = "../../tests/intake/statement.rs"]
mod statement;

libfuzzer_sys::fuzz_target!(|data: &[u8]| bodies::parquet(data));
