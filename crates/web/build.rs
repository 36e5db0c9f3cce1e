//! Compiles the crate again when a file appears in `assets/` or disappears: the compiler itself watches only the files
//! that it has embedded.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=assets");
}
