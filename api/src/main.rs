//! The binary `privops`.

/// Answers are built from many small allocations: this allocator is measurably faster at them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    privops::entry::cli::main()
}
