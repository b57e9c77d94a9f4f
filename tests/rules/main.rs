//! placeholder
mod case; mod coverage; mod csv; mod exposure; mod instant; mod passwords; mod profile; mod sign_on;
mod state; mod statement; mod store; mod subjects; mod summary; mod value; mod verdict;
