//! The binary `privops`.

fn main() -> std::process::ExitCode {
    privops::entry::cli::main()
}
