//! The `phivet` command: all of it is in the library.

fn main() -> std::process::ExitCode {
    phivet::cli::main()
}
